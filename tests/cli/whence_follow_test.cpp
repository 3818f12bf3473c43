// `whence event list --follow` as a process of its own, beside one that writes, with signals and pipes.
#include <csignal>
#include <memory>
#include <sstream>
#include <string>

#include <doctest/doctest.h>

#include <tests/cli/shop_log.hpp>
#include <tests/cli/whence_program.hpp>
#include <tests/in_child.hpp>
#include <tests/temporary_folder.hpp>
#include <whence/core/envelope.hpp>
#include <whence/store/log_source.hpp>

using namespace whence;
using tests::program_run;

namespace {

struct shop_folder {
  shop_folder() {
    const runtime runtime = tests::shop_runtime();
    const auto log = sqlite(path()).open(runtime);
    tests::fill_shop(*log, runtime);
    log->close();
  }
  std::string path() const { return folder.file("shop.db"); }
  tests::program_surroundings here() const { return {.folder = folder.path().string()}; }
  tests::temporary_folder folder;
};

/// Appends one event after the other until it is killed.
pid_t start_writer(const shop_folder& shop) {
  return tests::start_child([&shop] {
    const runtime runtime = whence::runtime::system(1);
    const auto log = sqlite(shop.path()).open(runtime);
    for (std::uint64_t number = 1'000;; ++number) {
      tests::append_event(*log, "order-7", "Order", tests::event_of("OrderNoted", "{}", number));
    }
    return 0;
  });
}

}  // namespace

TEST_CASE("who follows a log that is written misses nothing and sees nothing twice") {
  const shop_folder shop;
  const pid_t writer = start_writer(shop);
  const program_run ran =
      run_whence({"event", "list", "--follow", "--from", "1", "--count", "500", "-o", "jsonl"}, shop.here());
  ::kill(writer, SIGKILL);
  tests::wait_for(writer);
  CAPTURE(ran.err);
  CHECK(ran.exit == 0);
  std::istringstream text(ran.out);
  std::size_t position = 0;
  for (std::string line; std::getline(text, line);) CHECK(envelope_from_json(line).position->value() == ++position);
  CHECK(position == 500);
}

namespace {

/// Follows, and is sent these signals. Waits for the marker before them, and then a little: they come while nothing happens.
std::string followed_until(const shop_folder& shop, const std::string& before, const std::string& options,
                           const std::string& signals) {
  return tests::run_in_shell(before + "; whence event list --follow --tail 2 -o jsonl" + options +
                                 " >out 2>err & "
                                 "for i in {1..3000}; do grep -q live err && break; sleep 0.01; done; sleep 0.1; " +
                                 signals + "; wait $!; echo $?; cat err; wc -l <out",
                             shop.here())
      .out;
}

}  // namespace

TEST_CASE("SIGINT ends following with 0, what was printed is there, and how to go on is said") {
  const shop_folder shop;
  // A shell without jobs has what it starts in the background ignore SIGINT.
  CHECK(followed_until(shop, "set -m", "", "kill -INT $!") ==
        "0\nlive: shop.db after #9; Ctrl-C ends it\nstopped after #9; it goes on with: whence event list -o jsonl "
        "--follow --from 10\n2\n");
}

TEST_CASE("SIGTERM ends it in the same way with 143, and SIGINT does nothing where it is ignored") {
  const shop_folder shop;
  CHECK(followed_until(shop, "set -m", "", "kill -TERM $!") ==
        "143\nlive: shop.db after #9; Ctrl-C ends it\nstopped after #9; it goes on with: whence event list -o jsonl "
        "--follow --from 10\n2\n");
  const std::string ran = followed_until(shop, "trap '' INT", " --for 3s", "kill -INT $!");
  CHECK(ran == "0\nlive: shop.db after #9; Ctrl-C ends it\n2\n");
}

TEST_CASE("a reader who leaves while nothing comes ends following with 141") {
  const shop_folder shop;
  const program_run ran = tests::run_in_shell(
      "{ whence event list --follow --tail 2 -o jsonl; echo $? >code; } 2>err | head -n 2 | wc -l; cat code err",
      shop.here());
  CHECK(ran.out == "2\n141\nlive: shop.db after #9; Ctrl-C ends it\n");
}

TEST_CASE("a line is there when its event is, also in a pipe") {
  const shop_folder shop;
  const program_run ran = tests::run_in_shell(
      "whence event list --follow --tail 1 --columns position | { read -r title; read -r row; echo $row; }",
      shop.here());
  CHECK(ran.out == "9\n");
}
