#include <fstream>
#include <iterator>
#include <vector>

#include <tests/store/sqlite/file_damage.hpp>
#include <tests/store/sqlite/log_examination.hpp>
#include <tests/store/sqlite/wal_frames.hpp>

namespace tests {
namespace {

namespace fs = std::filesystem;

std::uint64_t end_of_frames_in(const fs::path& wal) {
  std::ifstream in(wal, std::ios::binary);
  return end_of_frames(std::string(std::istreambuf_iterator<char>(in), {}));
}

}  // namespace

std::string damage::text() const {
  if (how == manner::row) return "shop.db" + file + ", " + row.text();
  return "shop.db" + file + (cut() ? " cut at " : ", bit " + std::to_string(bit) + " of ") + std::to_string(offset);
}

std::string damage::kind() const {
  if (how != manner::row) return "shop.db" + file + (cut() ? ", cut" : ", one bit");
  return "shop.db" + file + ", rows of " + row.table;
}

damage damage_files(const fs::path& folder, std::mt19937& dice, manner how) {
  damage done;
  done.how = how;
  if (how == manner::row) {
    done.file = dice() % 2 == 0 || !fs::exists(folder / "shop.db.index") ? "" : ".index";
    done.row = damage_row(folder / ("shop.db" + done.file), dice);
    return done;
  }
  std::vector<std::string> there;
  for (const char* const file : {"", "-wal", ".witness", ".index", ".index-wal"}) {
    const fs::path path = folder / (std::string("shop.db") + file);
    if (fs::exists(path) && fs::file_size(path) > 0) there.emplace_back(file);
  }
  done.file = there[dice() % there.size()];
  const fs::path path = folder / ("shop.db" + done.file);
  done.offset = dice() % (done.file == "-wal" ? end_of_frames_in(path) : fs::file_size(path));
  if (done.cut()) {
    // Half of them where a page, a frame or a slot ends.
    if (dice() % 2 == 0) done.offset -= done.offset % 4'096;
    fs::resize_file(path, done.offset);
    return done;
  }
  done.bit = dice() % 8;
  std::fstream file(path, std::ios::binary | std::ios::in | std::ios::out);
  file.seekg(static_cast<std::streamoff>(done.offset));
  const int byte = file.get() ^ 1 << done.bit;
  file.seekp(static_cast<std::streamoff>(done.offset));
  file.put(static_cast<char>(byte));
  require(file.good(), "the file could not be damaged");
  return done;
}

}  // namespace tests
