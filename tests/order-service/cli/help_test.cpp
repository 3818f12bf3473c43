// The example in the help of each command is run, and prints what is said there.
#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "tests/order-service/program.hpp"

using program::shop_folder;

namespace {

/// What stands behind the label, to the end of the line.
std::string said(const std::string& help, const std::string& label) {
  const std::size_t begin = help.find("\n" + label);
  REQUIRE(begin != std::string::npos);
  const std::size_t from = begin + 1 + label.size();
  return help.substr(from, help.find('\n', from) - from);
}

struct example {
  const char* command;
  std::vector<std::vector<std::string>> before;  // what has to have happened
};

const std::vector<std::string> place{"place", "1", "--line", "TEA:2:4.50"};
const std::vector<std::string> pay{"pay", "1"};

}  // namespace

TEST_CASE("the example in each command's help prints what is said there") {
  for (const example& each : {example{"import", {}},
                              {"place", {}},
                              {"pay", {place}},
                              {"ship", {place, pay}},
                              {"cancel", {place}},
                              {"show", {place}},
                              {"report", {place}},
                              {"simulate", {}}}) {
    CAPTURE(each.command);
    const shop_folder folder;
    folder.write("sales.csv",
                 "InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country\n"
                 "5,TEA,tea,1,12/1/2010 8:26,4.50,7,France\n"
                 "6,TEA,tea,one,12/1/2010 8:26,4.50,7,France\n");
    for (const auto& words : each.before) REQUIRE(folder.run(words).exit == 0);
    const std::string help = program::run({each.command, "--help"}).out;
    CHECK(help.find("--store PATH") != std::string::npos);
    const std::string line = said(help, "Example: ");
    std::string prints = said(help, "prints:  ");
    CHECK(line.starts_with("order-service " + std::string(each.command) + " "));
    CHECK(line.ends_with(" --store shop.db"));
    CHECK(program::shell("cd '" + folder.file("") + "' && " + line + " >out 2>err") == 0);
    const std::string out = program::read_file(folder.file("out"));
    if (const std::string more = " …"; prints.ends_with(more)) {
      CHECK(out.starts_with(prints.substr(0, prints.size() - more.size()) + "\n"));
    } else {
      CHECK(out == prints + "\n");
    }
  }
}
