// The records of a CSV file, and all that can stand in one.
#include <doctest/doctest.h>

#include <sstream>
#include <string>
#include <vector>

#include <import/csv_reader.hpp>

using shop::csv_limits;
using shop::csv_reader;
using shop::csv_record;

namespace {

/// "1:a|b 2:c": each record with its line and fields.
std::string read(const std::string& text) {
  std::istringstream input(text);
  csv_reader reader(input);
  std::string all;
  for (csv_record record; reader.next(record);) {
    all += (all.empty() ? "" : " ") + std::to_string(record.line) + ":";
    for (std::size_t field = 0; field < record.fields.size(); ++field)
      all += (field == 0 ? "" : "|") + record.fields[field];
    if (record.quote_open) all += "<open>";
  }
  return all;
}

/// Characters that do nothing, so that what follows stands across the end of a block.
std::string shifted(const std::string& text, std::size_t by) { return std::string(65'536 - by, 'x') + "\n" + text; }

}  // namespace

TEST_CASE("records end in LF or CRLF, the last one in either or nothing") {
  CHECK(read("a,b\nc,d\r\ne,f") == "1:a|b 2:c|d 3:e|f");
  CHECK(read("a\n") == "1:a");
  CHECK(read("a\r\n") == "1:a");
  CHECK(read("").empty());
}

TEST_CASE("a blank line is no record, but a line") {
  CHECK(read("\n\r\na\n\n\r\nb\n\n") == "3:a 6:b");
  CHECK(read(" \n") == "1: ");
  CHECK(read("\"\"\n") == "1:");
  CHECK(read(",\n") == "1:|");
}

TEST_CASE("a carriage return that ends no line is a character") {
  CHECK(read("a\rb,c\r\r\nd\r") == "1:a\rb|c\r 2:d\r");
}

TEST_CASE("a quoted field has commas, line ends and quotes in it") {
  CHECK(read("\"a,b\",c\n") == "1:a,b|c");
  CHECK(read("\"a\nb\r\nc\",d\ne\n") == "1:a\nb\r\nc|d 4:e");
  CHECK(read("\"7\"\" record\"\n") == "1:7\" record");
  CHECK(read("\"\"\"\"\n") == "1:\"");
  CHECK(read("\"\",\"\"\n") == "1:|");
}

TEST_CASE("a record wholly inside one pair of quotes is one field") {
  CHECK(read("\"536381,82567,\"\"AIRLINE LOUNGE,METAL SIGN\"\",2\"\n") ==
        "1:536381,82567,\"AIRLINE LOUNGE,METAL SIGN\",2");
}

TEST_CASE("a quote inside an unquoted field is a character") {
  CHECK(read("7\" record,\"x\" y\n") == "1:7\" record|x y");
  CHECK(read("a\"b\"c,d\n") == "1:a\"b\"c|d");
  CHECK(read("\"a\"b\"c,d\n") == "1:ab\"c|d");
  CHECK(read(" \"a,b\"\n") == "1: \"a|b\"");
}

TEST_CASE("a file that ends inside quotes says so") {
  CHECK(read("a\n\"b,c\nd\n") == "1:a 2:b,c\nd\n<open>");
  CHECK(read("\"") == "1:<open>");
  CHECK(read("\"a\"\"") == "1:a\"<open>");
  CHECK(read("\"a\"") == "1:a");
}

TEST_CASE("a byte-order mark counts at the beginning only") {
  CHECK(read("\xEF\xBB\xBF"
             "a\n") == "1:a");
  CHECK(read("\xEF\xBB\xBF\"a,b\"\n") == "1:a,b");
  CHECK(read("a\n\xEF\xBB\xBF"
             "b\n") ==
        "1:a 2:\xEF\xBB\xBF"
        "b");
  CHECK(read("\xEF\xBB\xBF").empty());
}

TEST_CASE("nothing depends on where a block ends") {
  const std::string text = "\"a\"\"b\r\nc\",d\r\n\r\n\"e\",f\rg\n";
  const std::string expected = "2:a\"b\r\nc|d 5:e|f\rg";
  for (std::size_t by = 1; by <= text.size() + 2; ++by) {
    CAPTURE(by);
    const std::string all = read(shifted(text, by));
    CHECK(all.substr(all.find(' ') + 1) == expected);
  }
}

TEST_CASE("a field is kept up to its limit, and what is beyond is told") {
  const auto one = [](std::size_t bytes) {
    std::istringstream input(std::string(bytes, 'x') + ",b\nc,d\n");
    csv_reader reader(input);
    csv_record record;
    REQUIRE(reader.next(record));
    CHECK(record.fields[1] == "b");
    csv_record following;
    REQUIRE(reader.next(following));
    CHECK(following.fields == std::vector<std::string>{"c", "d"});
    CHECK_FALSE(following.field_too_long);
    return record;
  };
  CHECK_FALSE(one(65'536).field_too_long);
  CHECK(one(65'537).field_too_long);
  CHECK(one(65'537).fields[0].size() == 65'536);
}

TEST_CASE("the limit counts the field's value, not its quotes") {
  std::string field = "\"";
  for (int time = 0; time < 65'536; ++time) field += "\"\"";
  std::istringstream input(field + "\"\n");
  csv_reader reader(input);
  csv_record record;
  REQUIRE(reader.next(record));
  CHECK(record.fields[0] == std::string(65'536, '"'));
  CHECK_FALSE(record.field_too_long);
}

TEST_CASE("memory is bounded: fields and the record's text are cut at a limit, and counted on") {
  std::string thousand_commas(1'000, ',');
  thousand_commas += "\nb\n";
  std::istringstream input(thousand_commas);
  csv_reader reader(input, csv_limits{.field_bytes = 4, .fields = 3, .text_bytes = 10});
  csv_record record;
  REQUIRE(reader.next(record));
  CHECK(record.field_count == 1'001);
  CHECK(record.fields.size() == 3);
  CHECK(record.text == std::string(10, ','));
  CHECK(record.text_cut);
  REQUIRE(reader.next(record));
  CHECK(record.text == "b");
  CHECK_FALSE(record.text_cut);
}

TEST_CASE("the record's text is what stands in the file, without the line end") {
  std::istringstream input("\xEF\xBB\xBF\"a\"\"\r\n\",b\r\nc\n");
  csv_reader reader(input);
  csv_record record;
  REQUIRE(reader.next(record));
  CHECK(record.text == "\"a\"\"\r\n\",b");
  REQUIRE(reader.next(record));
  CHECK(record.text == "c");
  CHECK(record.line == 3);
}
