// `export` and `import`: the same log in another place, and what is no export, or not all of one.
#include <algorithm>
#include <sstream>
#include <string>
#include <vector>

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include <whence/cli/export_line.hpp>
#include <whence/cli/line_source.hpp>
#include <whence/core/position.hpp>
#include <whence/core/runtime.hpp>

#include <tests/cli/log_in_places.hpp>
#include <tests/schema_check.hpp>

using nlohmann::json;
using tests::log_in_places;
using tests::ran;

namespace {

constexpr const char* forms[] = {"events", "cloudevents"};

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream in(text);
  for (std::string line; std::getline(in, line);) lines.push_back(line);
  return lines;
}

/// The lines, with a checksum that fits them: as somebody makes it who means to deceive.
std::string sealed(const std::vector<std::string>& lines) {
  whence::cli::line_sum sum;
  std::string all;
  for (std::size_t i = 0; i + 1 < lines.size(); ++i) all += lines[i] + "\n";
  sum.add(all);
  auto end =
      std::get<whence::cli::export_end>(whence::cli::read_export_line(lines.back(), whence::cli::line_form::events));
  end.checksum = sum.value();
  end.events = lines.size() - 2;
  whence::cli::append_line(all, end, {}, whence::cli::line_form::events);
  return all;
}

std::string replaced(std::string text, const std::string& what, const std::string& by) {
  const std::size_t at = text.find(what);
  REQUIRE(at != std::string::npos);
  return text.replace(at, what.size(), by);
}

/// The export with one of its lines, counted from 1, made another.
std::string with_line(const std::string& exported, std::size_t number, const std::string& what, const std::string& by) {
  std::vector<std::string> lines = lines_of(exported);
  lines[number - 1] = replaced(lines[number - 1], what, by);
  return sealed(lines);
}

std::string with_why(const ran& refused) {
  const std::size_t at = refused.err.find("  why:   ");
  return at == std::string::npos ? refused.err : refused.err.substr(at + 9, refused.err.find('\n', at) - at - 9);
}

}  // namespace

TEST_CASE("an export that was cut, wherever, is refused before anything is made of it") {
  const log_in_places logs;
  for (const char* const form : forms) {
    const std::string whole = logs.exported("shop.db", form);
    REQUIRE(whole.size() > 100'000);
    for (std::size_t bytes = 0; bytes + 1 < whole.size(); bytes += bytes < 12'000 ? 97 : 7'919) {
      CAPTURE(bytes);
      logs.write("cut.jsonl", whole.substr(0, bytes));
      const ran refused = logs.run("copy.db", "import cut.jsonl");
      CHECK(refused.exit == 6);
      CHECK((refused.err.find("[export.cut, exit 6]") != std::string::npos ||
             refused.err.find("[export.malformed, exit 6]") != std::string::npos));
      CHECK(!logs.has("copy.db"));
    }
  }
  logs.write("cut.jsonl", logs.exported("shop.db").substr(0, 5'000));
  CHECK(logs.run("copy.db", "import cut.jsonl").err ==
        "whence: cut.jsonl is an export without its end\n"
        "  where: cut.jsonl, behind line 11\n"
        "  why:   it was cut, or is still being written: the last line of a whole one says so\n"
        "  do:    take the export again from the log that it comes from, whole  [export.cut, exit 6]\n");
}

TEST_CASE("a line feed that is missing at the very end, and nothing else, is no cut") {
  const log_in_places logs;
  std::string whole = logs.exported("shop.db");
  whole.pop_back();
  logs.write("shop.jsonl", whole);
  CHECK(logs.run("copy.db", "import shop.jsonl").exit == 0);
}

TEST_CASE("an export of which any byte was changed is refused before anything is made of it") {
  const log_in_places logs;
  for (const char* const form : forms) {
    const std::string whole = logs.exported("shop.db", form);
    for (std::size_t at = 0; at < whole.size(); at += at < 12'000 ? 101 : 7'919) {
      CAPTURE(at);
      std::string changed = whole;
      changed[at] = static_cast<char>(changed[at] ^ 1);
      logs.write("changed.jsonl", changed);
      const ran refused = logs.run("copy.db", "import changed.jsonl");
      CHECK(refused.exit == 6);
      CHECK(!logs.has("copy.db"));
    }
  }
  logs.write("changed.jsonl", replaced(logs.exported("shop.db"), "left at the door", "left at the dome"));
  CHECK(logs.run("copy.db", "import changed.jsonl").err ==
        "whence: changed.jsonl is not as it was exported\n"
        "  where: changed.jsonl\n"
        "  why:   its lines do not match the checksum at its end\n"
        "  do:    take the export again from the log that it comes from, whole  [export.altered, exit 6]\n");
}

TEST_CASE("an event that was changed with its checksum is told by the log's chain") {
  const log_in_places logs;
  const std::string whole = logs.exported("shop.db");
  logs.write("forged.jsonl", with_line(whole, 10, "left at the door", "left at the dome"));
  const ran refused = logs.run("copy.db", "import forged.jsonl");
  CHECK(refused.exit == 6);
  CHECK(refused.err.find("[export.altered, exit 6]") != std::string::npos);
  CHECK(with_why(refused).find("the chain of checksums") != std::string::npos);
}

TEST_CASE("what is no line of an export is refused with its number, and nothing behind it is imported") {
  const log_in_places logs;
  const std::string whole = logs.exported("shop.db");
  struct fault {
    std::size_t line;
    std::string what, by, why;
  };
  const std::string id = R"("eventId":")";
  const std::vector<fault> faults = {
      {5, "{", "", "an object is expected at byte 1"},
      {5, "{", "\xEF\xBB\xBF{", "it begins with a byte order mark"},
      {5, R"("eventType")", std::string("\0", 1) + R"("eventType")", "it has a control character in it"},
      {5, R"("eventType")",
       "\r"
       R"("eventType")",
       "it has a carriage return in it: lines end with a line feed alone"},
      {5, "StockAdjusted", "Stock\xFF", "it is no UTF-8"},
      {5, R"("eventType":)", R"("eventTyp":)", "it has a member that is not known here, \"eventTyp\""},
      {5, R"("eventType":"StockAdjusted",)", "", "it has no \"eventType\""},
      {5, R"("eventType":)", R"("eventType":"A","eventType":)", "it has \"eventType\" twice"},
      {5, R"("data":)", R"("dataText":"","data":)", "it has to have one of \"data\", \"dataText\" and \"dataBase64\""},
      {5, R"("data":{)", R"("data":{,)", "a JSON value is expected at byte 199"},
      {5, R"("metadata":{)", R"("metadata":[{)", "an object is expected at byte"},
      {5, R"("metadata":{)", R"("metadata":{"more":1,)", "it has a member that is not known here, \"more\""},
      {5, R"("data":{"quantity":-2,"reason":"counted"})", R"("dataBase64":"AA")",
       "base64 is expected, padded and without line breaks"},
      {5, R"("eventVersion":1)", R"("eventVersion":0)", "an event version is from 1 to 4294967295"},
      {5, R"("eventVersion":1)", R"("eventVersion":1.0)", "an integer is expected at byte 94"},
      {5, R"("eventVersion":1)", R"("eventVersion":01)", "an integer is expected at byte 94"},
      {5, R"("eventVersion":1)", R"("eventVersion":-1)", "an integer is expected at byte 94"},
      {5, "2026-01-27T", "2026-02-30T", "this is no time"},
      {5, id, R"("eventId":"x)", "this is no id"},
      {5, "Z\"}", "Z\"}x", "the end of the line is expected"},
      {5, R"("globalPosition":4)", R"("globalPosition":5)", "event 4 comes next, and not event 5"},
      {5, R"("streamVersion":1)", R"("streamVersion":0)", "the versions of a stream begin at 1"},
      {5, R"("streamVersion":1)", R"("streamVersion":2)",
       "its stream stock-A1 has version 0 before it, and so it cannot have version 2"},
      {5, R"("aggregateId":"stock-A1")", R"("aggregateId":"order-12345")",
       "its stream order-12345 has version 2 before it, and so it cannot have version 1"},
      {4, R"("aggregateType":"Order")", R"("aggregateType":"Payment")",
       "the stream's aggregate type is Order, not Payment"},
      {5, R"("aggregateId":"stock-A1")", R"("aggregateId":"")", "stream is empty"},
      {5, R"("recordedAt":"2026-01-27T10:30:04)", R"("recordedAt":"2026-01-27T10:30:02)",
       "it was recorded before the event in front of it"},
  };
  for (const fault& one : faults) {
    CAPTURE(one.why);
    const std::string store = "copy-" + std::to_string(&one - faults.data()) + ".db";
    logs.write("bad.jsonl", with_line(whole, one.line, one.what, one.by));
    const ran refused = logs.run(store, "import bad.jsonl");
    CHECK(refused.exit == 6);
    CHECK(refused.err.find("line " + std::to_string(one.line) + " of bad.jsonl cannot be imported\n") !=
          std::string::npos);
    CHECK(with_why(refused).substr(0, one.why.size()) == one.why);
    const std::uint64_t last = one.line - 2;
    CHECK(logs.head(store) <= whence::global_position{last});
    // And with the export as it was, it goes on.
    logs.write("good.jsonl", whole);
    CHECK(logs.run(store, "import good.jsonl").exit == 0);
    CHECK(logs.exported(store) == whole);
  }
}

TEST_CASE("an event id that comes twice is refused at its second place") {
  const log_in_places logs;
  std::vector<std::string> lines = lines_of(logs.exported("shop.db"));
  const std::string first = json::parse(lines[1]).at("eventId").get<std::string>();
  const std::string tenth = json::parse(lines[10]).at("eventId").get<std::string>();
  lines[10] = replaced(lines[10], tenth, first);
  logs.write("twice.jsonl", sealed(lines));
  const ran refused = logs.run("copy.db", "import twice.jsonl");
  CHECK(refused.err ==
        "what was appended before that stays, and nobody else writes to the log until an import has come to its end; "
        "the export as it was made goes on behind it, unless what was altered is there already (export.differs): then "
        "move the log away first\n"
        "whence: line 11 of twice.jsonl cannot be imported\n"
        "  where: twice.jsonl, line 11\n"
        "  why:   an event before it has the same id\n"
        "  do:    head -n 11 twice.jsonl | tail -n 1\n"
        "         # that is the line\n"
        "         # take the export again from the log that it comes from, whole  [export.malformed, exit 6]\n");
  CHECK(logs.head("copy.db").value() == 8);  // the ninth has the time of the tenth, and comes with it
}

TEST_CASE("what is no export at all is refused at its first line") {
  const log_in_places logs;
  const std::string event = logs.run("shop.db", "event list -o jsonl --limit 1").out;
  const std::string endless =
      R"({"whenceExport":1,"logId":"019bff00-b01b-7c6f-8d6c-1a5b0ac3f6ee","epoch":1,"first":9,"last":3,)"
      R"("chain":"00000000000000000000000000000000"})";
  for (const std::string& text : {std::string(), std::string("\n"), std::string("InvoiceNo,StockCode\n"), event,
                                  std::string("[]\n"), endless + "\n" + endless + "\n"}) {
    CAPTURE(text);
    logs.write("other.txt", text);
    const ran refused = logs.run("copy.db", "import other.txt");
    CHECK(refused.exit == 6);
    CHECK(refused.err.find("line 1 of other.txt cannot be imported\n") != std::string::npos);
    CHECK(!logs.has("copy.db"));
  }
  logs.write("other.txt", "InvoiceNo,StockCode\n");
  CHECK(logs.run("copy.db", "import other.txt").err ==
        "whence: line 1 of other.txt cannot be imported\n"
        "  where: other.txt, line 1\n"
        "  why:   an object is expected at byte 1\n"
        "  do:    head -n 1 other.txt | tail -n 1\n"
        "         # that is the line\n"
        "         # take the export again from the log that it comes from, whole  [export.malformed, exit 6]\n");
}

TEST_CASE("of what is no file, no command shows the line: it would not end") {
  const log_in_places logs;
  const ran refused = logs.run("copy.db", "import /dev/zero");
  CHECK(refused.exit == 6);
  CHECK(refused.err.find("line 1 of /dev/zero cannot be imported\n") != std::string::npos);
  CHECK(refused.err.find("do:    take the export again from the log that it comes from, whole  [") !=
        std::string::npos);
}

TEST_CASE("a line without end is refused, and not held") {
  const log_in_places logs;
  logs.write("long.jsonl", lines_of(logs.exported("shop.db"))[0] + "\n" +
                               std::string(whence::cli::export_line_bytes_max + 1, ' ') + "\n");
  const ran refused = logs.run("copy.db", "import long.jsonl");
  CHECK(refused.exit == 6);
  CHECK(with_why(refused) == "it has more than 67108864 bytes");
  CHECK(!logs.has("copy.db"));
}

TEST_CASE("a log with other events is refused by name and position, and nothing is appended") {
  const log_in_places logs;
  logs.write("part.jsonl", logs.run("shop.db", "export --to 4").out);
  logs.write("whole.jsonl", logs.exported("shop.db"));
  REQUIRE(logs.run("copy.db", "import part.jsonl").exit == 0);
  tests::append_event(*logs.open("copy.db"), "order-7", "Order", tests::event_of("OrderPlaced", "{}", 900));
  for (const char* const line : {"import whole.jsonl --dry-run", "import whole.jsonl"}) {
    CHECK(logs.run("copy.db", line).err ==
          "whence: copy.db has another event 5 than the export; nothing was appended\n"
          "  where: copy.db\n"
          "  why:   there it is OrderPlaced of order-7, version 1: its id is another\n"
          "  do:    an import makes a new log, or goes on with one that begins with the same events: name another with "
          "--store"
          "  [export.differs, exit 4]\n");
  }
  CHECK(logs.open("copy.db")->head() == whence::global_position{5});
  // What comes behind that is told by the chain, without the events before it.
  logs.write("rest.jsonl", logs.run("shop.db", "export --from 6").out);
  const ran refused = logs.run("copy.db", "import rest.jsonl");
  CHECK(refused.exit == 4);
  CHECK(with_why(refused) == "up to event 5 its chain of checksums is another");
}

TEST_CASE("another log is refused, and not touched") {
  const log_in_places logs;
  logs.write("shop.jsonl", logs.exported("shop.db"));
  whence::sqlite(logs.path("other.db")).open(whence::runtime::system());
  const std::string before = logs.content("other.db");
  const ran refused = logs.run("other.db", "import shop.jsonl");
  CHECK(refused.exit == 4);
  CHECK(refused.err.find("other.db is another log than the one that was exported; nothing was changed\n") !=
        std::string::npos);
  CHECK(logs.content("other.db") == before);
  logs.write("noise.db", "noise");
  CHECK(logs.run("noise.db", "import shop.jsonl").exit == 6);
  CHECK(logs.content("noise.db") == "noise");
}

TEST_CASE("an export that goes on behind a gap is refused") {
  const log_in_places logs;
  logs.write("part.jsonl", logs.run("shop.db", "export --to 4").out);
  logs.write("rest.jsonl", logs.run("shop.db", "export --from 8").out);
  CHECK(logs.run("copy.db", "import rest.jsonl").err ==
        "whence: the export begins with event 8, and copy.db has no event\n"
        "  where: copy.db\n"
        "  why:   there would be a gap between the two\n"
        "  do:    import what comes before it first, from an export that begins with --from 1 or less"
        "  [export.gap, exit 4]\n");
  CHECK(!logs.has("copy.db"));
  REQUIRE(logs.run("copy.db", "import part.jsonl").exit == 0);
  CHECK(logs.run("copy.db", "import rest.jsonl").err.find("begins with event 8, and copy.db ends with event 4\n") !=
        std::string::npos);
}

TEST_CASE("a log that is held by its writer takes no import; one that is no file takes none either") {
  const log_in_places logs;
  logs.write("shop.jsonl", logs.exported("shop.db"));
  const auto held = logs.open("shop.db");
  CHECK(logs.run("shop.db", "import shop.jsonl").err.find("[log.busy, exit 5]") != std::string::npos);
  CHECK(logs.run("shop.db", "import shop.jsonl --dry-run").exit == 0);  // a visitor may look
  tests::console memory;
  memory.around.directory = logs.path("");
  CHECK(memory.run("import shop.jsonl").err ==
        "whence: memory takes no import\n"
        "  where: memory\n"
        "  why:   it is no log in a file\n"
        "  do:    name a log in a file with --store  [export.not_here, exit 4]\n");
}

TEST_CASE("a log from export to import to export is the same, to the byte, in either form") {
  const log_in_places logs;
  for (const char* const form : forms) {
    CAPTURE(form);
    const std::string first = logs.exported("shop.db", form);
    REQUIRE(lines_of(first).size() == 23);
    const std::string copy = std::string(form) + ".db";
    logs.write("shop.jsonl", first);
    const ran imported = logs.run(copy, "import shop.jsonl");
    CHECK(imported.err == "");
    CHECK(imported.exit == 0);
    CHECK(imported.out.find("events    21, from 1 to 21\nthere     none\nappended  21\n") != std::string::npos);
    for (const char* const again : forms) CHECK(logs.exported(copy, again) == logs.exported("shop.db", again));
    const ran verified = logs.run(copy, "log verify");
    CHECK(verified.out.find("epoch 2\nevents     21, all as they were written\n") != std::string::npos);
  }
}

TEST_CASE("what is there is recognised: a second import appends nothing, and changes nothing") {
  const log_in_places logs;
  logs.write("shop.jsonl", logs.exported("shop.db"));
  REQUIRE(logs.run("copy.db", "import shop.jsonl").exit == 0);
  const json again = json::parse(logs.run("copy.db", "import shop.jsonl -o json").out).at("data");
  CHECK(again.at("there") == 21);
  CHECK(again.at("appended") == 0);
  CHECK(again.at("epoch") == 2);
  CHECK(logs.exported("copy.db") == logs.exported("shop.db"));
  // The log that it comes from knows it as well, and keeps its epoch.
  CHECK(json::parse(logs.run("shop.db", "import shop.jsonl -o json").out).at("data").at("epoch") == 1);
}

TEST_CASE("a copy follows its origin, export by export, until it is written to itself") {
  const log_in_places logs;
  logs.write("a.jsonl", logs.run("shop.db", "export --to 4").out);
  logs.write("b.jsonl", logs.run("shop.db", "export --from 5 --to 12").out);
  logs.write("c.jsonl", logs.exported("shop.db"));
  for (const char* const file : {"a.jsonl", "b.jsonl", "c.jsonl"})
    CHECK(logs.run("copy.db", std::string("import ") + file).exit == 0);
  CHECK(logs.exported("copy.db") == logs.exported("shop.db"));
  logs.write("none.jsonl", logs.run("shop.db", "export --from 22").out);
  CHECK(json::parse(logs.run("copy.db", "import none.jsonl -o json").out).at("data").at("events") == 0);
  tests::append_event(*logs.open("copy.db"), "order-7", "Order", tests::event_of("OrderPlaced", "{}", 900));
  // Now it has a history of its own, in an epoch of its own, that can be exported again.
  logs.write("d.jsonl", logs.exported("copy.db"));
  CHECK(json::parse(lines_of(logs.content("d.jsonl"))[0]).at("epoch") == 2);
  CHECK(logs.run("next.db", "import d.jsonl").out.find("epoch 3\n") != std::string::npos);
  CHECK(logs.exported("next.db") == logs.content("d.jsonl"));
}

TEST_CASE("an empty log has an export too") {
  const log_in_places logs;
  logs.open("empty.db");
  logs.write("empty.jsonl", logs.exported("empty.db"));
  CHECK(lines_of(logs.content("empty.jsonl")).size() == 2);
  CHECK(logs.run("copy.db", "import empty.jsonl").exit == 0);
  CHECK(logs.exported("copy.db") == logs.content("empty.jsonl"));
}

TEST_CASE("a dry run says what would be appended, and writes nothing") {
  const log_in_places logs;
  logs.write("part.jsonl", logs.run("shop.db", "export --to 4").out);
  logs.write("shop.jsonl", logs.exported("shop.db"));
  const ran first = logs.run("copy.db", "import shop.jsonl --dry-run");
  CHECK(first.out.find("there     none\nto append 21\n") != std::string::npos);
  CHECK(first.err == "nothing was written: without --dry-run, what is not there is appended\n");
  CHECK(!logs.has("copy.db"));
  REQUIRE(logs.run("copy.db", "import part.jsonl").exit == 0);
  const std::string before = logs.content("copy.db");
  const json found = json::parse(logs.run("copy.db", "import shop.jsonl --dry-run -o json").out);
  CHECK(found.at("data").at("there") == 4);
  CHECK(found.at("data").at("appended") == 17);
  CHECK(logs.content("copy.db") == before);
}

TEST_CASE("an export that is stopped leaves no file; an import that is stopped goes on when it is repeated") {
  const log_in_places logs;
  constexpr std::uint64_t more = 2'500;
  {
    const auto log = logs.open("shop.db");
    whence::append_batch batch;
    batch.streams.push_back({"many-1", "Counter", whence::expected_version::none(), {}});
    for (std::uint64_t i = 0; i < more; ++i)
      batch.streams[0].events.push_back(tests::event_of("Counted", "1", 5'000 + i));
    (void)log->append(std::move(batch)).get().value();
  }
  const ran stopped = logs.run("shop.db", "export shop.jsonl", 0);
  CHECK(stopped.exit == 130);
  CHECK(stopped.err == "stopped before the end; nothing is known of the rest, and no file was made\n");
  CHECK(!logs.has("shop.jsonl"));
  REQUIRE(logs.run("shop.db", "export shop.jsonl").exit == 0);
  const ran half = logs.run("copy.db", "import shop.jsonl", 0);
  CHECK(half.exit == 130);
  CHECK(half.err ==
        "stopped before the end; nothing is known of the rest. What was appended stays, and nobody else writes to the "
        "log "
        "until the same command has gone on to the end\n");
  CHECK(logs.run("copy.db", "import shop.jsonl").exit == 0);
  CHECK(logs.exported("copy.db") == logs.content("shop.jsonl"));
}

TEST_CASE("a file is never written over, and says what is in it") {
  const log_in_places logs;
  const ran made = logs.run("shop.db", "export shop.jsonl");
  CHECK(made.err == "");
  CHECK(made.out.find("shop.jsonl\nevents   21, from 1 to 21\nlog      ") == 0);
  CHECK(logs.content("shop.jsonl") == logs.exported("shop.db"));
  const ran again = logs.run("shop.db", "export shop.jsonl");
  CHECK(again.err.find("[file.exists, exit 4]") != std::string::npos);
  CHECK(logs.content("shop.jsonl") == logs.exported("shop.db"));
  CHECK(logs.run("shop.db", "export nowhere/shop.jsonl").exit == 3);
}

TEST_CASE("positions that the log does not have are refused") {
  const log_in_places logs;
  for (const char* const line :
       {"export --from 0", "export --from 23", "export --to 22", "export --from 5 --to 3", "export --from x"}) {
    CAPTURE(line);
    const ran refused = logs.run("shop.db", line);
    CHECK(refused.exit == 2);
    CHECK(refused.out == "");
  }
  CHECK(logs.run("shop.db", "export --from 22").exit == 0);  // nothing since
}
