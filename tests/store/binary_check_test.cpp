// What is a binary document, and what only begins like one. The documents are from RFC 8949, appendix A.
#include <doctest/doctest.h>

#include <string>

#include <whence/store/binary_check.hpp>

using namespace whence;

namespace {

std::string bytes(std::string_view digits) {
  std::string data = "\xD9\xD9\xF7";
  for (std::size_t i = 0; i + 1 < digits.size(); i += 2)
    data += static_cast<char>(std::stoi(std::string(digits.substr(i, 2)), nullptr, 16));
  return data;
}

}  // namespace

TEST_CASE("binary documents are told from what is none") {
  for (const char* const good : {"00",
                                 "1818",
                                 "1a000f4240",
                                 "1bffffffffffffffff",
                                 "3863",
                                 "fb3ff199999999999a",
                                 "fa47c35000",
                                 "f4",
                                 "f5",
                                 "f6",
                                 "c11a514b67b0",
                                 "4401020304",
                                 "60",
                                 "62c3bc",
                                 "80",
                                 "8301820203820405",
                                 "a0",
                                 "a26161016162820203",
                                 "826161a161626163",
                                 "a56161614161626142616361436164614461656145",
                                 "d82450"
                                 "00112233445566778899aabbccddeeff"}) {
    CAPTURE(good);
    CHECK(is_binary_document(bytes(good)));
    CHECK(fault_in_data(bytes(good)).empty());
  }
  for (const char* const bad : {"",
                                "0000",
                                "18",
                                "1a000f42",
                                "1c",
                                "1f",
                                "62c328",
                                "61",
                                "41",
                                "81",
                                "820001"
                                "02",
                                "a1",
                                "a10001"
                                "02",
                                "a100",
                                "c1",
                                "f7",
                                "f0",
                                "f818",
                                "f93c00",
                                "ff",
                                "5f4100ff",
                                "7f6100ff",
                                "9fff",
                                "bfff",
                                "9bffffffffffffffff",
                                "bb8000000000000000",
                                "7bffffffffffffffff"}) {
    CAPTURE(bad);
    CHECK_FALSE(is_binary_document(bytes(bad)));
    CHECK(fault_in_data(bytes(bad)) == "its data are no binary document");
  }
}

TEST_CASE("without the mark, data are JSON or nothing") {
  CHECK_FALSE(is_binary_document("\xA0"));
  CHECK(fault_in_data("\xA0") == "its data are no JSON document");
  CHECK(fault_in_data("{}").empty());
  CHECK(fault_in_data("") == "its data are no JSON document");
}

TEST_CASE("nesting is bounded") {
  CHECK(is_binary_document(bytes("") + std::string(1'000, '\x81') + '\0'));
  CHECK_FALSE(is_binary_document(bytes("") + std::string(1'000'000, '\x81') + '\0'));
}
