// Base64 against the test vectors of RFC 4648; what is not its one text is refused.
#include <doctest/doctest.h>

#include <string>

#include <whence/serialization/base64.hpp>

namespace {

std::vector<std::byte> bytes(std::string_view text) {
  std::vector<std::byte> result;
  for (const char c : text) result.push_back(static_cast<std::byte>(c));
  return result;
}

std::string written(std::string_view text) {
  std::string out;
  whence::detail::append_base64(out, bytes(text));
  return out;
}

}  // namespace

TEST_CASE("bytes of each length have the base64 of the standard, and come back") {
  const std::pair<std::string_view, std::string_view> vectors[] = {{"", ""},
                                                                   {"f", "Zg=="},
                                                                   {"fo", "Zm8="},
                                                                   {"foo", "Zm9v"},
                                                                   {"foob", "Zm9vYg=="},
                                                                   {"fooba", "Zm9vYmE="},
                                                                   {"foobar", "Zm9vYmFy"},
                                                                   {"\xfb\xff\xfe", "+//+"}};
  for (const auto& [plain, encoded] : vectors) {
    CHECK(written(plain) == encoded);
    std::vector<std::byte> read;
    CHECK(whence::detail::read_base64(encoded, read));
    CHECK(read == bytes(plain));
  }
  std::string all;
  for (int i = 0; i < 256; ++i) all += static_cast<char>(i);
  std::vector<std::byte> read;
  CHECK(whence::detail::read_base64(written(all), read));
  CHECK(read == bytes(all));
}

TEST_CASE("other texts for the same bytes, and no texts for any, are refused") {
  std::vector<std::byte> read;
  for (const char* const wrong : {"Zg", "Zg=", "Zg===", "Zh==", "Zm9=", "Z===", "====", "=", "Zm9v\n", " Zm9v", "Zm-_",
                                  "Zg==Zg==", "Zm\xc3\xa4"}) {
    CAPTURE(wrong);
    CHECK_FALSE(whence::detail::read_base64(wrong, read));
  }
}
