// A command that has done something, and cannot print what: who reads its advice does it no second time.
#include <filesystem>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include <tests/cli/shop_log.hpp>
#include <tests/cli/whence_program.hpp>
#include <tests/temporary_folder.hpp>
#include <whence/store/log_source.hpp>

using namespace whence;
using tests::program_run;
using tests::run_whence;

TEST_CASE("who does not see what was done is not told to do it again") {
  const tests::temporary_folder folder;
  const runtime runtime = tests::shop_runtime();
  const std::string path = folder.file("shop.db");
  {
    const auto log = sqlite(path).open(runtime);
    tests::fill_shop(*log, runtime);
    log->close();
  }
  const auto run = [&](std::vector<std::string> words) {
    words.insert(words.end(), {"--store", path});
    tests::program_surroundings around{.folder = folder.path().string()};
    around.standard_output = "/dev/full";
    return run_whence(words, around);
  };
  for (const std::vector<std::string>& words : std::vector<std::vector<std::string>>{
           {"backup", "shop.backup"}, {"log", "compact", "--yes"}, {"log", "fork", "what-if.db", "--at", "3"}}) {
    CAPTURE(words.front() + " " + words.back());
    const program_run ran = run(words);
    CHECK(ran.exit == 5);
    CHECK(
        ran.err.find("do:    what was asked for is done: look for it before you repeat the command  [output.failed") !=
        std::string::npos);
  }
  CHECK(std::filesystem::exists(folder.file("shop.backup")));
  CHECK(std::filesystem::exists(folder.file("what-if.db")));
  const program_run looked = run({"log", "compact", "--dry-run"});
  CHECK(looked.err.find("what was printed is incomplete: repeat the command  [output.failed") != std::string::npos);
}
