// What each command prints with -o json fits its schema, whether it succeeds or fails.
#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <regex>
#include <sstream>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include <tests/cli/backups_here.hpp>
#include <tests/cli/console.hpp>
#include <tests/cli/contracts_beside.hpp>
#include <tests/cli/example_words.hpp>
#include <tests/cli/models_beside.hpp>
#include <tests/cli/shop_log.hpp>
#include <tests/cli/shop_types.hpp>
#include <tests/cli/trials.hpp>
#include <tests/schema_check.hpp>
#include <whence/cli/command_table.hpp>
#include <whence/cli/verdict.hpp>
#include <whence/sql/database.hpp>

using namespace whence::cli;
using nlohmann::json;
using tests::console;
using tests::ran;
using tests::schema_named;

namespace {

std::string misfit(const json& value, const json& schema, const std::string&) {
  return tests::schema_check(schema).misfit(value);
}

json schema_of(const command& command) { return schema_named(std::string(command.schema) + ".schema.json"); }

bool is_list(const command& command) {
  return std::find(command.forms.begin(), command.forms.end(), output_form::csv) != command.forms.end();
}

/// Of one document: its frame, and what its command names.
void check_document(const command& command, const json& document) {
  const bool judges = document.contains("status");
  if (is_list(command)) {
    CHECK(misfit(document, schema_named("list.schema.json"), "") == "");
    if (command.schema.empty()) return;
    for (const json& item : document.at("items")) CHECK(misfit(item, schema_of(command), "") == "");
  } else if (judges) {
    CHECK(misfit(document, schema_named("verdict.schema.json"), "") == "");
    CHECK(misfit(document.at("data"), schema_of(command), "") == "");
  } else {
    CHECK(misfit(document, schema_of(command), "") == "");
  }
}

}  // namespace

TEST_CASE("the check of schemas finds what does not fit") {
  const json schema = schema_named("verdict.schema.json");
  const json good = json::parse(
      verdict_document("x y", verdict::fail, "[1]", {diagnostic(usage_error("value", "w", "r", "y", "at"))}));
  CHECK(misfit(good, schema, "") == "");
  json bad = good;
  bad["status"] = "perhaps";
  CHECK(misfit(bad, schema, "") == R"(/status is not one of ["pass","fail","error"])");
  bad = good;
  bad["diagnostics"][0].erase("hint");
  CHECK(misfit(bad, schema, "") == R"(/diagnostics/0 has no "hint")");
  bad = good;
  bad["more"] = 1;
  CHECK(misfit(bad, schema, "") == " has a member more");
  CHECK(misfit(json::parse(R"({"items":[1],"next":null})"), schema_named("list.schema.json"), "") ==
        R"(/items/0 is not of type "object")");
  CHECK(misfit(json::parse(R"({"items":[],"next":7})"), schema_named("list.schema.json"), "") ==
        R"(/next is not of type ["string","null"])");
}

TEST_CASE("what each command prints as JSON, in a document or a line for each item, fits the schema that it names") {
  const tests::models_beside beside;
  std::filesystem::current_path(beside.folder());  // some write a file
  console console(whence::sqlite(beside.store()), tests::shop_runtime());
  tests::fill_shop(*console.log, console.around.runtime);
  console.around.types = &tests::shop_types::all();
  whence::sql::database::open(beside.add("order_summary", *console.log, 9), whence::sql::open_mode::read_write)
      .run("ALTER TABLE orders RENAME TO order_line");
  beside.add("stock_levels", *console.log, 4);
  tests::put_contracts(console, std::filesystem::path(beside.store()).parent_path().string());
  console.other_log("copy.db").other_log("damaged.db").other_log("old.db");
  REQUIRE(console.run("export shop.jsonl").exit == 0);
  int documents = 0;
  int lines = 0;
  for (const command& command : commands()) {
    const bool prints_json =
        std::find(command.forms.begin(), command.forms.end(), output_form::json) != command.forms.end();
    if (!prints_json || tests::has_trial_of_its_own(command)) continue;
    CHECK((command.schema.empty() == (full_name(command) == "sql")));
    for (const example& example : command.examples) {
      CAPTURE(example.line);
      std::vector<std::string> words = tests::example_words(example.line);
      const auto has_form = std::find(words.begin(), words.end(), "-o");
      if (has_form != words.end()) words.erase(has_form, has_form + 2);
      words.insert(words.end(), {"-o", "jsonl"});
      tests::put_backups_here(beside.store(), console.around.runtime);
      const bool repairs = full_name(command) == "log repair";
      if (repairs) tests::put_damaged_log_here(console.around.runtime);
      console.with("WHENCE_STORE", repairs ? "damaged.db" : "shop.db");
      const ran one_a_line = console.run(words);
      std::istringstream text(one_a_line.out);
      for (std::string line; std::getline(text, line); ++lines) {
        if (!is_list(command)) {
          check_document(command, json::parse(line));
        } else if (!command.schema.empty()) {
          CHECK(misfit(json::parse(line), schema_of(command), "") == "");
        }
      }
      if (std::find(words.begin(), words.end(), "--follow") != words.end()) continue;
      words.back() = "json";
      tests::put_backups_here(beside.store(), console.around.runtime);
      if (repairs) tests::put_damaged_log_here(console.around.runtime);
      for (const char* const made_once : {"shop.key", "shop.key.pub"})
        if (full_name(command) == "log make-key") std::filesystem::remove(made_once);
      const ran ran = console.run(words);
      // This shop's log has what its program cannot read, and that is what a rehearsal says.
      const bool builds_models = example.line.find("up --check") != std::string_view::npos;  // of a backup
      const bool is_no = builds_models || full_name(command) == "rehearse" || full_name(command) == "schema upcast";
      CHECK(ran.exit == (is_no ? 1 : 0));
      check_document(command, json::parse(ran.out));
      ++documents;
    }
  }
  CHECK(documents > 30);
  CHECK(lines > 100);
  const json version = json::parse(console.run("--version --json").out);
  CHECK(misfit(version, schema_named("version.schema.json"), "") == "");
  // Watched, a model has a rate.
  console.interrupted.waits = 2;
  for (const char* const line : {"projection status --watch 1s -o jsonl", "inspect --watch 1s -o jsonl"}) {
    std::istringstream text(console.run(line).out);
    for (std::string item; std::getline(text, item);) {
      const json document = json::parse(item);
      const bool judges = document.contains("status");
      CHECK(misfit(judges ? document.at("data") : document,
                   schema_named(judges ? "overview.schema.json" : "projection.schema.json"), "") == "");
    }
  }
}

TEST_CASE("a failure as JSON fits a schema") {
  console console;
  const json list = schema_named("list.schema.json");
  const json verdict = schema_named("verdict.schema.json");
  for (const char* const line :
       {"event show @99", "event list --stream no-such", "event list --event deadbeef", "event count --fail-if x",
        "event list --where x", "stream show no-such", "stream list --since soon", "event list --columns type",
        "inspect --recent 0", "trace @99", "trace @1 --depth 0", "projection status none",
        "projection status --fail-if x", "sql", "stream state order-12345", "evnt list", "event list --typ X",
        "event list surplus", "event show"}) {
    CAPTURE(line);
    const ran ran = console.run(std::string(line) + " -o json");
    CHECK(ran.exit != 0);
    const json document = json::parse(ran.out);
    CHECK(misfit(document, verdict, "") == "");
    CHECK(document["status"] == "error");
    CHECK(document["diagnostics"].size() == 1);
    CHECK(ran.out.find(R"("command":"")") == std::string::npos);
  }
  // Of a line that is wrong elsewhere, too, it is known which command was meant.
  const auto command_of = [&console](const char* line) {
    return json::parse(console.run(std::string(line) + " -o json").out)["command"];
  };
  CHECK(command_of("event list --typ X") == "event list");
  CHECK(command_of("events surplus").is_null());
  CHECK(command_of("--limit x stream show") == "stream show");
  CHECK(command_of("help evnt").is_null());
  CHECK(command_of("--frob").is_null());
  CHECK(command_of("event count --limit 1") == "event count");
  const ran fails = console.run({"event", "count", "--fail-if", ">0", "-o", "json"});
  CHECK(fails.exit == 1);
  CHECK(misfit(json::parse(fails.out), list, "") == "");
}
