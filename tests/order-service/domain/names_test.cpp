// Streams are called what the invoice is called, as far as a stream can be.
#include <doctest/doctest.h>

#include <set>
#include <string>

#include <domain/names.hpp>

TEST_CASE("an ordinary number is the stream's name") {
  CHECK(shop::order_id("536365").value() == "order-536365");
  CHECK(shop::payment_of(shop::order_id("536365")).value() == "payment-order-536365");
  CHECK(shop::stock_item("85123A").value() == "stock-85123A");
  CHECK(shop::credit_note_id("C536379").value() == "credit-C536379");
  CHECK(shop::stock_item("caf\xC3\xA9").value() == "stock-caf\xC3\xA9");
}

TEST_CASE("a text that no stream can be called is replaced by its hash, and no two texts meet") {
  std::set<std::string> names;
  const std::string texts[] = {std::string(65'536, 'x'),
                               std::string(65'535, 'x'),
                               std::string(201, 'x'),
                               "a\nb",
                               "a\tb",
                               "a\x7F",
                               "\xC2\x85",
                               "\xC2\x9F",
                               "\xE2\x80\xAE",
                               "a\xFF",
                               std::string("a\0b", 3),
                               "~",
                               "~0123",
                               ""};
  for (const std::string& text : texts) {
    CAPTURE(text);
    const std::string name = shop::payment_of(shop::order_id(text)).value();
    CHECK(name.starts_with("payment-order-~"));
    CHECK(name.size() <= 255);
    names.insert(name);
  }
  CHECK(names.size() == std::size(texts));
}
