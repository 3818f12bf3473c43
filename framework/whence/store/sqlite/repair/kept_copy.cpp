#include <whence/store/sqlite/repair/kept_copy.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <whence/core/timestamp.hpp>

namespace whence::inline v0 {
namespace {

constexpr std::size_t bytes_at_once = 1u << 20;

/// The database last, and it is the first to go: without it there is no copy.
constexpr std::array<std::string_view, 3> copied_last_first{"", "-wal", ".witness"};

/// `like`: whom it is for.
void copy_file(files& files, const std::string& from, const std::string& to, const std::string& like) {
  files.remove(to);
  const std::unique_ptr<file> source = files.open(from, open_file::read);
  const std::unique_ptr<file> target = files.make(to, access_of(files, like).value_or(file_access{.mode = 0600}));
  own_like(to, like);
  std::vector<std::byte> bytes(bytes_at_once);
  for (std::uint64_t at = 0;;) {
    const std::size_t read = source->read_at(at, bytes);
    if (read > 0) target->write_at(at, std::span<const std::byte>(bytes).first(read));
    at += read;
    if (read < bytes.size()) break;
  }
  target->sync();
}

/// "20260127T103000Z"
std::string compact(timestamp time) {
  std::string text = to_rfc3339(time).substr(0, std::string_view("2026-01-27T10:30:00").size());
  std::erase_if(text, [](char c) { return c == '-' || c == ':'; });
  return text + "Z";
}

std::string free_name(files& files, const std::string& wanted) {
  std::string name = wanted;
  const auto is_taken = [&](std::string_view end) { return files.status(name + std::string(end)).has_value(); };
  for (int number = 2; std::ranges::any_of(copied_last_first, is_taken); ++number)
    name = wanted + "-" + std::to_string(number);
  return name;
}

}  // namespace

std::string keep_copy(files& files, const log_paths& paths, timestamp now) {
  const std::string name = free_name(files, paths.log + ".before-repair-" + compact(now));
  const std::string part = paths.log + ".before-repair.partial";
  const auto each = [&](const auto& act) {
    for (std::size_t i = copied_last_first.size(); i-- > 0;) act(std::string(copied_last_first[i]));
  };
  try {
    each([&](const std::string& end) {
      files.remove(part + end);
      if (files.status(paths.log + end))
        copy_file(files, paths.log + end, part + end, paths.log + (end == "-wal" ? "" : end));
    });
    each([&](const std::string& end) {
      if (files.status(part + end)) files.rename(part + end, name + end);
    });
    files.sync_directory(paths.directory);
  } catch (...) {
    for (const std::string& made : {part, name}) remove_copy(files, made);
    throw;
  }
  return name;
}

void remove_copy(files& files, const std::string& name) noexcept {
  for (const std::string_view end : copied_last_first) {
    try {
      files.remove(name + std::string(end));
    } catch (const file_error&) {
      if (end.empty()) return;  // with what belongs to it, it is what it was
    }
  }
}

std::uint64_t bytes_of_copy(files& files, const log_paths& paths) {
  std::uint64_t bytes = 0;
  for (const std::string_view end : copied_last_first) {
    const std::optional<file_status> found = files.status(paths.log + std::string(end));
    if (found) bytes += found->size;
  }
  return bytes;
}

void own_like(const std::string& path, const std::string& original) {
  struct stat like{};
  if (::stat(original.c_str(), &like) != 0) return;
  // By path, the rights of what a link leads to would be given away: who may write in the folder can put one there at any moment.
  const int made = ::open(path.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
  struct stat own{};
  if (made < 0) return;
  // One that somebody put there may be a second name of any file: what was made here is this user's, and has one.
  if (::fstat(made, &own) == 0 && S_ISREG(own.st_mode) && own.st_nlink == 1 && own.st_uid == ::geteuid()) {
    // First the owner: giving a file away takes some rights from it.
    const bool is_alike = like.st_uid == own.st_uid && like.st_gid == own.st_gid;
    // Where it stays another's, it stays as it was made.
    if (is_alike || ::fchown(made, like.st_uid, like.st_gid) == 0) ::fchmod(made, like.st_mode & 0777);
  }
  ::close(made);
}

}  // namespace whence::inline v0
