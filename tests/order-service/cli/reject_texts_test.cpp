// The file of rejects, to the letter: each reason once.
#include <doctest/doctest.h>

#include <filesystem>
#include <string>

#include "tests/order-service/program.hpp"

using program::shop_folder;

namespace {

/// What the file of rejects says after its first line, when these records are imported.
std::string rejects_of(const std::string& records) {
  const shop_folder folder;
  std::string text = "InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country\n";
  const std::string sales = folder.write("sales.csv", text.append(records));
  const std::string rejects = folder.file("rejects.csv");
  REQUIRE(folder.run({"import", sales, "--rejects", rejects}).exit == 0);
  const std::string found = program::read_file(rejects);
  REQUIRE(found.starts_with("line,reason,record\n"));
  return found.substr(found.find('\n') + 1);
}

}  // namespace

TEST_CASE("each reason stands in the file of rejects with its line and the whole record") {
  CHECK(rejects_of("1,TEA,tea,1,12/1/2010 8:26,4.50,7\n"
                   "2,TEA,caf\xe9,1,12/1/2010 8:26,4.50,7,France\n"
                   ",TEA,tea,1,12/1/2010 8:26,4.50,7,France\n"
                   "4,,tea,1,12/1/2010 8:26,4.50,7,France\n"
                   "5,TEA,tea,1.5,12/1/2010 8:26,4.50,7,France\n"
                   "6,TEA,tea,0,12/1/2010 8:26,4.50,7,France\n"
                   "7,TEA,tea,1,12/1/2010 8:26,4.12345,7,France\n"
                   "8,TEA,tea,1,31/31/2010 8:26,4.50,7,France\n"
                   "9,TEA,tea,999999999,12/1/2010 8:26,999999999999,7,France\n"
                   "10,TEA,\"tea,1,12/1/2010 8:26,4.50,7,France\n") ==
        R"(2,record.fields,"1,TEA,tea,1,12/1/2010 8:26,4.50,7"
3,field.not_utf8,"2,TEA,caf�,1,12/1/2010 8:26,4.50,7,France"
4,invoice.empty,",TEA,tea,1,12/1/2010 8:26,4.50,7,France"
5,stock_code.empty,"4,,tea,1,12/1/2010 8:26,4.50,7,France"
6,quantity.malformed,"5,TEA,tea,1.5,12/1/2010 8:26,4.50,7,France"
7,quantity.zero,"6,TEA,tea,0,12/1/2010 8:26,4.50,7,France"
8,price.malformed,"7,TEA,tea,1,12/1/2010 8:26,4.12345,7,France"
9,date.malformed,"8,TEA,tea,1,31/31/2010 8:26,4.50,7,France"
10,amount.overflow,"9,TEA,tea,999999999,12/1/2010 8:26,999999999999,7,France"
11,record.quote_open,"10,TEA,""tea,1,12/1/2010 8:26,4.50,7,France
"
)");
}

TEST_CASE("of an invoice in which the file may have been cut, each record is rejected") {
  CHECK(rejects_of("4,TEA,tea,1,12/1/2010 8:26,4.50,7,France\n5,TEA,tea,1,12/1/2010 8:26,4.50,7,France\n"
                   "5,CUP,cup,one,12/1/2010 8:26,4.50,7,France\n5,CUP,cup,1,12/1/2010 8:26,4.50,7,Fra") ==
        "3,invoice.unended,\"5,TEA,tea,1,12/1/2010 8:26,4.50,7,France\"\n"
        "4,quantity.malformed,\"5,CUP,cup,one,12/1/2010 8:26,4.50,7,France\"\n"
        "5,invoice.unended,\"5,CUP,cup,1,12/1/2010 8:26,4.50,7,Fra\"\n");
  CHECK(rejects_of("53,TEA,tea,1,12/1/2010 8:26,4.50,7,France\n5") ==
        "2,invoice.unended,\"53,TEA,tea,1,12/1/2010 8:26,4.50,7,France\"\n3,record.fields,\"5\"\n");
  CHECK(rejects_of("53,TEA,tea,1,12/1/2010 8:26,4.50,7,France\n54,") == "3,record.fields,\"54,\"\n");
}

TEST_CASE("a field that is too long, and an invoice that is too large") {
  const std::string record = "1,TEA," + std::string(65'537, 'x') + ",1,12/1/2010 8:26,4.50,7,France";
  CHECK(rejects_of(record + "\n") == "2,field.too_long,\"" + record + "\"\n");

  const std::string line = "2,TEA," + std::string(60'000, 'x') + ",1,12/1/2010 8:26,4.50,7,France";
  std::string invoice, rejects;
  for (int number = 0; number < 70; ++number) {  // 70 × 60,000 is beyond 4 MiB; 69 × 60,000 is not
    invoice += line + "\n";
    rejects += std::to_string(number + 2) + ",invoice.too_large,\"" + line + "\"\n";
  }
  CHECK(rejects_of(invoice) == rejects);
}
