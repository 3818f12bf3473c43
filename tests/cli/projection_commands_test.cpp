// Read models beside a log, made by hand: what is wrong with them first.
#include <chrono>
#include <filesystem>
#include <string>

#include <doctest/doctest.h>

#include <tests/cli/console.hpp>
#include <tests/cli/models_beside.hpp>
#include <tests/cli/shop_log.hpp>
#include <whence/cli/fail_condition.hpp>
#include <whence/cli/failure.hpp>
#include <whence/core/simulation.hpp>

using namespace whence;
using tests::ran;

namespace {

/// The shop's nine events, and what lies beside them. The clock stands an hour after the last event.
struct shop : tests::console {
  shop() {
    const auto with_models = models.around(around.store_at(""));
    around.store_at = [with_models](const std::string&) { return with_models; };
    static_cast<manual_clock&>(*around.runtime.clock).set(parse_rfc3339("2026-01-27T11:30:09Z"));
  }
  std::string file(const std::string& name) const { return models.directory() + "/" + name; }
  std::unique_ptr<file_lock> writer() { return system_files()->try_lock(models.store() + ".lock").lock; }

  tests::models_beside models;
};

std::size_t count(const std::string& text, std::string_view part) {
  std::size_t found = 0;
  for (std::size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) ++found;
  return found;
}

}  // namespace

TEST_CASE("wrong usage of the projection commands is one message") {
  shop shop;
  shop.models.add("order_summary", *shop.log, 9);
  struct what {
    const char* line;
    int exit;
    const char* says;
  };
  for (const what& what : {
           what{"projection status nope", 3,
                "there are: order_summary\n  do:    whence projection list  [projection.missing, exit 3]"},
           what{"projection status order_sumary", 3, "did you mean order_summary?"},
           what{"projection status a b", 2, "has no place for \"b\""},
           what{"projection list order_summary", 2, "has no place for \"order_summary\""},
           what{"projection swap order_summary", 2, "there are: list, status, rebuild"},
           what{"projection status --fail-if lag", 2,
                "'lag>1000', 'behind>=30s' or 'state!=live', with one of = != < <= > >= ~  [usage.condition, exit 2]"},
           what{"projection status --fail-if lag>", 2, "       ^ a value is expected here"},
           what{"projection status --fail-if lag>-1", 2, "       ^ a whole number is expected here"},
           what{"projection status --fail-if lag><1", 2, "       ^ a value is expected here; a text"},
           what{"projection status --fail-if behind>5", 2, "^ a time is expected here, such as 500ms, 2s"},
           what{"projection status --fail-if state=asleep", 2, "^ a state is expected here: live, lagging"},
           what{"projection status --fail-if state>live", 2, "^ states have no order: use =, != or ~"},
           what{"projection status --fail-if age>1s", 2, "^ what is compared is expected here: lag, behind or state"},
           what{"projection status --watch 1ms", 2, "give 100ms or more"},
           what{"projection status --watch soon", 2, "--watch cannot be \"soon\""},
           what{"projection status --watch 2s -o json", 2, "choose -o table or -o jsonl"},
           what{"projection status --watch 2s -o csv", 2, "choose -o table or -o jsonl"},
           what{"projection status -o mermaid", 2, "-o cannot be \"mermaid\""},
       }) {
    CAPTURE(what.line);
    const ran ran = shop.run(what.line);
    CAPTURE(ran.err);
    CHECK(ran.exit == what.exit);
    CHECK(ran.err.find(what.says) != std::string::npos);
    CHECK(count(ran.err, "whence: ") == 1);
  }
}

TEST_CASE("without read models there is an empty list") {
  shop shop;
  const ran ran = shop.run("projection status");
  CHECK(ran.exit == 0);
  CHECK(ran.out ==
        "head 9 · last event 60 min ago · no process writes\n\nPROJECTION  VER  STATE  CHECKPOINT  LAG  BEHIND\n");
  CHECK(shop.run("projection list -o json").out == "{\"head\":9,\"items\":[],\"next\":null}\n");
  CHECK(shop.run("projection status x").err.find("there is none at all") != std::string::npos);
  std::filesystem::remove(shop.models.directory());
  CHECK(shop.run("projection list").exit == 0);
  CHECK_FALSE(std::filesystem::exists(shop.models.directory()));
  tests::console in_memory;  // whose models are in the memory of a process
  CHECK(in_memory.run("projection status").exit == 0);
}

TEST_CASE("a damaged or foreign model is named, with exit code 6, and the others are shown") {
  shop shop;
  const auto& log = *shop.log;
  const log_identity self = log.identity();
  shop.models.add("sound", *shop.log, 9);
  shop.models.write("no_database.current", "no_database.1.1.db\n");
  shop.models.write("no_database.1.1.db", "no database");
  shop.models.write("gone.current", "gone.1.7.db\n");
  shop.models.add("of_another_log", {log_id(derive(timestamp{}, "x")), 1}, 3, chain_hash{1}, {});
  shop.models.add("other_history", self, 3, chain_hash{1, 2, 3}, {});
  shop.models.add("ahead", self, 10, chain_hash{1, 2, 3}, {});
  shop.models.add("of_a_later_epoch", {self.id, self.epoch + 1}, 9, *shop.log->chain_at(global_position{9}), {});

  const ran ran = shop.run("projection status");
  CHECK(ran.exit == 6);
  CHECK(ran.out == R"(head 9 · last event 60 min ago · no process writes

PROJECTION        VER  STATE    CHECKPOINT  LAG  BEHIND
ahead               1  foreign          10    –       –
gone                –  damaged           –    –       –
no_database         1  damaged           –    –       –
of_a_later_epoch    1  foreign           9    –       –
of_another_log      1  foreign           3    –       –
other_history       1  foreign           3    –       –
sound               1  live              9    0     0 s
)");
  CHECK(count(ran.err, "[checkpoint.mismatch, exit 6]") == 4);
  CHECK(count(ran.err, "[read_model.damaged, exit 6]") == 2);
  for (const char* const name :
       {"ahead", "gone", "no_database", "of_a_later_epoch", "of_another_log", "other_history"}) {
    CAPTURE(name);
    CHECK(count(ran.err, std::string("whence: ") + name + " stands at") +
              count(ran.err, std::string("whence: the file of ") + name + " cannot") ==
          1);
  }
  CHECK(shop.run("projection list").exit == 6);
  CHECK(shop.run("projection status sound").exit == 0);
  const tests::ran json = shop.run("projection status gone -o json");
  CHECK(json.exit == 6);
  CHECK(json.out.starts_with(
      "{\"head\":9,\"writer\":null,\"items\":[\n"
      "{\"projection\":\"gone\",\"version\":null,\"generation\":null,\"state\":\"damaged\",\"checkpoint\":null,"
      "\"lag\":null,\"lagSeconds\":null,\"bytes\":null,\"path\":null,\"problem\":\"read_model.damaged\"}\n"
      "],\"next\":null,\"diagnostics\":[{\"code\":\"read_model.damaged\""));
  CHECK(shop.run("projection status --fail-if state!=live").exit == 6);
}

TEST_CASE("a file name in the models' folder moves no cursor") {
  shop shop;
  shop.models.write("bad.current", "\x1b[2J\x1b[31m\xE2\x80\xAE.db\n");
  shop.models.write("\x1b[2J.current", "x");
  const ran ran = shop.run("projection status");
  CHECK(ran.exit == 6);
  CHECK((ran.out + ran.err).find('\x1b') == std::string::npos);
  CHECK((ran.out + ran.err).find("\xE2\x80\xAE") == std::string::npos);
}

TEST_CASE("how far each model is behind, in each form") {
  shop shop;
  shop.models.add("sales", *shop.log, 9, {.version = 3, .number = 17});
  shop.models.add("stock", *shop.log, 4);
  CHECK(shop.run("projection status").out == R"(head 9 · last event 60 min ago · no process writes

PROJECTION  VER  STATE    CHECKPOINT  LAG  BEHIND
sales         3  live              9    0     0 s
stock         1  stopped           4    5  60 min
)");
  CHECK(shop.run("projection status stock -o markdown").out ==
        "| PROJECTION | VER | STATE | CHECKPOINT | LAG | BEHIND |\n| --- | ---: | --- | ---: | ---: | ---: |\n"
        "| stock | 1 | stopped | 4 | 5 | 3604.000000 |\n");
  const std::string bytes = std::to_string(std::filesystem::file_size(shop.file("sales.3.17.db")));
  CHECK(shop.run("projection status -o csv").out ==
        "projection,version,generation,state,checkpoint,lag,lagSeconds,bytes,path,problem\r\n"
        "sales,3,17,live,9,0,0.000000," +
            bytes + "," + shop.file("sales.3.17.db") +
            ",\r\n"
            "stock,1,1,stopped,4,5,3604.000000," +
            bytes + "," + shop.file("stock.1.1.db") + ",\r\n");
  CHECK(shop.run("projection status -o jsonl").out ==
        "{\"projection\":\"sales\",\"version\":3,\"generation\":17,\"state\":\"live\",\"checkpoint\":9,\"lag\":0,"
        "\"lagSeconds\":0.000000,\"bytes\":" +
            bytes + ",\"path\":\"" + shop.file("sales.3.17.db") +
            "\"}\n"
            "{\"projection\":\"stock\",\"version\":1,\"generation\":1,\"state\":\"stopped\",\"checkpoint\":4,\"lag\":5,"
            "\"lagSeconds\":3604.000000,\"bytes\":" +
            bytes + ",\"path\":\"" + shop.file("stock.1.1.db") + "\"}\n");
  CHECK(shop.run("projection list --columns projection,ver,gen,state,lag").out ==
        "PROJECTION  VER  GEN  STATE    LAG\nsales         3   17  live       0\nstock         1    1  stopped    5\n");
  {
    const auto held = shop.writer();
    REQUIRE(held);
    const std::string out = shop.run("projection status").out;
    CHECK(out.find(" · process " + std::to_string(::getpid()) + " writes\n") != std::string::npos);
    CHECK(out.find("stock         1  lagging") != std::string::npos);
  }
  shop.terminal(40).with("NO_COLOR", "1");
  CHECK(shop.run("projection status stock").out ==
        "head 9 · last event 60 min ago · no\nprocess writes\n\nPROJECTION  STATE    LAG  BEHIND\nstock       stopped  "
        "  5  60 "
        "min\n");
}

TEST_CASE("a generation that is being built has a line of its own, and fails no condition") {
  shop shop;
  shop.models.add("sales", *shop.log, 9);
  const auto building = system_files()->try_lock(shop.file("sales.build.lock")).lock;
  shop.models.add("sales", *shop.log, 3, {.version = 2, .number = 2, .serves = false});
  CHECK(shop.run("projection status --columns projection,ver,state,checkpoint,lag").out.substr(52) ==
        "\n\nPROJECTION  VER  STATE     CHECKPOINT  LAG\nsales         1  live               9    0\n"
        "sales         2  building           3    6\n");
  CHECK(shop.run("projection status --fail-if lag>0").exit == 0);
  CHECK(shop.run("projection status --fail-if state=building").exit == 1);
}

TEST_CASE("--fail-if is exit code 1, and says for which model") {
  shop shop;
  shop.models.add("sales", *shop.log, 9);
  shop.models.add("stock", *shop.log, 4);
  struct what {
    const char* condition;
    int exit;
    const char* err;
  };
  for (const what& what : {
           what{"lag>4", 1, "stock is 5 events behind"},
           what{"lag>5", 0, ""},
           what{"lag >= 5", 1, "stock is 5 events behind"},
           what{"lag=0", 1, "sales has every event"},
           what{"lag==5", 1, "stock is 5 events behind"},
           what{"lag!=0", 1, "stock is 5 events behind"},
           what{"lag<1", 1, "sales has every event"},
           what{"lag<=0", 1, "sales has every event"},
           what{"behind>1h", 1, "stock is 5 events behind"},
           what{"behind>2h", 0, ""},
           what{"behind<500ms", 1, "sales has every event"},
           what{"state=stopped", 1, "stock is 5 events behind"},
           what{"state ~ st*", 1, "stock is 5 events behind"},
           what{"state == \"live\"", 1, "sales has every event"},
           what{"state~dam*", 0, ""},
           what{"state!=live", 1, "stock is 5 events behind"},
       }) {
    CAPTURE(what.condition);
    const ran ran = shop.run(std::vector<std::string>{"projection", "status", "--fail-if", what.condition});
    CHECK(ran.exit == what.exit);
    const std::string said = std::string("whence: ") + what.err + ": --fail-if '" + what.condition +
                             "' holds\n  where: shop.db  [condition.met, exit 1]\n";
    CHECK(ran.err == (what.exit == 0 ? "" : said));
    CHECK(count(ran.out, "\n") == 5);
  }
  CHECK(shop.run("projection status --fail-if lag>100 --fail-if lag>4").exit == 1);
  CHECK(shop.run("projection status sales --fail-if lag>4").exit == 0);
}

TEST_CASE("--watch looks again until SIGINT, and then it is done") {
  shop shop;
  shop.models.add("stock", *shop.log, 4);
  shop.interrupted.waits = 3;
  const ran ran = shop.run("projection status --watch 2s");
  CHECK(ran.exit == 0);
  CHECK(count(ran.out, "PROJECTION  VER  STATE    CHECKPOINT  LAG  BEHIND  RATE  ETA\n") == 3);
  CHECK(count(ran.out, "stock         1  stopped           4    5  60 min   0/s    ∞\n") == 2);
  CHECK(count(shop.run("projection status --watch 100ms -o jsonl").out, "\"ratePerSecond\":0,\"etaSeconds\":null") ==
        2);
}

TEST_CASE("--watch shows how fast a model comes on, and when it has caught up") {
  shop shop;
  shop.models.add("stock", *shop.log, 1);
  shop.interrupted.waits = 2;
  shop.interrupted.meanwhile = [&shop] {
    sql::database db = sql::database::open(shop.file("stock.1.1.db"), sql::open_mode::read_write);
    db.run("UPDATE whence_checkpoint SET position = 5, chain = ?", {*shop.log->chain_at(global_position{5})});
  };
  CHECK(shop.run("projection status --watch 2s")
            .out.find("stock         1  stopped           5    4  60 min   2/s  2 s\n") != std::string::npos);
}

TEST_CASE("--watch draws in place on a terminal, no more than its rows, and moves nothing elsewhere") {
  shop shop;
  for (const char* const name : {"a", "b", "c", "d", "e", "f"}) shop.models.add(name, *shop.log, 9);
  CHECK(shop.run("projection status --watch 2s").out.find('\x1b') == std::string::npos);
  shop.terminal(80, 5).with("NO_COLOR", "1");
  shop.around.in_is_terminal = true;
  const std::string out = shop.run("projection status --watch 2s").out;
  CHECK(out.starts_with("\x1b[Hhead 9"));
  CHECK(count(out, "\n") == 4);
  CHECK(out.ends_with("\x1b[J"));
  shop.with("TERM", "dumb");
  CHECK(shop.run("projection status --watch 2s").out.find('\x1b') == std::string::npos);
}

TEST_CASE("a watch ends when a condition holds, or the log cannot be read") {
  shop shop;
  const std::string path = shop.models.add("stock", *shop.log, 4);
  shop.interrupted.waits = 100;
  CHECK(shop.run("projection status --watch 2s --fail-if lag>4").exit == 1);
  shop.interrupted.meanwhile = [&] { std::filesystem::remove_all(shop.models.directory()); };
  const ran ran = shop.run("projection status stock --watch 2s");
  CHECK(ran.exit == 3);
  CHECK(count(ran.out, "stock") == 1);
}

TEST_CASE("a condition is judged on what is known") {
  using cli::fail_condition;
  cli::model_standing unknown;
  CHECK_FALSE(fail_condition("lag>0").holds(unknown));
  CHECK_FALSE(fail_condition("lag=0").holds(unknown));
  CHECK_FALSE(fail_condition("behind<1s").holds(unknown));
  CHECK(fail_condition("state=damaged").holds(unknown));
  CHECK_THROWS_AS(fail_condition("lag>18446744073709551616"), cli::usage_error);
  CHECK_THROWS_AS(fail_condition(""), cli::usage_error);
  CHECK_THROWS_AS(fail_condition(">5"), cli::usage_error);
}
