// What the program says when it does not do what it was told: the whole text, and that the log is as it was.
#include <doctest/doctest.h>

#include <cstdlib>
#include <filesystem>
#include <regex>
#include <sstream>
#include <stdexcept>
#include <string>
#include <vector>

#include <cli/failure.hpp>
#include <cli/shell_text.hpp>
#include <whence/store/append_outcome.hpp>

#include "tests/environment.hpp"
#include "tests/order-service/program.hpp"

using program::shop_folder;

namespace {

struct refusal {
  std::vector<std::string> command;
  std::string text;
};

/// The folder's name differs from run to run.
std::string without_folder(const shop_folder& folder, std::string text) {
  const std::string name = folder.file("");
  const std::string itself = "ls -l " + name.substr(0, name.size() - 1) + "\n";
  for (std::size_t at = text.find(itself); at != std::string::npos; at = text.find(itself, at))
    text.replace(at, itself.size(), "ls -l FOLDER\n");
  for (std::size_t at = text.find(name); at != std::string::npos; at = text.find(name, at)) text.erase(at, name.size());
  return text;
}

/// Orders 1 placed, 2 paid, 3 shipped, 4 cancelled.
void trade(const shop_folder& folder) {
  for (const std::vector<std::string>& command : {std::vector<std::string>{"place", "1", "--line", "TEA:1:4.50"},
                                                  {"place", "2", "--line", "TEA:1:4.50"},
                                                  {"pay", "2"},
                                                  {"place", "3", "--line", "TEA:1:4.50"},
                                                  {"pay", "3"},
                                                  {"ship", "3"},
                                                  {"place", "4", "--line", "TEA:1:4.50"},
                                                  {"cancel", "4", "--reason", "too late"}})
    REQUIRE(folder.run(command).exit == 0);
}

void check_each(const shop_folder& folder, const std::vector<refusal>& refusals) {
  const std::string log = folder.log();
  for (const refusal& each : refusals) {
    CAPTURE(each.text);
    const auto ended = folder.run(each.command);
    CHECK(without_folder(folder, ended.err) == each.text);
    CHECK(ended.out == "");
    CHECK(each.text.ends_with(", exit " + std::to_string(ended.exit) + "]\n"));
  }
  CHECK(folder.log() == log);
}

/// A file of sales with these records.
std::string write_sales(const shop_folder& folder, const std::string& name, const std::string& records) {
  std::string text = "InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country\n";
  return folder.write(name, text.append(records));
}

}  // namespace

TEST_CASE("what an order does not allow") {
  const shop_folder folder;
  trade(folder);
  check_each(
      folder,
      {
          {{"place", "1", "--line", "TEA:1:4.50"},
           R"(order-service: cannot place order-1: it is placed already; nothing was written
  where: shop.db
  do:    order-service --store shop.db show order-1  [order.exists, exit 4]
)"},
          {{"pay", "9"}, R"(order-service: cannot pay order-9: there is no such order; nothing was written
  where: shop.db
  do:    order-service whence stream list --aggregate Order --store shop.db  [order.missing, exit 3]
)"},
          {{"pay", "2"}, R"(order-service: cannot pay order-2: it is paid already; nothing was written
  where: shop.db
  do:    order-service --store shop.db show order-2  [payment.taken, exit 4]
)"},
          {{"pay", "4"}, R"(order-service: cannot pay order-4: it is cancelled; nothing was written
  where: shop.db
  do:    order-service --store shop.db show order-4  [order.cancelled, exit 4]
)"},
          {{"ship", "1"}, R"(order-service: cannot ship order-1: it is not paid; nothing was written
  where: shop.db
  do:    order-service --store shop.db show order-1  [order.unpaid, exit 4]
)"},
          {{"ship", "3"}, R"(order-service: cannot ship order-3: it is shipped already; nothing was written
  where: shop.db
  do:    order-service --store shop.db show order-3  [order.shipped, exit 4]
)"},
          {{"ship", "4"}, R"(order-service: cannot ship order-4: it is cancelled; nothing was written
  where: shop.db
  do:    order-service --store shop.db show order-4  [order.cancelled, exit 4]
)"},
          {{"ship", "9"}, R"(order-service: cannot ship order-9: there is no such order; nothing was written
  where: shop.db
  do:    order-service whence stream list --aggregate Order --store shop.db  [order.missing, exit 3]
)"},
          {{"cancel", "3", "--reason", "too late"},
           R"(order-service: cannot cancel order-3: it is shipped already; nothing was written
  where: shop.db
  do:    order-service --store shop.db show order-3  [order.shipped, exit 4]
)"},
          {{"cancel", "4", "--reason", "too late"},
           R"(order-service: cannot cancel order-4: it is cancelled; nothing was written
  where: shop.db
  do:    order-service --store shop.db show order-4  [order.cancelled, exit 4]
)"},
          {{"cancel", "1", "--reason", ""},
           R"(order-service: cannot cancel order-1: a cancellation needs a reason; nothing was written
  where: shop.db
  do:    order-service --store shop.db cancel order-1 --reason 'no longer wanted'  [order.reason, exit 4]
)"},
          {{"cancel", "9", "--reason", "too late"},
           R"(order-service: cannot cancel order-9: there is no such order; nothing was written
  where: shop.db
  do:    order-service whence stream list --aggregate Order --store shop.db  [order.missing, exit 3]
)"},
          {{"show", "9"}, R"(order-service: there is no order order-9
  where: shop.db
  do:    order-service whence stream list --aggregate Order --store shop.db  [order.missing, exit 3]
)"},
          {{"place", "9", "--line", "TEA:0:4.50"},
           R"(order-service: cannot place order-9: a quantity has one to nine digits and is not 0; nothing was written
  where: shop.db
  do:    order-service place --help  [line.quantity, exit 4]
)"},
          {{"place", "9", "--line", "TEA:-1:4.50"},
           R"(order-service: cannot place order-9: an order's quantities are positive; nothing was written
  where: shop.db
  do:    order-service place --help  [line.quantity, exit 4]
)"},
          {{"place", "9", "--line", "TEA:999999999:999999999999"},
           R"(order-service: cannot place order-9: the total does not fit into 64 bits; nothing was written
  where: shop.db
  do:    order-service place --help  [amount.overflow, exit 4]
)"},
      });
}

TEST_CASE("command lines that are none") {
  const shop_folder folder;
  trade(folder);
  check_each(
      folder,
      {
          {{"buy", "1"}, R"(order-service: there is no command "buy"
  do:    order-service --help  [usage.command, exit 2]
)"},
          {{"imprt", "sales.csv"}, R"(order-service: there is no command "imprt"; did you mean import?
  do:    order-service --store shop.db import sales.csv  [usage.command, exit 2]
)"},
          {{"--fast"}, R"(order-service: there is no option --fast
  do:    order-service --help  [usage.option, exit 2]
)"},
          {{"pay"}, R"(order-service: `pay` needs ORDER
  do:    order-service pay --help  [usage.argument, exit 2]
)"},
          {{"pay", "1", "2"}, R"(order-service: `pay` has no place for "2"
  do:    order-service pay --help  [usage.argument, exit 2]
)"},
          {{"report", "--fast"}, R"(order-service: there is no option --fast of `report`
  do:    order-service report --help  [usage.option, exit 2]
)"},
          {{"report", "-o", "xml"}, R"(order-service: --output: "xml" is none of: table, json
  do:    order-service report --help  [usage.value, exit 2]
)"},
          {{"show", "1", "--wait", "soon"}, R"(order-service: --wait: "soon" is no whole number from 0 to 1000000000
  do:    order-service show --help  [usage.value, exit 2]
)"},
          {{"show", "1", "--wait"}, R"(order-service: --wait needs a value
  do:    order-service show --help  [usage.value, exit 2]
)"},
          {{"simulate", "--orders", "0"}, R"(order-service: --orders: "0" is no whole number from 1 to 1000000000
  do:    order-service simulate --help  [usage.value, exit 2]
)"},
          {{"simulate", "--orders", "1", "--orders", "2"}, R"(order-service: --orders is given more than once
  do:    order-service simulate --help  [usage.option, exit 2]
)"},
          {{"import", ""}, R"(order-service: the name of the file of sales is empty
  do:    order-service import --help  [usage.argument, exit 2]
)"},
          {{"import", "sales.csv", "--rejects", ""}, R"(order-service: --rejects is empty
  do:    order-service import --help  [usage.value, exit 2]
)"},
          {{"place", "9"}, R"(order-service: `place` needs --line
  do:    order-service place --help  [usage.argument, exit 2]
)"},
          {{"place", "9", "--line", "TEA:1"},
           R"(order-service: "TEA:1" is no line: ITEM:QUANTITY:PRICE, a quantity of at most nine digits, a price of at most twelve digits and four decimals
  do:    order-service place --help  [usage.line, exit 2]
)"},
          {{"place", "order-", "--line", "TEA:1:4.50"}, R"(order-service: an order's id is not empty
  do:    order-service place --help  [usage.order, exit 2]
)"},
          {{"place", "9", "--line", "TEA:1:4.50", "--customer", "caf\xE9"}, R"(order-service: "caf�" is not UTF-8
  do:    order-service --help  [usage.text, exit 2]
)"},
      });
  const tests::environment_variable none("WHENCE_STORE", std::nullopt);
  CHECK(program::run({"report"}).err == R"(order-service: no store to open
  where: no --store, WHENCE_STORE or whence.toml; this folder has no log
  do:    order-service report --store PATH  [store.unnamed, exit 2]
)");
  CHECK(program::run({"pay", "1"}).err.find("  do:    order-service pay 1 --store NEW.db  [store.unnamed, exit 2]") !=
        std::string::npos);
}

TEST_CASE("an order that the log calls otherwise, and a log of another application") {
  const shop_folder folder;
  CHECK(without_folder(folder, folder.run({"place", "~7", "--line", "A:1:1"}).err) ==
        R"(order-service: in the log the order is called order-~00000000-0000-7a20-a834-75d84e781d0f
  where: shop.db
  why:   its number is too long for a name, begins with ~, or has characters that do not show
  do:    order-service whence stream show 'order-~00000000-0000-7a20-a834-75d84e781d0f' --store shop.db  [order.named]
)");
  const shop_folder bank;
  REQUIRE(program::shell("cd '" + bank.file("") + "' && first-program >/dev/null && mv bank.db shop.db && " +
                         "mv bank.db.witness shop.db.witness") == 0);
  const auto refused = bank.run({"place", "1", "--line", "A:1:1"});
  CHECK(refused.exit == 4);
  CHECK(without_folder(bank, refused.err) ==
        R"(order-service: shop.db is the log of another application; nothing was written
  where: shop.db
  why:   it has events, and none of a shop; the first is Deposited of Account
  do:    order-service whence event list --limit 5 --store shop.db
         # so it begins; name a log of this shop, or a new one, with --store  [store.other_application, exit 4]
)");
}

TEST_CASE("a word that zsh would take for a program stands in quotes") {
  const shop_folder folder;
  CHECK(folder.run({"show", "=0"}).exit == 3);
  CHECK(folder.run({"pay", "=0"}).err.find("[log.missing, exit 3]") != std::string::npos);
  CHECK(program::run({"pay", "=0", "--stor", "x"}).err.find("  do:    order-service pay '=0' --store x  [") !=
        std::string::npos);
}

TEST_CASE("files that are none of sales") {
  const shop_folder folder;
  trade(folder);
  const std::string noise = folder.write("noise.csv", "a,b,c\n1,2,3\n");
  const std::string empty = folder.write("empty.csv", "");
  const std::string sales = write_sales(folder, "sales.csv", "5,TEA,tea,1,12/1/2010 8:26,4.50,7,France\n");
  check_each(folder, {
                         {{"import", folder.file("none.csv")}, R"(order-service: cannot read none.csv
  where: none.csv
  why:   No such file or directory
  do:    ls -l FOLDER
         # name a file that is there  [file.missing, exit 3]
)"},
                         {{"import", folder.file(".")}, R"(order-service: cannot read .
  where: .
  why:   Is a directory
  do:    ls -l .
         # name a file  [file.is_a_directory, exit 6]
)"},
                         {{"import", empty}, R"(order-service: empty.csv is no file of sales; nothing was written
  where: its first record, which has to name eight columns: InvoiceNo, StockCode, Description, Quantity, InvoiceDate, UnitPrice, CustomerID, Country
  do:    head -n 1 empty.csv  [import.header, exit 6]
)"},
                         {{"import", noise}, R"(order-service: noise.csv is no file of sales; nothing was written
  where: its first record, which has to name eight columns: InvoiceNo, StockCode, Description, Quantity, InvoiceDate, UnitPrice, CustomerID, Country
  do:    head -n 1 noise.csv  [import.header, exit 6]
)"},
                         {{"import", sales, "--rejects", sales},
                          R"(order-service: the rejected records cannot go to sales.csv; nothing was written
  where: --rejects sales.csv
  why:   it is the file of sales itself
  do:    order-service --store shop.db import sales.csv --rejects rejects.csv  [import.rejects, exit 2]
)"},
                         {{"import", sales, "--rejects", folder.file("rejects.csv/")},
                          R"(order-service: the rejected records cannot go to rejects.csv/; nothing was written
  where: --rejects rejects.csv/
  why:   a name that ends with / is a folder's, and they are one file
  do:    order-service --store shop.db import sales.csv --rejects rejects.csv  [import.rejects, exit 2]
)"},
                         {{"import", sales, "--rejects", folder.file("none/rejects.csv")},
                          R"(order-service: there is no folder none; nothing was written
  where: none
  why:   No such file or directory
  do:    mkdir -p none
         # then repeat the command  [file.missing, exit 3]
)"},
                     });
}

TEST_CASE("an invoice that differs is told, and left") {
  const shop_folder folder;
  const std::string sale = "5,TEA,tea,1,12/1/2010 8:26,4.50,7,France\n";
  REQUIRE(folder.run({"import", write_sales(folder, "a.csv", sale)}).exit == 0);
  const auto again =
      folder.run({"import", write_sales(folder, "b.csv", sale + "5,CUP,cup,1,12/1/2010 8:26,9,7,France\n")});
  CHECK(again.exit == 0);
  const std::string text = R"(order-service: invoice 5 differs from what is recorded; it was left as it is
  where: b.csv, line 2
  why:   it was recorded before with another content
         only in the file, line 3: 1 × CUP at 9.00 (cup)
  do:    order-service whence stream show order-5 --store shop.db
         # what is missing there: import it as an invoice with a number of its own; what is too much: as a credit note (C…)  [import.differs]
)";
  CHECK(without_folder(folder, again.err) == text);
  const auto machine = folder.run({"import", folder.file("b.csv"), "--json"});
  CHECK(without_folder(folder, machine.err) == text);
  CHECK(machine.json().at("differing_invoices") == 1);
}

TEST_CASE("whatever an invoice has that is recorded otherwise is told") {
  const shop_folder folder;
  const std::string before =
      "5,TEA,tea,1,12/1/2010 8:26,4.50,7,France\n5,TEA,tea,1,12/1/2010 8:26,4.50,7,France\n"
      "C6,CUP,,-2,12/1/2010 8:26,9,,Eire\n7,TEA,,-1,12/1/2010 8:26,0,,\n";
  REQUIRE(folder.run({"import", write_sales(folder, "a.csv", before)}).exit == 0);
  const std::string after =
      "5,TEA,tea,1,12/2/2010 8:26,4.50,8,Eire\n5,TEA,tea,2,12/1/2010 8:26,4.50,7,France\n"
      "C6,CUP,,-3,12/1/2010 8:26,9,,Eire\n7,TEA,,-2,12/1/2010 8:26,0,,\n";
  const auto again = folder.run({"import", write_sales(folder, "b.csv", after)});
  const std::string told = R"(
  do:    order-service whence stream show NAME --store shop.db
         # what is missing there: import it as an invoice with a number of its own; what is too much: as a credit note (C…)  [import.differs]
)";
  const auto of = [&told](const std::string& stream) {
    return std::string(told).replace(told.find("NAME"), 4, stream);
  };
  const std::regex correlation("--correlation ([0-9a-f-]{36})");
  std::smatch id;
  REQUIRE(std::regex_search(again.err, id, correlation));
  CHECK(std::regex_replace(without_folder(folder, again.err), correlation, "--correlation ID") ==
        R"(order-service: invoice 5 differs from what is recorded; it was left as it is
  where: b.csv, line 2
  why:   it was recorded before with another content
         only in the file, line 3: 2 × TEA at 4.50 (tea)
         only in the log: 1 × TEA at 4.50 (tea)
         customer: "8" in the file, "7" in the log
         country: "Eire" in the file, "France" in the log
         date: "2010-12-02T08:26:00.000000Z" in the file, "2010-12-01T08:26:00.000000Z" in the log)" +
            of("order-5") + R"(order-service: invoice C6 differs from what is recorded; it was left as it is
  where: b.csv, line 4
  why:   it was recorded before with another content
         only in the file, line 4: 3 × CUP at 9.00
         only in the log: 2 × CUP at 9.00)" +
            of("credit-C6") + R"(order-service: invoice 7 differs from what is recorded; it was left as it is
  where: b.csv, line 5
  why:   it was recorded before with another content
  do:    order-service whence event list --correlation ID --store shop.db
         # what is missing there: import it as an invoice with a number of its own; what is too much: as a credit note (C…)  [import.differs]
)");
  const auto look = folder.shell("\"$SHOP\" whence event list --correlation " + id.str(1));
  CHECK(look.exit == 0);
  CHECK(look.out.find("StockAdjusted") != std::string::npos);
}

TEST_CASE("of an invoice that has many other lines, five are shown of each kind") {
  const shop_folder folder;
  std::string before, after;
  for (int item = 0; item < 8; ++item) {
    before += "5,A" + std::to_string(item) + ",,1,12/1/2010 8:26,1,,\n";
    after += "5,B" + std::to_string(item) + ",,1,12/1/2010 8:26,1,,\n";
  }
  REQUIRE(folder.run({"import", write_sales(folder, "a.csv", before)}).exit == 0);
  const std::string said = folder.run({"import", write_sales(folder, "b.csv", after)}).err;
  CHECK(said.find("         only in the file, line 6: 1 × B4 at 1.00\n         and 3 more\n         only in the log: 1 "
                  "× A0 ") != std::string::npos);
  CHECK(said.find("         only in the log: 1 × A4 at 1.00\n         and 3 more\n  do:    ") != std::string::npos);
}

TEST_CASE("records that were rejected are told, unless they are listed already") {
  const shop_folder folder;
  const std::string file = write_sales(folder, "a.csv", "5,TEA,tea,1,12/1/2010 8:26,4.50,7,France\n6,TEA,tea\n7,TEA\n");
  CHECK(without_folder(folder, folder.run({"import", file}).err) ==
        R"(order-service: 2 records were rejected; nothing of them was written
  do:    order-service --store shop.db import a.csv --rejects rejects.csv  [import.rejected]
)");
  CHECK(folder.run({"import", file, "--rejects", folder.file("rejects.csv")}).err == "");
}

TEST_CASE("an invoice that is recorded without a rejected record of its own is counted") {
  const shop_folder folder;
  const std::string whole = "5,TEA,tea,1,12/1/2010 8:26,4.50,7,France\n";
  const std::string broken = "5,CUP,cup,none,12/1/2010 8:26,9,7,France\n6,CUP,cup,none,12/1/2010 8:26,9,7,France\n";
  const std::string sales = write_sales(folder, "a.csv", whole + broken);
  CHECK(
      folder.run({"import", sales}).out ==
      "3 records: 1 accepted, 2 rejected; 3 events added; 1 invoice is recorded without rejected records of its own\n");
  CHECK(folder.run({"import", sales, "--json"}).json().at("incomplete_invoices") == 1);
  CHECK(folder.run({"import", write_sales(folder, "b.csv", whole), "--json"}).json().at("incomplete_invoices") == 0);
}

TEST_CASE("of a file that may have been cut, the invoice in which that may be is held back, and that is told") {
  const shop_folder folder;
  const std::string file =
      write_sales(folder, "a.csv", "5,TEA,tea,1,12/1/2010 8:26,4.50,7,France\n6,TEA,tea,1,12/1/2010 8:26,4.50,7,Fra");
  const auto ended = folder.run({"import", file});
  CHECK(ended.exit == 0);
  CHECK(ended.out == "2 records: 1 accepted, 1 rejected; 3 events added\n");
  CHECK(without_folder(folder, ended.err) ==
        R"(order-service: 1 record was rejected; nothing of it was written
  do:    order-service --store shop.db import a.csv --rejects rejects.csv  [import.rejected]
order-service: the file has no line end behind its last record, and may have been cut there; nothing of invoice 6 was written
  where: a.csv, line 3
  do:    tail -n 1 a.csv
         # if that is whole:
         #   order-service --store shop.db import a.csv --last-line-is-whole  [import.unended]
)");
  const auto whole = folder.run({"import", file, "--last-line-is-whole"});
  CHECK(whole.out == "2 records: 2 accepted, 0 rejected; 3 events added\n");
  CHECK(whole.err == "");
}

TEST_CASE("a file that may have been cut is told also where the record that is cut was rejected") {
  const shop_folder folder;
  const std::string start = "the file has no line end behind its last record, and may have been cut there; nothing of ";
  const auto told = [&](const std::string& record) {
    const std::string file = write_sales(folder, "a.csv", "5,TEA,tea,1,12/1/2010 8:26,4.50,7,France\n" + record);
    const std::string listed = folder.file("rejects.csv");
    const std::string said = folder.run({"import", file}).err;
    // What is listed already is not told again, the cut is.
    const std::string alone = folder.run({"import", file, "--rejects", listed}).err;
    CHECK(alone.starts_with("order-service: " + start));
    CHECK(said.find("[import.rejected]\norder-service: " + start) != std::string::npos);
    CHECK(folder.run({"import", file, "--last-line-is-whole", "--rejects", listed}).err == "");
    std::filesystem::remove(listed);
    return alone.substr(15 + start.size(), alone.find('\n') - 15 - start.size());
  };
  CHECK(told("7,TEA,tea,1,12/1/2010 8:26,3.") == "invoice 7 was written");
  CHECK(told("7,TEA,\"tea for tw") == "invoice 7 was written");
  CHECK(told("7") == "invoice 7 was written");
  CHECK(told(",TEA,tea") == "it was written");
}

TEST_CASE("what to do about a storage that failed is about what failed") {
  const auto advice = [](whence::storage_fault cause) {
    std::ostringstream err;
    CHECK(shop::report(shop::told(whence::append_result_unknown({"it broke", cause}), "shop.db"), err, 0) == 5);
    const std::string text = err.str();
    CHECK(text.find("  why:   it broke\n") != std::string::npos);
    const auto begin = text.find("  do:    ") + 9;
    return text.substr(begin, text.find("  [append.unknown, exit 5]") - begin);
  };
  CHECK(advice(whence::storage_fault::no_room) == "df -h .\n         # make room there, then repeat the command");
  CHECK(advice(whence::storage_fault::files_replaced) ==
        "ls -l shop.db*\n         # leave them alone while a command writes to them, then repeat the command");
  CHECK(advice(whence::storage_fault::foreign_writer) ==
        "fuser -v shop.db\n         # stop what else writes there, then repeat the command");
  CHECK(advice(whence::storage_fault::other) ==
        "dmesg | tail\n         # put right what it says of the disk, then repeat the command");
}

TEST_CASE("a fault that the program does not know") {
  std::ostringstream err;
  CHECK(shop::report(shop::told(std::runtime_error("the moon is full")), err, 0) == 70);
  CHECK(err.str() == R"(order-service: the moon is full
  where: order-service
  why:   this is a fault of the program itself
  do:    please report it, with the command  [program.fault, exit 70]
)");
}

TEST_CASE("a name that a screen would not show as it is stays that name where it is to be pasted") {
  CHECK(shop::for_shell("a b's.db") == R"('a b'\''s.db')");
  CHECK(shop::for_shell("caf\u00e9.db") == "'caf\u00e9.db'");
  CHECK(shop::for_shell("\xff.db") == R"($'\xff.db')");
  CHECK(shop::for_shell("a\n'b\\") == R"($'a\x0a\'b\\')");
  const shop_folder folder;
  const std::string store = folder.file("\xff.db");
  REQUIRE(program::run({"place", "1", "--line", "TEA:1:4.50", "--store", store}).exit == 0);
  CHECK(program::run({"pay", "2", "--store", store}).err.find(" --store $'" + folder.file("") + R"(\xff.db')") !=
        std::string::npos);
}

TEST_CASE("a store whose name is too long is not begun") {
  const shop_folder folder;
  const std::string name(250, 'a');
  const auto ended = program::run({"place", "1", "--line", "TEA:1:4.50", "--store", folder.file(name)});
  CHECK(ended.exit == 2);
  CHECK(ended.err.find("  why:   File name too long\n  do:    choose a shorter name  [file.name_too_long, exit 2]") !=
        std::string::npos);
  CHECK(ended.err.find("; nothing was written\n") != std::string::npos);
  CHECK(std::filesystem::is_empty(folder.file("")));
}

TEST_CASE("what is no regular file is no store, and is told so") {
  const auto ended = program::run({"place", "1", "--line", "TEA:1:4.50", "--store", "/dev/null"});
  CHECK(ended.exit == 6);
  CHECK(ended.err.find("  why:   it is no regular file\n") != std::string::npos);
}
