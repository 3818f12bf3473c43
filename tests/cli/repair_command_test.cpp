// `log repair`, as people and programs see it: what it says before, what it asks, and what it leaves.
#include <doctest/doctest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <optional>
#include <regex>
#include <set>
#include <string>

#include <nlohmann/json.hpp>

#include <whence/sql/database.hpp>
#include <whence/store/audit_event.hpp>
#include <whence/store/log_archive.hpp>
#include <whence/store/log_backup.hpp>
#include <whence/store/log_verification.hpp>

#include <tests/cli/console.hpp>
#include <tests/cli/shop_log.hpp>
#include <tests/store/sqlite/failing_files.hpp>
#include <tests/temporary_folder.hpp>

using namespace whence;
using nlohmann::json;
using tests::console;
using tests::ran;

namespace {

/// A shop's log of nine events that nobody has open, with a backup of it; event 3 is another one.
struct damaged_shop {
  damaged_shop() {
    std::filesystem::current_path(folder.path());
    {
      const auto log = sqlite("shop.db").open(reader.around.runtime);
      tests::fill_shop(*log, reader.around.runtime);
      log->close();
    }
    back_up(sqlite("shop.db"), "sunday.backup", reader.around.runtime);
    sql::database::open("shop.db", sql::open_mode::read_write)
        .run("UPDATE entries SET data = '{\"x\":1}' WHERE position = 3");
    reader.other_log("shop.db");
  }

  static std::string plain(std::string text) {
    text = std::regex_replace(text, std::regex("[0-9a-f]{32}"), "<hash>");
    text = std::regex_replace(text, std::regex("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"), "<id>");
    text = std::regex_replace(text, std::regex("epoch [0-9]{10,}"), "epoch <epoch>");
    return std::regex_replace(text, std::regex("[0-9]{8}T[0-9]{6}Z"), "<time>");
  }
  static std::string contents(const std::string& name) {
    std::ifstream in(name, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
  }
  static std::string database() { return contents("shop.db"); }
  static void write(const std::string& name, const std::string& bytes) {
    std::ofstream(name, std::ios::binary) << bytes;
  }
  static std::string file_with(const std::string& part) {
    std::string shortest;  // beside it lie its -wal and .witness
    for (const auto& each : std::filesystem::directory_iterator(".")) {
      const std::string name = each.path().filename();
      if (name.find(part) == std::string::npos) continue;
      if (shortest.empty() || name.size() < shortest.size()) shortest = name;
    }
    return shortest;
  }

  tests::temporary_folder folder;
  console reader{memory(), tests::shop_runtime()};
};

}  // namespace

TEST_CASE("a loss that is not accepted by name, or not confirmed, changes nothing") {
  damaged_shop shop;
  const std::string before = damaged_shop::database();
  const ran refused = shop.reader.run("log repair");
  CHECK(refused.exit == 4);
  CHECK(damaged_shop::plain(refused.err) == R"(whence: shop.db cannot be repaired without a loss; nothing was changed
  where: shop.db
  why:   event 3 cannot be brought back: stored chain hash <hash>, computed <hash>: the file was changed from outside, or the disk is failing
  do:    # a backup or a copy may have what is missing: --with FILE. To go on without it:
         #   whence log repair --accept damage --reason 'why that is accepted' --yes
         whence log repair --dry-run
  [repair.not_accepted, exit 4]
)");
  CHECK(shop.reader.run("log repair --accept missing-tail --reason disk --yes").exit == 4);
  const ran unasked = shop.reader.run("log repair --accept damage --reason disk");
  CHECK(unasked.exit == 4);
  CHECK(unasked.err.find("nobody sits before it who could be asked") != std::string::npos);
  shop.reader.around.in_is_terminal = shop.reader.around.err_is_terminal = true;
  shop.reader.around.read_line = [] { return "no"; };
  const ran denied = shop.reader.run("log repair --accept damage --reason disk");
  CHECK(denied.exit == 4);
  CHECK(denied.err.find("lost       #3 to #9, 7 events: ") != std::string::npos);
  CHECK(denied.err.find("This will repair shop.db without what is lost. Go on? [y/N] ") != std::string::npos);
  CHECK(denied.err.find("[operation.unconfirmed, exit 4]") != std::string::npos);
  CHECK(damaged_shop::database() == before);
  CHECK(damaged_shop::file_with("lost-") == "");
  CHECK(damaged_shop::file_with("before-repair") == "");
}

TEST_CASE("a log that somebody holds is not repaired, and who holds it is named") {
  damaged_shop shop;
  const std::string before = damaged_shop::database();
  const runtime runtime = runtime::system();
  const lock_attempt held = runtime.files->try_lock("shop.db.lock");
  REQUIRE(held.lock);
  for (const char* const line : {"log repair --dry-run", "log repair --accept damage --reason disk --yes"}) {
    const ran refused = shop.reader.run(line);
    CHECK(refused.exit == 5);
    CHECK(refused.err.find("shop.db is held for writing by ") != std::string::npos);
    CHECK(refused.err.find("[log.busy, exit 5]") != std::string::npos);
  }
  CHECK(damaged_shop::database() == before);
}

TEST_CASE("what there is to type names the files to repair with, and what was accepted already") {
  damaged_shop shop;
  sql::database::open("sunday.backup", sql::open_mode::read_write)
      .run("UPDATE entries SET data = '{\"x\":2}' WHERE position = 3");
  const ran refused = shop.reader.run({"log", "repair", "--with", "sunday.backup", "--with", "sunday.backup"});
  CHECK(refused.err.find(
            "#   whence log repair --with sunday.backup --with sunday.backup --accept damage --reason 'why that "
            "is accepted' --yes\n") != std::string::npos);
  CHECK(refused.err.find("         whence log repair --with sunday.backup --with sunday.backup --dry-run\n") !=
        std::string::npos);
  std::filesystem::remove("shop.db.witness");
  const ran half =
      shop.reader.run({"log", "repair", "--with", "sunday.backup", "--accept", "damage", "--reason", "disk 7"});
  CHECK(half.err.find("#   whence log repair --reason 'disk 7' --with sunday.backup --accept damage --accept "
                      "missing-witness --yes\n") != std::string::npos);
}

TEST_CASE("a dry run says what would be lost, of which streams, and changes nothing") {
  damaged_shop shop;
  const std::string before = damaged_shop::database();
  const ran ran = shop.reader.run("log repair --dry-run -o json");
  CHECK(ran.exit == 0);
  const json data = json::parse(ran.out)["data"];
  CHECK(data["dryRun"] == true);
  CHECK(data["repaired"] == false);
  CHECK(data["end"] == 2);
  CHECK(data["losses"][0]["kind"] == "damage");
  CHECK(data["losses"][0]["positions"] == json::parse(R"({"first":3,"last":9})"));
  CHECK(data["lostEvents"] == 7);
  CHECK(data["lostReadable"] == 6);
  CHECK(!data["streams"].empty());
  CHECK(damaged_shop::database() == before);
}

TEST_CASE(
    "a dry run makes no file beside a log that was moved without its lock, nor does a repair that has nothing to do") {
  damaged_shop shop;
  const auto in_new_place = [&shop](const std::string& name, const std::string& from) {
    std::filesystem::create_directory(name);
    std::filesystem::copy(from, name + "/shop.db");
    std::filesystem::copy("shop.db.witness", name + "/shop.db.witness");
    shop.reader.around.store_at = [log = name + "/shop.db"](const std::string&) { return sqlite(log); };
  };
  // SQLite makes the -wal and the -shm of a database that is read, and leaves them.
  const auto names = [](const std::string& folder) {
    std::set<std::string> found;
    for (const auto& each : std::filesystem::directory_iterator(folder)) found.insert(each.path().filename());
    for (const char* const end : {"-wal", "-shm"}) found.erase("shop.db" + std::string(end));
    return found;
  };
  const std::set<std::string> moved{"shop.db", "shop.db.witness"};
  in_new_place("moved", "shop.db");
  CHECK(shop.reader.run("log repair --dry-run --with sunday.backup").out.find("healed     #3\n") != std::string::npos);
  CHECK(names("moved") == moved);
  CHECK(shop.reader.run("log repair").exit == 4);
  CHECK(names("moved") == moved);
  CHECK(shop.reader.run("log repair --with sunday.backup").exit == 0);
  CHECK(names("moved").count("shop.db.lock") == 1);

  in_new_place("again", "moved/shop.db");
  std::filesystem::copy("moved/shop.db.witness", "again/shop.db.witness",
                        std::filesystem::copy_options::overwrite_existing);
  CHECK(shop.reader.run("log repair").out.find("nothing is to be repaired") != std::string::npos);
  CHECK(names("again") == moved);
}

TEST_CASE("what a backup has is put back without a question, and a second repair has nothing to do") {
  damaged_shop shop;
  const ran ran = shop.reader.run("log repair --with sunday.backup");
  CHECK(ran.exit == 0);
  CHECK(damaged_shop::plain(ran.out) == R"(shop.db
log        <id>   epoch 1
ends       at #9, recorded 2026-01-27T10:30:09.000Z
healed     #3
repaired   in the same epoch: nothing that was acknowledged is missing
kept       shop.db.before-repair-<time>, as the log was
)");
  CHECK(shop.reader.run("log verify").exit == 0);
  CHECK(verify_log(sqlite(damaged_shop::file_with("before-repair")), shop.reader.around.runtime).loses_events());
  CHECK(damaged_shop::plain(shop.reader.run("log repair").out) == R"(shop.db
log        <id>   epoch 1
events     10 events, all there; nothing is to be repaired
)");
}

TEST_CASE("a repair that cannot read enough does not advise a repair") {
  damaged_shop shop;
  std::string bytes = damaged_shop::database();
  bytes.replace(8192, 2 * 8192, 2 * 8192, '\0');  // the row that says which log it is
  std::ofstream("shop.db", std::ios::binary) << bytes;
  const ran refused = shop.reader.run("log repair --with sunday.backup");
  CHECK(refused.exit == 6);
  CHECK(refused.err.find("restore a backup, or put a copy in its place") != std::string::npos);
  CHECK(refused.err.find("log repair") == std::string::npos);
}

TEST_CASE("a backup of which too little can be read is told by its name, and the line without it is one that works") {
  damaged_shop shop;
  std::string why;
  std::string code;
  SUBCASE("one flipped bit in the text of a table") {
    std::string bytes = damaged_shop::contents("sunday.backup");
    bytes[bytes.find("aggregate_type TEXT")] ^= 2;
    damaged_shop::write("sunday.backup", bytes);
    why = "sunday.backup has not the tables of a log: nothing in it is believed";
    code = "log.other_tables";
  }
  SUBCASE("a text that SQLite does not take") {
    std::string bytes = damaged_shop::contents("sunday.backup");
    bytes.replace(bytes.find("CREATE TABLE entries"), 6, "CREAXE");
    damaged_shop::write("sunday.backup", bytes);
    why = "sunday.backup is damaged";
    code = "log.checksum";
  }
  SUBCASE("the row that says which log it is") {
    std::string bytes = damaged_shop::contents("sunday.backup");
    bytes.replace(8192, 8192, 8192, '\0');
    damaged_shop::write("sunday.backup", bytes);
    why = "sunday.backup is damaged";
    code = "log.checksum";
  }
  const std::string before = damaged_shop::database();
  const ran refused =
      shop.reader.run("log repair --with sunday.backup --with sunday.backup --accept damage --reason x -y");
  CHECK(refused.exit == 6);
  CHECK_MESSAGE(refused.err.find("whence: " + why + "\n  where: sunday.backup\n") == 0, refused.err);
  CHECK_MESSAGE(refused.err.find(R"(
  do:    # that is what --with names: give another backup or copy, or leave it out; what there is without it:
         whence log repair --dry-run
)") != std::string::npos,
                refused.err);
  CHECK_MESSAGE(refused.err.find("[" + code + ", exit 6]") != std::string::npos, refused.err);
  CHECK(damaged_shop::database() == before);
  CHECK(shop.reader.run("log repair --dry-run").exit == 0);
}

TEST_CASE("an archive that is given, and of which too little can be read, is told by its name") {
  damaged_shop shop;
  REQUIRE(shop.reader.run("log repair --with sunday.backup").exit == 0);
  {
    const auto log = sqlite("shop.db").open(shop.reader.around.runtime);
    static_cast<void>(keeping_of(*log).archive({.streams = {"payment-12345"}}, {.to = "spring.archive"}));
    log->close();
  }
  std::string bytes = damaged_shop::contents("spring.archive");
  bytes.replace(bytes.find("CREATE TABLE archive("), 21, "CREATE TABLE archivx(");
  damaged_shop::write("spring.archive", bytes);
  const ran refused = shop.reader.run("log repair --with spring.archive");
  CHECK(refused.exit == 6);
  CHECK_MESSAGE(refused.err.find("whence: spring.archive is damaged\n  where: spring.archive\n") == 0, refused.err);
  CHECK(refused.err.find("that is what --with names") != std::string::npos);
}

TEST_CASE("what a copy has behind the end of the log is named, and not taken") {
  damaged_shop shop;
  shop.reader.run("log repair --with sunday.backup");
  std::filesystem::create_directory("staging");
  for (const char* const end : {"", ".witness"})
    std::filesystem::copy("shop.db" + std::string(end), "staging/shop.db" + std::string(end));
  {
    const auto log = sqlite("staging/shop.db").open(shop.reader.around.runtime);
    static_cast<void>(
        log->append(append_batch{.streams = {audit_of({.name = "trial"}, shop.reader.around.runtime)}}).get());
    log->close();
  }
  const std::string before = damaged_shop::database();
  const ran ran = shop.reader.run("log repair --with staging/shop.db");
  CHECK(ran.exit == 0);
  CHECK(damaged_shop::plain(ran.out) == R"(shop.db
log        <id>   epoch 1
events     10 events, all there; nothing is to be repaired
not taken  #11 of staging/shop.db: nothing in this log says that it had that (if it had, restore that file)
)");
  const json data = json::parse(shop.reader.run("log repair --with staging/shop.db -o json").out)["data"];
  CHECK(data["unproven"] == json::parse(R"([{"file":"staging/shop.db","positions":{"first":11,"last":11}}])"));
  CHECK(damaged_shop::database() == before);
}

TEST_CASE("who is asked to accept a loss is told what a given file has of it, unproven") {
  damaged_shop shop;
  shop.reader.run("log repair --with sunday.backup");
  sql::database::open("shop.db", sql::open_mode::read_write).run("DELETE FROM entries WHERE position > 5");
  const ran refused = shop.reader.run("log repair --with sunday.backup");
  CHECK(refused.exit == 4);
  CHECK(refused.err.find(
            "# sunday.backup has #6 to #9, and nothing in this log says that it had that. If it had, restore that "
            "file") != std::string::npos);
}

TEST_CASE("when the log is the repaired one, a failure takes nothing away; the next repair says what it ends") {
  std::optional<damaged_shop> shop;
  std::optional<ran> failed;
  for (std::uint64_t call = 1; !failed; ++call) {
    shop.emplace();
    const std::shared_ptr<files> sound = shop->reader.around.runtime.files;
    const auto disk = std::make_shared<tests::failing_files>(call);
    shop->reader.around.runtime.files = disk;
    const ran tried = shop->reader.run({"log", "repair", "--accept", "damage", "--reason", "ticket 17", "--yes"});
    shop->reader.around.runtime.files = sound;
    REQUIRE(disk->has_failed());
    if (tried.exit == 0) continue;  // what is only tidied away may stay
    CHECK(tried.exit == 5);
    if (tried.err.find("[repair.unfinished, exit 5]") != std::string::npos) failed = tried;
    if (!failed) CHECK(damaged_shop::file_with("lost-") == "");
  }
  CHECK(failed->err.find("whence: shop.db is repaired, its files of before are shop.db.before-repair-") == 0);
  CHECK(failed->err.find("what it has lost is in " + damaged_shop::file_with("lost-")) != std::string::npos);
  CHECK(failed->err.find("why:   cannot make durable shop.db: Input/output error\n"
                         "  do:    # put that right; then this does what is left, and nothing else:\n"
                         "         whence log repair\n") != std::string::npos);
  CHECK(damaged_shop::plain(shop->reader.run("log repair").out) == R"(shop.db
log        <id>   epoch <epoch>
ends       at #2, recorded 2026-01-27T10:30:02.000Z
witness    and audit event: of a repair that has not come to its end
repaired   by an earlier one, which is ended now: its audit event is in the log
)");
  const json data = json::parse(shop->reader.run("event show @3 -o json").out)["items"][0]["data"];
  CHECK(data["reason"] == "ticket 17");
  CHECK(data["arguments"]["lostFile"] == damaged_shop::file_with("lost-"));
}

TEST_CASE(
    "who says yes gets a log that ends before the damage, a file of what was behind it, and an event that says so") {
  damaged_shop shop;
  shop.reader.around.in_is_terminal = shop.reader.around.err_is_terminal = true;
  shop.reader.around.read_line = [] { return "Y"; };
  const ran ran = shop.reader.run({"log", "repair", "--accept", "damage", "--reason", "ticket 17"});
  CHECK(ran.exit == 0);
  CHECK(shop.reader.run("log verify").exit == 0);
  std::ifstream lost(damaged_shop::file_with("lost-"));
  std::uint64_t position = 4;
  for (std::string line; std::getline(lost, line); ++position) CHECK(json::parse(line)["globalPosition"] == position);
  CHECK(position == 10);
  const json data = json::parse(shop.reader.run("event show @3 -o json").out)["items"][0]["data"];
  CHECK(data["operation"] == "log repair");
  CHECK(data["reason"] == "ticket 17");
  CHECK(data["arguments"]["losses"][0]["positions"]["first"] == 3);
  CHECK(data["arguments"]["lostFile"] == "shop.db.lost-from-3.jsonl");
}

TEST_CASE(
    "lost events are saved for who may read the log, and once, also by a repair that was killed and is repeated") {
  const std::vector<std::string> line{"log", "repair", "--accept", "damage", "--reason", "disk", "--yes"};
  const std::string name = "shop.db.lost-from-3.jsonl";
  std::string saved;
  {
    damaged_shop shop;
    std::filesystem::permissions("shop.db", std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
    CHECK(shop.reader.run(line).exit == 0);
    CHECK(std::filesystem::status(name).permissions() == std::filesystem::status("shop.db").permissions());
    std::ifstream in(name);
    saved = {std::istreambuf_iterator<char>(in), {}};
  }
  const auto saved_before = [&](const std::string& text) {
    std::ofstream(name) << text;
    for (const char* const end : {"", ".lock"}) std::ofstream(name + ".4194304-1.draft" + end) << "4194304\n";
  };
  damaged_shop shop;
  SUBCASE("what was saved is the same") {
    saved_before(saved);
    CHECK(shop.reader.run(line).exit == 0);
    CHECK(!std::filesystem::exists("shop.db.lost-from-3-2.jsonl"));
    CHECK(shop.reader.run("event show @3 -o json").out.find("\"lostFile\":\"" + name + "\"") != std::string::npos);
  }
  SUBCASE("what was saved is of another loss") {
    saved_before("something else\n");
    CHECK(shop.reader.run(line).exit == 0);
    CHECK(std::filesystem::file_size(name) == 15);
    CHECK(std::filesystem::file_size("shop.db.lost-from-3-2.jsonl") == saved.size());
  }
  SUBCASE("it was killed before all was saved") {
    saved_before("");
    std::filesystem::remove(name);
    CHECK(shop.reader.run(line).exit == 0);
    CHECK(std::filesystem::file_size(name) == saved.size());
    CHECK(damaged_shop::file_with(".draft") == "");
  }
}
