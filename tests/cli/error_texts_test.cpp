// What `whence` says when it does not do what it was told, in full: for the codes whose texts no other test pins whole.
#include <doctest/doctest.h>

#include <string>
#include <utility>

#include <tests/cli/console.hpp>
#include <tests/cli/models_beside.hpp>

using tests::console;

TEST_CASE("what was asked for is not in the log, nor beside it") {
  console console;
  CHECK(console.run("trace ffffffff-ffff-ffff-ffff-ffffffffffff").err ==
        R"(whence: no event in the log has to do with ffffffff-ffff-ffff-ffff-ffffffffffff
  where: shop.db
  why:   it is no event's id, no correlation, and no command that led to an event; a command that was rejected leaves no trace
  do:    whence event list --reverse --limit 10  [trace.missing, exit 3]
)");

  const tests::models_beside models;
  const std::string summary = models.add("order_summary", *console.log, 1);
  console.around.store_at = [models = models.around(console.around.store_at("shop.db"))](const std::string&) {
    return models;
  };
  CHECK(console.run("projection status order_sumary").err ==
        R"(whence: there is no read model "order_sumary" beside the log
  where: shop.db
  why:   did you mean order_summary? There are: order_summary
  do:    whence projection list  [projection.missing, exit 3]
)");
}

TEST_CASE("a condition that cannot be read") {
  console console;
  CHECK(console.run({"event", "list", "--where", "total > 100"}).err == R"(whence: --where cannot be read
  where: total > 100
         ^ a JSON pointer is expected here, which begins with /
  do:    write it as: --where '/data/quantity < 0', with one of = != < <= > >= ~  [usage.condition, exit 2]
)");
}

TEST_CASE("a name with a line feed in it stays on its line") {
  const auto console = tests::empty_console();
  console->around.store_at = [](const std::string& path) { return whence::sqlite(path); };
  const std::string said = console->run({"event", "list", "--store", "no\nlog.db"}).err;
  CHECK(said.find("there is no log no\\nlog.db\n  where: no\\nlog.db\n") != std::string::npos);
}
