// The program as a process: signals, and other processes at the same log.
#include <doctest/doctest.h>

#include <sys/wait.h>

#include <cstdlib>
#include <string>

#include <service/open_shop.hpp>

#include "tests/order-service/program.hpp"

using program::shop_folder;

namespace {

/// The exit code of a shell command, in which $PROGRAM is the program.
int shell(const std::string& command) {
  setenv("PROGRAM", (places::programs() / "order-service").c_str(), 1);
  const int status = std::system(command.c_str());
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

}  // namespace

TEST_CASE("a signal stops a long run in order, and the same command goes on where it stopped") {
  const shop_folder folder;
  const std::string run = "\"$PROGRAM\" --store '" + folder.store() + "' simulate --seed 3 --orders ";
  struct ending {
    const char* signal;
    int exit;
    const char* text;
  };
  for (const auto& [signal, exit, text] :
       {ending{"TERM", 143, R"(order-service: stopped by a signal; everything up to here is kept, and the same command goes on there  [run.stopped, exit 143]
)"},
        ending{"INT", 130, R"(order-service: stopped by a signal; everything up to here is kept, and the same command goes on there  [run.stopped, exit 130]
)"}}) {
    CAPTURE(signal);
    const std::string timed = std::string("timeout --preserve-status --signal=") + signal + " 0.7 ";
    CHECK(shell(timed + run + "100000000 >'" + folder.file("out") + "' 2>'" + folder.file("err") + "'") == exit);
    CHECK(program::read_file(folder.file("out")).empty());
    CHECK(program::read_file(folder.file("err")) == text);
  }
  const std::string kept = folder.log();
  CHECK_FALSE(kept.empty());
  REQUIRE(shell(run + "20 >/dev/null") == 0);
  CHECK(folder.log().starts_with(kept));
}

TEST_CASE("a second process that wants to write is refused by name, and changes nothing; one that looks is not") {
  const shop_folder folder;
  REQUIRE(folder.run({"place", "1", "--line", "A:1:1"}).exit == 0);
  const auto app = shop::open_shop(folder.store());
  const auto refused = folder.run({"pay", "1"});
  CHECK(refused.exit == 5);
  CHECK(refused.err.find("[log.busy, exit 5]") != std::string::npos);
  CHECK(shell("\"$PROGRAM\" --store '" + folder.store() + "' pay 1 2>/dev/null") == 5);
  CHECK(folder.report().at("orders") == 1);
  CHECK(shell("\"$PROGRAM\" --store '" + folder.store() + "' show 1 >/dev/null") == 0);
}

TEST_CASE("an answer that cannot be written is no success") {
  const shop_folder folder;
  REQUIRE(folder.run({"place", "1", "--line", "A:1:1"}).exit == 0);
  CHECK(shell("\"$PROGRAM\" --store '" + folder.store() + "' report >/dev/full 2>/dev/null") == 5);
}

TEST_CASE("a file that is no log is refused, and left as it is") {
  const shop_folder folder;
  folder.write("shop.db", "something else entirely");
  for (const std::vector<std::string>& command :
       {std::vector<std::string>{"report"}, {"place", "1", "--line", "A:1:1"}}) {
    const auto refused = folder.run(command);
    CHECK(refused.exit == 6);
    CHECK(refused.err.find("[log.not_a_log, exit 6]") != std::string::npos);
  }
  CHECK(program::read_file(folder.store()) == "something else entirely");
}
