// The size that is reckoned for an order is the one that its event has.
#include <doctest/doctest.h>

#include <limits>
#include <optional>
#include <string>
#include <vector>

#include <domain/credit_note.hpp>
#include <domain/event_size.hpp>
#include <domain/order.hpp>
#include <whence/serialization/json.hpp>
#include <whence/testing/given.hpp>

using namespace shop;
using whence::testing::given;

namespace {

/// Every kind of character that JSON writes in a way of its own.
const std::string all_kinds = [] {
  std::string text;
  for (char each = 0; each < 0x7F; ++each) text += each;
  return text + "\x7F\xC2\x85\xC3\xA9\xE2\x80\xA8\xE2\x98\x95\xF0\x9F\x98\x80";
}();

std::size_t reckoned(const PlaceOrder& command) {
  event_size size(command.number, command.customer, command.country);
  for (const Line& line : command.lines) size.add(line);
  return size.bytes();
}

/// An order of one line, with a description of so many bytes.
PlaceOrder order_of(std::size_t bytes) { return {"1", "ada", "France", {{"A", std::string(bytes, 'x'), 1, Money{1}}}}; }

}  // namespace

TEST_CASE("an order is as large as was reckoned, whatever stands in it") {
  const std::vector<Line> lines{{"A", "", 1, Money{0}},
                                {all_kinds, all_kinds, -999'999'999, Money{9'999'999'999'999'999}},
                                {"B", std::string(1'000, '"'), 12, Money{25'500}}};
  for (const std::optional<std::string>& customer : {std::optional<std::string>{}, std::optional(all_kinds)}) {
    for (std::size_t count = 0; count <= lines.size(); ++count) {
      CAPTURE(customer.has_value());
      CAPTURE(count);
      const PlaceOrder command{
          all_kinds, customer, "France", {lines.begin(), lines.begin() + static_cast<std::ptrdiff_t>(count)}};
      const Money total{std::numeric_limits<std::int64_t>::min()};
      CHECK(
          reckoned(command) ==
          whence::encode(OrderPlaced{command.number, command.customer, command.country, command.lines, total}).size());
      CHECK(reckoned(command) ==
            whence::encode(CreditNoteIssued{command.number, command.customer, command.country, command.lines, total})
                .size());
    }
  }
}

TEST_CASE("an order just as large as an event can be is placed, and refused with one byte more") {
  const std::size_t most = event_bytes_max - reckoned(order_of(0));
  given<Order>().when(order_of(most)).then(OrderPlaced{"1", "ada", "France", order_of(most).lines, Money{1}});
  given<Order>().when(order_of(most + 1)).then_rejected("order.too_large");
}

TEST_CASE("a credit note just as large as an event can be is issued, and refused with one byte more") {
  const auto note_of = [](std::size_t bytes) { return IssueCreditNote{"1", "ada", "France", order_of(bytes).lines}; };
  const std::size_t most = event_bytes_max - reckoned(order_of(0));
  given<CreditNote>().when(note_of(most)).then(CreditNoteIssued{"1", "ada", "France", order_of(most).lines, Money{1}});
  given<CreditNote>().when(note_of(most + 1)).then_rejected("credit.too_large");
}
