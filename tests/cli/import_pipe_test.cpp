// `import` of what comes once: what is wrong with it is known only at its end, and until then nobody takes the log for whole.
#include <algorithm>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <variant>

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include <whence/cli/export_line.hpp>
#include <whence/cli/input.hpp>
#include <whence/cli/line_source.hpp>
#include <whence/store/log_errors.hpp>

#include <tests/cli/log_in_places.hpp>
#include <tests/schema_check.hpp>

using nlohmann::json;
using tests::log_in_places;
using tests::ran;

namespace {

ran piped(const log_in_places& logs, const std::string& store, const std::string& bytes,
          const std::string& options = {}) {
  return logs.run_on_input(store, "import -" + options, bytes);
}

std::string replaced(std::string text, const std::string& what, const std::string& by) {
  const std::size_t at = text.find(what);
  REQUIRE(at != std::string::npos);
  return text.replace(at, what.size(), by);
}

/// One event has another text in it, of the same length.
std::string altered(const log_in_places& logs, const std::string& options = {}) {
  return replaced(logs.run("shop.db", "export" + options).out, "left at the door", "left at the dome");
}

/// Whether the verification does; some events of this log are not well formed in any case.
bool finds_it_unfinished(const json& verified) {
  const json& findings = verified.at("data").at("findings");
  return std::ranges::any_of(findings, [](const json& one) { return one.at("kind") == "unfinished"; });
}

void must_count_as_unfinished(const log_in_places& logs, const std::string& store) {
  CAPTURE(store);
  CHECK_THROWS_AS(logs.open(store), whence::import_unfinished);
  CHECK_THROWS_AS(whence::sqlite(logs.path(store), {.accept_missing_tail = true}).open(whence::runtime::system()),
                  whence::import_unfinished);
  for (const char* const line : {"event list", "stream list", "inspect", "doctor"}) {
    CAPTURE(line);
    const ran shown = logs.run(store, line);
    CHECK(shown.exit == 6);
    CHECK(shown.out != "");
    CHECK(shown.err.find("an import into " + store + " has not come to its end") != std::string::npos);
  }
  for (const char* const line : {"export", "export out.jsonl", "backup out.backup"}) {
    CAPTURE(line);
    const ran refused = logs.run(store, line);
    CHECK(refused.exit == 6);
    CHECK(refused.out == "");
    CHECK(refused.err.find("[log.import_unfinished, exit 6]") != std::string::npos);
  }
  CHECK(!logs.has("out.jsonl"));
  CHECK(!logs.has("out.backup"));
  const json overview = json::parse(logs.run(store, "inspect -o json").out);
  CHECK(overview.at("data").at("condition") == "import_unfinished");
  CHECK(tests::schema_check(tests::schema_named("overview.schema.json")).misfit(overview.at("data")) == "");
  const json verified = json::parse(logs.run(store, "log verify -o json").out);
  CHECK(verified.at("status") == "fail");
  CHECK(finds_it_unfinished(verified));
  CHECK(tests::schema_check(tests::schema_named("verification.schema.json")).misfit(verified.at("data")) == "");
}

void must_be_like_any_other(const log_in_places& logs, const std::string& store) {
  CAPTURE(store);
  CHECK(!finds_it_unfinished(json::parse(logs.run(store, "log verify -o json").out)));
  CHECK(logs.run(store, "inspect").err == "");
  CHECK(logs.open(store)->condition().what == whence::log_condition::kind::whole);
}

}  // namespace

TEST_CASE("an export that was altered leaves no log that anybody takes for whole") {
  const log_in_places logs;
  const ran refused = piped(logs, "copy.db", altered(logs));
  CHECK(refused.exit == 6);
  CHECK(refused.err ==
        "what was appended before that stays, and nobody else writes to the log until an import has come to its end; "
        "the export as it was made goes on behind it, unless what was altered is there already (export.differs): then "
        "move the log away first\n"
        "whence: standard input is not as it was exported\n"
        "  where: standard input\n"
        "  why:   its lines do not match the checksum at its end\n"
        "  do:    take the export again from the log that it comes from, whole  [export.altered, exit 6]\n");
  must_count_as_unfinished(logs, "copy.db");

  logs.write("shop.jsonl", logs.exported("shop.db"));
  const ran other = logs.run("copy.db", "import shop.jsonl");
  CHECK(other.exit == 4);
  CHECK(other.err.find("[export.differs, exit 4]") != std::string::npos);
  must_count_as_unfinished(logs, "copy.db");
}

TEST_CASE("a log that was whole is not taken for that any more once something altered has come into it") {
  const log_in_places logs;
  logs.write("part.jsonl", logs.run("shop.db", "export --to 2").out);
  REQUIRE(logs.run("copy.db", "import part.jsonl").exit == 0);
  must_be_like_any_other(logs, "copy.db");
  CHECK(piped(logs, "copy.db", altered(logs, " --from 3")).exit == 6);
  must_count_as_unfinished(logs, "copy.db");
}

TEST_CASE("an import that was cut off counts as unfinished, until one has come to its end") {
  const log_in_places logs;
  const std::string whole = logs.exported("shop.db");
  const ran cut = piped(logs, "copy.db", whole.substr(0, whole.find('\n', whole.size() / 2) + 1));
  CHECK(cut.err.find("[export.cut, exit 6]") != std::string::npos);
  must_count_as_unfinished(logs, "copy.db");
  const ran looked = piped(logs, "copy.db", whole, " --dry-run");
  CHECK(looked.exit == 0);
  must_count_as_unfinished(logs, "copy.db");
  CHECK(piped(logs, "copy.db", whole).exit == 0);
  must_be_like_any_other(logs, "copy.db");
  CHECK(logs.exported("copy.db") == whole);
  CHECK(logs.run("copy.db", "inspect").out.find("epoch 2\n") != std::string::npos);
}

TEST_CASE(
    "an export of which only the end was altered has brought all; the next import finds that, and appends nothing") {
  const log_in_places logs;
  const std::string whole = logs.exported("shop.db");
  std::string other = whole;
  char& digit = other[other.find(R"("chain":")", other.rfind('\n', other.size() - 2)) + 9];
  digit = digit == '0' ? '1' : '0';
  CHECK(piped(logs, "copy.db", other).exit == 6);
  must_count_as_unfinished(logs, "copy.db");
  const json found = json::parse(piped(logs, "copy.db", whole, " -o json").out).at("data");
  CHECK(found.at("appended") == 0);
  CHECK(found.at("epoch") == 2);
  must_be_like_any_other(logs, "copy.db");
}

TEST_CASE("an export that ends before what another has brought does not vouch for that") {
  const log_in_places logs;
  CHECK(piped(logs, "copy.db", altered(logs)).exit == 6);
  logs.write("part.jsonl", logs.run("shop.db", "export --to 2").out);
  const ran part = logs.run("copy.db", "import part.jsonl");
  CHECK(part.exit == 0);
  CHECK(part.err ==
        "copy.db has more, of another import that has not come to its end: nobody else writes to it until that has\n");
  must_count_as_unfinished(logs, "copy.db");
}

TEST_CASE("an export from the end of an unfinished import on vouches for what is before it, by the chain") {
  const log_in_places logs;
  const std::string whole = logs.exported("shop.db");
  CHECK(piped(logs, "copy.db", whole.substr(0, whole.find('\n', whole.size() / 2) + 1)).exit == 6);
  const std::uint64_t head = logs.head("copy.db").value();
  REQUIRE(head > 0);
  logs.write("rest.jsonl", logs.run("shop.db", "export --from " + std::to_string(head + 1)).out);
  CHECK(logs.run("copy.db", "import rest.jsonl").exit == 0);
  must_be_like_any_other(logs, "copy.db");
  CHECK(logs.exported("copy.db") == whole);
}

TEST_CASE("an import that appends nothing to a log like any other leaves it as it was, to the byte") {
  const log_in_places logs;
  logs.write("shop.jsonl", logs.exported("shop.db"));
  logs.write("part.jsonl", logs.run("shop.db", "export --to 4").out);
  const std::string before = logs.content("shop.db");
  CHECK(logs.run("shop.db", "import shop.jsonl").err == "");
  CHECK(logs.run("shop.db", "import part.jsonl").err == "");
  CHECK(logs.content("shop.db") == before);
  must_be_like_any_other(logs, "shop.db");
}

TEST_CASE("an import that waits for what does not come hears a signal") {
  struct idle final : whence::cli::input {
    std::size_t read(std::span<char>, const std::function<void()>& waiting) override {
      for (;;) waiting();
    }
  };
  tests::console commands(whence::memory(), tests::shop_runtime());
  commands.interrupted.waits = 0;
  commands.around.open_input = [] { return std::make_unique<idle>(); };
  const ran stopped = commands.run("import -");
  CHECK(stopped.exit == 130);
  CHECK(stopped.err.starts_with("stopped before the end; nothing is known of the rest."));
}

TEST_CASE("an export that was packed by gzip is named for what it is") {
  const log_in_places logs;
  const std::string packed = "\x1f\x8b\x08" + std::string(7, '\0') + "\r\n";
  logs.write("shop.jsonl.gz", packed);
  CHECK(logs.run("copy.db", "import shop.jsonl.gz").err ==
        "whence: shop.jsonl.gz cannot be imported\n"
        "  where: shop.jsonl.gz\n"
        "  why:   it is compressed, by gzip\n"
        "  do:    gunzip -c <shop.jsonl.gz | whence import -  [export.malformed, exit 6]\n");
  CHECK(piped(logs, "copy.db", packed).err.find("  do:    gunzip -c | whence import -") != std::string::npos);
  CHECK(!logs.has("copy.db"));
}

TEST_CASE("a line behind the end, though it is empty, is named by its number, and is no cut") {
  const log_in_places logs;
  const std::string longer = logs.exported("shop.db") + "\n";
  logs.write("longer.jsonl", longer);
  const ran refused = logs.run("copy.db", "import longer.jsonl");
  CHECK(refused.exit == 6);
  CHECK(refused.err.find("line 24 of longer.jsonl cannot be imported") != std::string::npos);
  CHECK(refused.err.find("  why:   it is empty\n") != std::string::npos);
  CHECK(!logs.has("copy.db"));
  CHECK(piped(logs, "copy.db", longer).err.find("line 24 of standard input cannot be imported") != std::string::npos);
  must_count_as_unfinished(logs, "copy.db");
}

TEST_CASE(
    "an export whose first line has something before the first event is refused, also with a checksum that fits") {
  const log_in_places logs;
  for (const char* const options : {"", " --to 0"}) {
    CAPTURE(options);
    const std::string exported = logs.run("shop.db", std::string("export") + options).out;
    const std::size_t first = exported.find('\n') + 1;
    const std::size_t last = exported.rfind('\n', exported.size() - 2) + 1;
    const std::string zeros(32, '0');
    const std::string events =
        replaced(exported.substr(0, first), zeros, std::string(31, '0') + "1") + exported.substr(first, last - first);
    whence::cli::line_sum sum;
    sum.add(events);
    auto end = std::get<whence::cli::export_end>(whence::cli::read_export_line(
        std::string_view(exported).substr(last, exported.size() - 1 - last), whence::cli::line_form::events));
    end.checksum = sum.value();
    std::string forged = events;
    whence::cli::append_line(forged, end, {}, whence::cli::line_form::events);
    logs.write("forged.jsonl", forged);
    const ran refused = logs.run("copy.db", "import forged.jsonl");
    CHECK(refused.exit == 6);
    CHECK(refused.err.find("[export.altered, exit 6]") != std::string::npos);
    CHECK(!logs.has("copy.db"));
  }
}
