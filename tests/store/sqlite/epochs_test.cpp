// Whoever goes on from a past that others have too, goes on in an epoch of its own: otherwise a token of one would be good in
// another, and stand for events that this never had. Tried where the time cannot tell two of them apart, since it stands still.
#include <doctest/doctest.h>

#include <chrono>
#include <cstdint>
#include <memory>
#include <set>
#include <string>

#include <whence/store/log_backup.hpp>
#include <whence/store/log_fork.hpp>

#include <tests/store/sqlite/log_folder.hpp>

using namespace whence;
using tests::log_folder;

namespace {

struct standing_clock final : whence::clock {
  timestamp now() const override { return time; }
  std::chrono::nanoseconds elapsed() const override { return std::chrono::steady_clock::now().time_since_epoch(); }
  timestamp time = std::chrono::floor<std::chrono::microseconds>(std::chrono::system_clock::now());
};

struct standing_still {
  standing_still() { folder.append(*folder.open(), "order-1", 5); }

  std::uint64_t fork(const std::string& of, const std::string& to) const { return fork_log(of, to, still).log.epoch; }
  std::uint64_t restore(const std::string& to) const {
    const std::string backup = folder.beside(".backup");
    if (!still.files->status(backup)) back_up(sqlite(folder.path()), backup, still);
    return restore_log(backup, to, still).log.epoch;
  }

  log_folder folder;
  std::shared_ptr<standing_clock> clock = std::make_shared<standing_clock>();
  runtime still{clock, folder.runtime().entropy, folder.runtime().files, folder.runtime().executor};
};

/// Far below what a log, a token or an export may count in.
constexpr std::uint64_t most = std::uint64_t{1} << 62;

}  // namespace

TEST_CASE("forks and restores of one moment are in an epoch of their own each, behind that of the log") {
  const standing_still shop;
  const std::string& log = shop.folder.path();
  std::set<std::uint64_t> epochs{shop.folder.visit()->identity().epoch};
  const std::uint64_t first = *epochs.begin();
  for (const char* const name : {".a", ".b", ".c"})
    CHECK(epochs.insert(shop.fork(log, shop.folder.beside(name))).second);
  for (const char* const name : {".d", ".e"}) CHECK(epochs.insert(shop.restore(shop.folder.beside(name))).second);
  CHECK(*epochs.begin() == first);
  CHECK(*epochs.rbegin() < most);
}

TEST_CASE("a fork of a fork of the same moment is behind it, and so is one that is made when the clock was set back") {
  const standing_still shop;
  const std::string first = shop.folder.beside(".first");
  const std::uint64_t before = shop.fork(shop.folder.path(), first);
  const auto log = sqlite(first).open(shop.still);
  shop.folder.append(*log, "order-1", 1);
  const std::uint64_t second = shop.fork(first, shop.folder.beside(".second"));
  CHECK(second > before);
  shop.clock->time -= std::chrono::years{70};
  const std::uint64_t third = shop.fork(first, shop.folder.beside(".third"));
  CHECK(third > before);
  CHECK(third != second);
}
