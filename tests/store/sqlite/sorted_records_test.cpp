// More records than fit into memory come out in order, and nothing of them stays on the disk.
#include <doctest/doctest.h>

#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <random>
#include <string>
#include <vector>

#include <whence/store/sqlite/verify/sorted_records.hpp>

#include <tests/store/sqlite/log_folder.hpp>

using namespace whence;
using tests::log_folder;

TEST_CASE("records are sorted beyond memory, and the scratch file leaves nothing behind") {
  const log_folder folder;
  const std::string scratch = std::filesystem::path(folder.path()).parent_path() / "scratch";
  std::filesystem::create_directory(scratch);
  sorted_records<2> records(*folder.runtime().files, scratch, "sort");
  std::mt19937_64 random(20260127);
  std::vector<sorted_records<2>::record> all;
  std::vector<sorted_records<2>::record> part;
  for (int i = 0; i < 1'200'000; ++i) {
    part.push_back({random() % 1'000'000, static_cast<std::uint64_t>(i)});
    all.push_back(part.back());
    if (part.size() == sorted_records<2>::part_records) records.add(part);
  }
  records.add(part);
  CHECK(std::filesystem::is_empty(scratch));
  std::sort(all.begin(), all.end());
  std::size_t at = 0;
  bool same = true;
  records.merge([&](const auto& record) {
    same = same && at < all.size() && record == all[at];
    ++at;
    return true;
  });
  CHECK(same);
  CHECK(at == all.size());
}
