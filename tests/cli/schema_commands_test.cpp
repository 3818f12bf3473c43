// Contracts on the command line: released, checked, compared; what is refused, and what the exit codes say.
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

#include <doctest/doctest.h>

#include <tests/cli/console.hpp>
#include <tests/cli/shop_types.hpp>
#include <tests/temporary_folder.hpp>

using namespace whence;
using tests::ran;
namespace fs = std::filesystem;

namespace {

/// The shop's executable, called in an empty folder.
struct application : tests::console {
  application() {
    around.types = &tests::shop_types::all();
    around.program = around.types->program();
    around.directory = folder.path().string();
  }
  std::string file(const std::string& name) const { return folder.file(name); }
  std::string read(const std::string& name) const {
    std::ifstream in(file(name), std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
  }
  void write(const std::string& name, const std::string& content) const {
    fs::create_directories(fs::path(file(name)).parent_path());
    std::ofstream(file(name), std::ios::binary) << content;
  }
  /// Without the folder.
  ran run_here(const std::string& line) {
    ran result = run(line);
    for (std::string* const text : {&result.out, &result.err})
      for (std::size_t at; (at = text->find(folder.path().string() + "/")) != std::string::npos;)
        text->erase(at, folder.path().string().size() + 1);
    return result;
  }

  tests::temporary_folder folder;
};

const std::string closed =
    R"({"type":"object","properties":{"a":{"type":"string"}},"required":["a"],"additionalProperties":false})";
const std::string with_b =
    R"({"title":"Paid version 1","type":"object","properties":{"a":{"type":"string"},"b":{"type":"integer"}},"required":["a","b"],"additionalProperties":false})";

}  // namespace

TEST_CASE("the stock program knows no events, and says which program to run") {
  tests::console console;
  for (const std::string command : {"check", "release"}) {
    const ran refused = console.run("schema " + command);
    CHECK(refused.exit == 7);
    CHECK(refused.err ==
          "whence: this needs the application's events, which the stock binary does not have\n"
          "  where: schemas\n"
          "  why:   what a program promises of its events stands in its own code\n"
          "  do:    run it with the application's own executable: PROGRAM whence schema " +
              command + "  [types.missing, exit 7]\n");
  }
}

TEST_CASE_FIXTURE(application, "what was not released is named by a check, which writes nothing") {
  around.program = "shop";
  const ran found = run_here("schema check");
  CHECK(found.exit == 1);
  CHECK(found.out.starts_with("EVENT "));
  CHECK(found.out.find("unreleased  has no contract yet") != std::string::npos);
  CHECK(found.err == R"(shop: schemas: what was released is not what the program does: 4 findings
  where: schemas
  why:   OrderNoted version 1: has no contract yet
  do:    shop schema release --dir schemas  [contract.broken, exit 1]
)");
  CHECK(fs::is_empty(folder.path()));
}

TEST_CASE_FIXTURE(application,
                  "a release that would change what was released writes nothing and says which member it is") {
  REQUIRE(run("schema release").exit == 0);
  std::string schema = read("schemas/order/OrderNoted.v1.schema.json");
  schema.replace(schema.find("\"string\""), 8, "\"integer\"");
  write("schemas/order/OrderNoted.v1.schema.json", schema);
  fs::remove(file("schemas/order/OrderShipped.v1.schema.json"));
  const ran refused = run_here("schema release");
  CHECK(refused.exit == 4);
  CHECK(refused.out == "");
  CHECK(
      refused.err.starts_with("order-service whence: OrderNoted version 1 was released, and is described otherwise "
                              "now: /note: was whole numbers, is any text; nothing "
                              "was written\n  where: schemas/order/OrderNoted.v1.schema.json\n"));
  CHECK(refused.err.find("upcast<OrderNoted, 1>") != std::string::npos);
  CHECK(read("schemas/order/OrderNoted.v1.schema.json") == schema);
  CHECK_FALSE(fs::exists(file("schemas/order/OrderShipped.v1.schema.json")));
  const ran found = run_here("schema check -o json");
  CHECK(found.exit == 1);
  CHECK(found.out.find(R"("status":"fail")") != std::string::npos);
  CHECK(
      found.out.find(
          R"("kind":"changed","eventType":"OrderNoted","eventVersion":1,"file":"schemas/order/OrderNoted.v1.schema.json")") !=
      std::string::npos);
}

TEST_CASE_FIXTURE(application, "a dry run names what would be released") {
  const ran looked = run_here("schema release --dry-run -o csv");
  CHECK(looked.exit == 0);
  CHECK(looked.out.starts_with("eventType,eventVersion,aggregateType,state,schemaFile\r\n"));
  CHECK(looked.out.find("OrderPlaced,2,Order,new,schemas/order/OrderPlaced.v2.schema.json") != std::string::npos);
  CHECK(looked.err == "nothing was written: without --dry-run, what is new is released\n");
  CHECK(fs::is_empty(folder.path()));
}

TEST_CASE_FIXTURE(application, "what is released stands in the folder that is named, and is kept") {
  CHECK(run("schema release --dir contracts").exit == 0);
  CHECK(fs::exists(file("contracts/order/OrderPlaced.v2.samples.jsonl")));
  CHECK(run_here("schema release --dir contracts -o jsonl").out.find(R"("state":"new")") == std::string::npos);
  const ran checked = run_here("schema check --dir contracts");
  CHECK(checked.exit == 0);
  CHECK(checked.out.starts_with("contracts: all that was released is kept, by "));
}

TEST_CASE_FIXTURE(application, "a difference has two sides, and each is there") {
  CHECK(run("schema diff").exit == 2);
  CHECK(run_here("schema diff old.json").err.find("`schema diff` needs to know which: OLD NEW") != std::string::npos);
  CHECK(run("schema diff a b c").err.find("has no place for \"c\"") != std::string::npos);
  write("old.json", closed);
  const ran missing = run_here("schema diff old.json new.json");
  CHECK(missing.exit == 3);
  CHECK(missing.err.find("new.json") != std::string::npos);
  fs::create_directories(file("empty"));
  CHECK(run_here("schema diff old.json empty").exit == 5);
  const ran none = run_here("schema diff empty empty");
  CHECK(none.exit == 3);
  CHECK(none.err.starts_with("order-service whence: there are no contracts in empty\n"));
  write("new.json", R"({"format":"email"})");
  const ran unsupported = run_here("schema diff old.json new.json");
  CHECK(unsupported.exit == 6);
  CHECK(unsupported.err.find("where: new.json") != std::string::npos);
}

TEST_CASE_FIXTURE(application, "a change that breaks is told with why and what to do, and fails the gate") {
  write("old.json", with_b);
  write("new.json", closed);
  around.program = "shop";
  const ran broken = run_here("schema diff old.json new.json");
  CHECK(broken.exit == 1);
  CHECK(broken.out == R"(READS     CONTRACT  WHERE  WHAT                                WHY
breaking            /b     a member is gone that was required  code of now refuses a member that it does not name; code of before requires it

do: /b: give the event a new version and upcast<Paid, 1>([](document& data) { data.remove("b"); }); or let the type be `tolerant`
breaking: neither reads the data of the other
)");
  CHECK(broken.err ==
        R"(shop: new.json does not keep what old.json promised: it has to be compatible backward
  where: /b
  why:   a member is gone that was required: code of now refuses a member that it does not name; code of before requires it
  do:    give the event a new version and upcast<Paid, 1>([](document& data) { data.remove("b"); }); or let the type be `tolerant`  [schema.incompatible, exit 1]
)");
}

TEST_CASE_FIXTURE(application, "what is required decides") {
  write("small.json", R"({"type":"integer","minimum":0})");
  write("large.json", R"({"type":"integer"})");
  const auto exit = [&](const std::string& line) { return run("schema diff " + line).exit; };
  CHECK(exit("small.json large.json") == 0);
  CHECK(exit("small.json large.json --require backward") == 0);
  CHECK(exit("small.json large.json --require forward") == 1);
  CHECK(exit("small.json large.json --require both") == 1);
  CHECK(exit("large.json small.json") == 1);
  CHECK(exit("large.json small.json --require forward") == 0);
  CHECK(exit("large.json small.json --require none") == 0);
  CHECK(exit("large.json large.json --require both") == 0);
  CHECK(exit("large.json large.json --require neither") == 2);
  CHECK(run_here("schema diff large.json large.json").out == "both: either reads the data of the other\n");
}

TEST_CASE_FIXTURE(
    application,
    "of folders each contract is compared with its own; one that is gone breaks, one that is new does not") {
  REQUIRE(run("schema release --dir before").exit == 0);
  REQUIRE(run("schema release --dir after").exit == 0);
  fs::remove(file("before/order/OrderShipped.v1.schema.json"));
  CHECK(run("schema diff before after").exit == 0);
  const ran gone = run_here("schema diff after before -o json");
  CHECK(gone.exit == 1);
  CHECK(
      gone.out.find(
          R"("data":{"reads":"breaking","required":"backward","changes":[{"contract":"order/OrderShipped.v1","pointer":"","what":"the contract is gone","reads":"breaking")") !=
      std::string::npos);
}
