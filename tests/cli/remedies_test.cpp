// What there is to do, in lines that can be pasted into a shell: of each fault that has a command to offer.
#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdlib>
#include <fstream>
#include <string>
#include <string_view>
#include <vector>

#include <sqlite3.h>

#include <whence/cli/advice.hpp>
#include <whence/cli/failure.hpp>
#include <whence/cli/program_name.hpp>
#include <whence/cli/remedy.hpp>
#include <whence/cli/wrapped_text.hpp>
#include <whence/core/files.hpp>
#include <whence/projection/errors.hpp>
#include <whence/sql/error.hpp>
#include <whence/store/log_errors.hpp>
#include <whence/subscription/checkpoint.hpp>

#include <tests/cli/console.hpp>
#include <tests/temporary_folder.hpp>

namespace cli = whence::cli;
using tests::console;

namespace {

/// Programs that a remedy may call; the stock binary stands for those of an application.
constexpr std::array<std::string_view, 12> programs{"whence", "tar", "ls",    "mv",     "cp",    "df",
                                                    "ps",     "rm",  "dmesg", "ulimit", "fuser", "./order-service"};

bool calls_program(std::string_view line) {
  const std::string_view word = line.substr(0, line.find(' '));
  return std::find(programs.begin(), programs.end(), word) != programs.end();
}

/// What a shell makes of it: nothing is run.
bool is_read_by_bash(const std::string& block) {
  const tests::temporary_folder folder;
  std::ofstream(folder.file("block")) << block << "\n";
  return std::system(("bash -n " + folder.file("block")).c_str()) == 0;
}

void check_block(const std::string& block) {
  CAPTURE(block);
  int commands = 0;
  for (const std::string_view line : cli::paragraphs_of(block)) {
    CAPTURE(line);
    CHECK((line.starts_with("# ") || calls_program(line)));
    commands += calls_program(line) ? 1 : 0;
    for (const std::string_view mixed : {" ; ", ": whence ", ": mv ", ": tar "}) CHECK(line.find(mixed) == line.npos);
  }
  CHECK(commands > 0);
  CHECK(is_read_by_bash(block));
}

/// What stands on the screen behind `do:`, without its margin.
std::string on_screen(const std::string& remedy, std::size_t width) {
  constexpr std::size_t indent = 9;
  const std::string shown = cli::remedy_on_screen(remedy, indent, width);
  std::string block;
  for (const std::string_view line : cli::paragraphs_of(shown)) {
    const bool first = block.empty();
    REQUIRE((first || line.starts_with(std::string(indent, ' '))));
    block.append(line.substr(first ? 0 : indent)) += '\n';
  }
  return block;
}

std::vector<std::string> remedies() {
  const std::string store = "it's a\nshop.db";
  const whence::global_position none{}, four{4};
  std::vector<std::string> all;
  const auto of = [&](const whence::error& fault) { all.push_back(cli::advice(fault, store)); };
  of(whence::log_damaged(store, none, "torn"));
  of(whence::log_damaged(store, four, "changed"));
  of(whence::tail_missing(store, none, four));
  of(whence::witness_missing(store, "it is not there"));
  of(whence::log_busy(store, 4711));
  of(whence::log_missing("nowhere/shop.db"));
  of(whence::not_a_log(store, "it is noise"));
  of(whence::newer_format(store, 99, 1));
  of(whence::older_format(store, 0, 1));
  of(whence::read_model_damaged("balances", store + ".models/balances.1.0.db", "it is noise"));
  of(whence::checkpoint_mismatch("balances", four, "other chain"));
  of(whence::checkpoint_mismatch("balances", four, "beyond", whence::checkpoint_mismatch::kind::log_is_behind));
  for (const int result :
       {SQLITE_CORRUPT, SQLITE_NOTADB, SQLITE_FULL, SQLITE_CANTOPEN, SQLITE_READONLY, SQLITE_IOERR}) {
    of(whence::sql::sql_error(result, store, "SELECT 1", "met"));
    of(whence::sql::sql_error(result, store + ".models/balances.1.0.db", "SELECT 1", "met"));
  }
  of(whence::sql::sql_error(SQLITE_IOERR, "", "SELECT 1", "met"));
  for (const int code : {EACCES, ENOENT, ENOTDIR, EISDIR, ENOSPC, EIO, EFBIG, EROFS, ELOOP})
    of(whence::file_error("read", store, code));
  all.push_back(whence::file_error("read", store, EIO).text().remedy);

  of(whence::log_damaged::archive_missing(store, store + ".archive.1", four));
  of(whence::log_damaged::archive_damaged(store, "/proc/version", four, "another file"));

  using kind = whence::log_finding::kind;
  for (const kind what :
       {kind::unreadable, kind::tail_missing, kind::structure, kind::tables, kind::witness, kind::index})
    for (const whence::global_position at : {none, four})
      all.push_back(cli::advice(
          {.what = what, .positions = {at, at}, .stream = {}, .file = store + ".witness", .detail = {}, .remedy = {}},
          store));
  return all;
}

}  // namespace

TEST_CASE("each line of a remedy with a command is one that a shell runs, or a comment") {
  const std::vector<std::string> all = remedies();
  REQUIRE(all.size() > 35);
  for (const std::string& remedy : all) {
    check_block(remedy);
    CHECK(cli::is_for_shell(remedy));
    check_block(cli::with_store(remedy, "it's a shop.db"));
    check_block(cli::as_started("./order-service whence", remedy));
    for (const std::size_t width : {std::size_t{40}, std::size_t{0}}) check_block(on_screen(remedy, width));
  }
}

TEST_CASE("what SQLite finds damaged in a log is to be repaired, and no backup is put in its place") {
  const tests::temporary_folder folder;
  const std::string store = folder.file("shop.db");
  for (const int result : {SQLITE_CORRUPT, SQLITE_NOTADB}) {
    const std::string advised = cli::advice(whence::sql::sql_error(result, store, "VACUUM", ""), store);
    CHECK(advised == cli::advice(whence::log_damaged(store, {}, ""), store));
    CHECK(advised.ends_with("\nwhence log repair --dry-run"));
  }
}

TEST_CASE("a path that begins with a dash is no option of the command that is advised") {
  const whence::log_damaged damage("-till.db", {}, "cut");
  const std::string told = cli::advice(damage, "-till.db");
  CHECK(told.find(" ./-till.db*") != told.npos);
  CHECK(told.find(" -till.db") == told.npos);
}

TEST_CASE("of a path that is too long for SQLite nobody is told that he lacks the right to it") {
  const tests::temporary_folder folder;
  const std::string path = folder.file(std::string(3'000, 'd'));
  CHECK(cli::advice(whence::sql::sql_error(SQLITE_CANTOPEN, path, "", ""), path) == "choose a shorter path");
  const std::string other = folder.file("shop.db");
  CHECK(cli::advice(whence::sql::sql_error(SQLITE_CANTOPEN, other, "", ""), other).find("give this user the right") !=
        std::string::npos);
}

TEST_CASE("what else a command line is told to do can be pasted too") {
  console console;
  int met = 0;
  for (const char* const line :
       {"trace ffffffff-ffff-ffff-ffff-ffffffffffff", "event show ffffffff-ffff-ffff-ffff-ffffffffffff",
        "event list --causation ffffffff", "stream diff order-1 x", "event list --store=", "event show 4bf179e0",
        "stream show order-77"}) {
    CAPTURE(line);
    const std::string said = console.run(line).err;
    const std::size_t begin = said.find("  do:    ");
    if (begin == std::string::npos) continue;
    ++met;
    std::string block;
    for (const std::string_view one : cli::paragraphs_of(std::string_view(said).substr(begin)))
      if (!one.starts_with("  [")) block.append(one.substr(9, one.find("  [", 9) - 9)) += '\n';
    check_block(block);
  }
  CHECK(met > 4);
}

TEST_CASE("a comment that has no room on the screen goes on in a comment; a command stays in one line") {
  const std::string remedy =
      "tar -cf $(mktemp saved.XXXXXX.tar) /srv/shops/of/the/north/shop.db*\n# what a repair would do, and what is "
      "intact "
      "there:\n"
      "whence log verify\n#   whence log verify --store /srv/shops/of/the/north/shop.db";
  CHECK(cli::remedy_on_screen(remedy, 2, 30) ==
        "tar -cf $(mktemp saved.XXXXXX.tar) /srv/shops/of/the/north/shop.db*\n"
        "  # what a repair would do,\n"
        "  # and what is intact there:\n"
        "  whence log verify\n"
        "  #   whence log verify --store /srv/shops/of/the/north/shop.db");
  CHECK(cli::remedy_on_screen("repeat the command with --wait 60", 2, 20) == "repeat the command\n  with --wait 60");
  CHECK(!cli::is_for_shell("repeat the command with --wait 60"));
}

TEST_CASE("behind a block that ends with a command stands nothing: its code has a line of its own") {
  using cli::diagnostic;
  const auto said = [](std::string remedy) {
    const whence::malformed_input fault("time.malformed",
                                        {.what = "no", .where = "a", .why = {}, .remedy = std::move(remedy)});
    return cli::to_text("whence", diagnostic(fault), cli::style{});
  };
  CHECK(said("# first\nls -l .") ==
        "whence: no\n  where: a\n  do:    # first\n         ls -l .\n  [time.malformed, exit 2]\n");
  CHECK(said("ls -l .\n# then") ==
        "whence: no\n  where: a\n  do:    ls -l .\n         # then  [time.malformed, exit 2]\n");
  CHECK(said("ls -l .") == "whence: no\n  where: a\n  do:    ls -l .  [time.malformed, exit 2]\n");
}
