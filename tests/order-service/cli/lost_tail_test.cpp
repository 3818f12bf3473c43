// A log of which acknowledged events are missing: who asks is shown what is intact, and told.
#include <doctest/doctest.h>

#include <algorithm>
#include <filesystem>
#include <string>
#include <vector>

#include "tests/order-service/program.hpp"

namespace fs = std::filesystem;
using program::shop_folder;

namespace {

void place(const shop_folder& folder, const std::string& number) {
  REQUIRE(folder.run({"place", number, "--line", "TEA:2:4.50", "--country", "France"}).exit == 0);
}

/// Orders 1 and 2 were placed and reported; then files from before order 2 took the log's place.
struct torn_shop : shop_folder {
  torn_shop() {
    place(*this, "1");
    for (const char* const file : {"", "-wal", ".witness"}) fs::copy_file(store() + file, file_of("older", file));
    place(*this, "2");
    REQUIRE(run({"report"}).exit == 0);
    for (const char* const file : {"", "-wal"})
      fs::copy_file(file_of("older", file), store() + file, fs::copy_options::overwrite_existing);
    fs::remove(store() + "-shm");
  }
  std::string file_of(const std::string& name, const std::string& end) const { return file(name) + end; }
};

bool has(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

}  // namespace

TEST_CASE("a report of a log that lost its end shows what is intact, says so, and exits 6") {
  const torn_shop folder;
  std::string code = "log.tail_missing";
  SUBCASE("its read models have seen more") {}
  SUBCASE("there are no read models") { fs::remove_all(folder.store() + ".models"); }
  SUBCASE("nor is there a witness") {
    fs::remove(folder.store() + ".witness");
    code = "log.witness_missing";
  }
  SUBCASE("only the log itself was copied") {
    for (const char* const file : {".witness", "-wal", ".lock", ".index", ".index-wal", ".index-shm"})
      fs::remove(folder.store() + file);
    fs::remove_all(folder.store() + ".models");
    code = "log.witness_missing";
  }
  const auto report = folder.run({"report", "-o", "json"});
  CHECK(report.exit == 6);
  CHECK(report.json().at("orders") == 1);
  CHECK(report.json().at("gross") == "9.00");
  CHECK(report.json().at("diagnostics").at(0).at("code") == code);
  CHECK(has(report.err, "[" + code + ", exit 6]"));
  CHECK(has(report.err, "  do:    tar -cf $(mktemp saved.XXXXXX.tar) "));
  if (code == "log.witness_missing")
    CHECK(has(report.err, "\n         # then bring " + folder.store() + ".witness back "));
  CHECK_FALSE(has(report.err, "mv "));  // the read models bear witness too

  const auto order = folder.run({"show", "1"});
  CHECK(order.exit == 6);
  CHECK(has(order.out, "order-1  placed"));
  CHECK(has(order.err, "[" + code + ", exit 6]"));

  const auto shown = folder.run({"show", "1", "--json"});
  CHECK(shown.exit == 6);
  CHECK(shown.json().at("status") == "placed");
  CHECK(shown.json().at("diagnostics").at(0).at("code") == code);

  // It is the judgement of `whence`.
  CHECK(program::shell("whence --store '" + folder.store() + "' event list 2>'" + folder.file("err") + "' >&2") == 6);
  CHECK(has(program::read_file(folder.file("err")), "[" + code + ", exit 6]"));
}

TEST_CASE("an order that is not there may be one that was lost") {
  const torn_shop folder;
  const auto shown = folder.run({"show", "2"});
  CHECK(shown.exit == 6);
  CHECK(shown.out == "");
  const std::size_t place = shown.err.find("order-service: order order-2 is not in what is intact of the log\n");
  REQUIRE(place != std::string::npos);
  CHECK(shown.err.find("[log.tail_missing, exit 6]") < place);
  CHECK(has(shown.err, "  why:   whether it was in what is lost, nobody can tell\n"));
  CHECK(has(shown.err, "  [order.missing, exit 6]\n"));
  CHECK_FALSE(has(shown.err, "there is no order"));

  const auto document = folder.run({"show", "2", "--json"});
  CHECK(document.exit == 6);
  CHECK(document.json().at("status") == "error");
  CHECK(document.json().at("diagnostics").size() == 2);
  CHECK(document.json().at("diagnostics").at(0).at("code") == "log.tail_missing");
  CHECK(document.json().at("diagnostics").at(1).at("code") == "order.missing");
}

TEST_CASE("read models that have seen more than a log that was restored are moved away only if that one is meant") {
  const torn_shop folder;
  fs::copy_file(folder.file_of("older", ".witness"), folder.store() + ".witness", fs::copy_options::overwrite_existing);
  const auto report = folder.run({"report"});
  CHECK(report.exit == 6);
  CHECK(has(report.err, "[checkpoint.mismatch, exit 6]"));
  CHECK(has(report.err, "  do:    tar -cf $(mktemp saved.XXXXXX.tar) "));
  CHECK(has(report.err,
            "; if this copy of the log is meant,\n         # while the application is stopped, "
            "which builds it anew:\n         mv -t "));
}

TEST_CASE("read models of another log may be moved away") {
  const torn_shop folder;
  const shop_folder other;
  place(other, "1");
  for (const char* const file : {"", "-wal", ".witness"})
    fs::copy_file(other.store() + file, folder.store() + file, fs::copy_options::overwrite_existing);
  const auto report = folder.run({"report"});
  CHECK(report.exit == 6);
  CHECK(has(report.err,
            "  do:    # if this is the right log,\n         # while the application is stopped, which builds it anew:\n"
            "         mv -t "));
}

TEST_CASE("who says so by name goes on with a log that lost its end, and is told the command for that") {
  const torn_shop folder;
  const auto refused = folder.run({"place", "3", "--line", "TEA:1:1"});
  CHECK(refused.exit == 6);
  const std::string repeated = "order-service --store " + folder.store() + " place 3 --line TEA:1:1";
  CHECK(has(refused.err, "\n         # to go on without what is lost:\n         #   " + repeated +
                             " --accept-missing-tail  [log.tail_missing, exit 6]"));
  CHECK(folder.run({"show", "1", "--accept-missing-tail"}).exit == 2);  // who only looks is shown what is intact anyway

  fs::remove_all(folder.store() + ".models");  // they have seen what is lost
  // A mistyped order accepts nothing.
  const std::string before = program::read_file(folder.store()) + program::read_file(folder.store() + "-wal");
  for (const std::vector<std::string>& mistyped :
       {std::vector<std::string>{"pay", "2"}, {"ship", "77"}, {"cancel", "7", "--reason", "x"}}) {
    auto words = mistyped;
    words.emplace_back("--accept-missing-tail");
    const auto missing = folder.run(words);
    CHECK(missing.exit == 3);
    CHECK(has(missing.err, "there is no such order in what is intact of the log; nothing was written\n"));
    CHECK_FALSE(has(missing.err, "epoch"));
    CHECK(program::read_file(folder.store()) + program::read_file(folder.store() + "-wal") == before);
  }
  CHECK(folder.run({"pay", "1"}).exit == 6);

  CHECK(folder.run({"place", "3", "--line", "TEA:1:1", "--accept-missing-tail"}).exit == 0);
  const auto report = folder.run({"report", "-o", "json"});
  CHECK(report.exit == 0);
  CHECK(report.json().at("orders") == 2);  // 1 and 3; order 2 is gone
  CHECK(folder.run({"pay", "3"}).exit == 0);
}

TEST_CASE("a command that is refused after a loss was accepted says that the loss is, and that no event was written") {
  const torn_shop folder;
  fs::remove_all(folder.store() + ".models");
  const auto refused = folder.run({"ship", "1", "--accept-missing-tail"});
  CHECK(refused.exit == 4);
  std::string said = refused.err;
  for (std::size_t at = said.find(folder.file("")); at != std::string::npos; at = said.find(folder.file("")))
    said.erase(at, folder.file("").size());
  const std::string begun =
      R"(order-service: shop.db goes on in epoch 2 behind event 1; what was lost is given up  [run.epoch_begun]
)";
  CHECK(said.starts_with(begun));
  CHECK(said.substr(std::min(begun.size(), said.size())) ==
        R"(order-service: cannot ship order-1: it is not paid; no event was written, and the log goes on in epoch 2
  where: shop.db
  do:    order-service --store shop.db show order-1  [order.unpaid, exit 4]
)");
  const auto again = folder.run({"ship", "1", "--accept-missing-tail"});
  CHECK(has(again.err, "it is not paid; nothing was written\n"));
  CHECK_FALSE(has(again.err, "epoch"));
}
