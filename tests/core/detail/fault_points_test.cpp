// Each case orders a death or a bug by environment, in a child of its own.
#include <doctest/doctest.h>

#include <signal.h>
#include <stdlib.h>

#include <fstream>
#include <iterator>
#include <string>

#include <whence/core/detail/fault_points.hpp>

#include <tests/in_child.hpp>
#include <tests/temporary_folder.hpp>

using namespace whence::detail;

static_assert(WHENCE_TEST_BUILD == 1);

namespace {

std::string content(const std::string& path) {
  std::ifstream file(path);
  return {std::istreambuf_iterator<char>(file), {}};
}

}  // namespace

TEST_CASE("a process dies at the visit it was told to die at, and says where") {
  const tests::temporary_folder folder;
  const auto how = tests::in_child([&] {
    ::setenv("WHENCE_KILL_AT", "witness:3", 1);
    ::setenv("WHENCE_KILL_REPORT", folder.file("report").c_str(), 1);
    for (int i = 0; i < 10; ++i) reach(phase::commit);
    reach(phase::witness);
    reach(phase::witness);
    std::ofstream(folder.file("before"));
    reach(phase::witness);
    std::ofstream(folder.file("after"));
    return 0;
  });
  CHECK(how.killed_by(SIGKILL));
  CHECK(content(folder.file("report")) == "killed at witness\n");
  CHECK(std::filesystem::exists(folder.file("before")));
  CHECK_FALSE(std::filesystem::exists(folder.file("after")));
}

TEST_CASE("every phase can be named") {
  const std::pair<const char*, phase> phases[] = {
      {"queue:1", phase::queue},     {"insert:1", phase::insert},         {"commit:1", phase::commit},
      {"witness:1", phase::witness}, {"checkpoint:1", phase::checkpoint}, {"projection:1", phase::projection},
      {"index:1", phase::index},     {"merge:1", phase::merge},           {"making:1", phase::making},
      {"repair:1", phase::repair}};
  for (const auto& [name, where] : phases) {
    const auto how = tests::in_child([&, at = where] {
      ::setenv("WHENCE_KILL_AT", name, 1);
      reach(at);
      return 0;
    });
    CHECK(how.killed_by(SIGKILL));
  }
}

TEST_CASE("a process that was told nothing lives, and has no bugs") {
  const auto how = tests::in_child([] {
    for (int i = 0; i < 1'000; ++i) reach(phase::commit);
    return mutant(1) || mutant(3) || mutant(0) ? 1 : 0;
  });
  CHECK(how.exited_with(0));
}

TEST_CASE("the bug that was asked for is planted, and no other") {
  const auto how = tests::in_child([] {
    ::setenv("WHENCE_MUTANT", "3", 1);
    return mutant(3) && !mutant(1) && !mutant(33) && !mutant(0) ? 0 : 1;
  });
  CHECK(how.exited_with(0));
}

TEST_CASE("an order that cannot be carried out ends the process, instead of passing for one that was") {
  for (const char* const order :
       {"", "commit", "commit:", "commit:0", "commit:x", "commit:-1", "comit:1", ":1", "commit:1:1"}) {
    const auto how = tests::in_child([&] {
      ::setenv("WHENCE_KILL_AT", order, 1);
      reach(phase::commit);
      return 0;
    });
    CAPTURE(order);
    CHECK(how.exited_with(70));
  }
  for (const char* const number : {"x", "-1", "1x"}) {
    const auto how = tests::in_child([&] {
      ::setenv("WHENCE_MUTANT", number, 1);
      return mutant(1) ? 1 : 0;
    });
    CAPTURE(number);
    CHECK(how.exited_with(70));
  }
}

TEST_CASE("acknowledged positions are written down, one a line, before anybody knows") {
  const tests::temporary_folder folder;
  const auto how = tests::in_child([&] {
    ::setenv("WHENCE_ACKNOWLEDGED_REPORT", folder.file("acknowledged").c_str(), 1);
    acknowledged(7);
    acknowledged(12);
    ::kill(::getpid(), SIGKILL);
    return 0;
  });
  CHECK(how.killed_by(SIGKILL));
  CHECK(content(folder.file("acknowledged")) == "7\n12\n");
}
