// What a credit note decides.
#include <doctest/doctest.h>

#include <optional>
#include <utility>
#include <vector>

#include <domain/credit_note.hpp>
#include <whence/testing/given.hpp>

using namespace shop;
using whence::testing::given;

namespace {

IssueCreditNote note_of(std::vector<Line> lines) { return {"C1", std::nullopt, "EIRE", std::move(lines)}; }

}  // namespace

TEST_CASE("a credit note is issued with what its lines come to, corrections taken off") {
  const std::vector<Line> lines{{"A", "", 3, Money{100}}, {"B", "", -1, Money{40}}};
  given<CreditNote>().when(note_of(lines)).then(CreditNoteIssued{"C1", std::nullopt, "EIRE", lines, Money{260}});
}

TEST_CASE("a credit note without a line, with an impossible one, or too much is refused") {
  given<CreditNote>().when(note_of({})).then_rejected("credit.empty");
  given<CreditNote>().when(note_of({{"A", "", 0, Money{100}}})).then_rejected("line.quantity");
  given<CreditNote>()
      .when(note_of({{"A", "", 999'999'999, Money{9'999'999'999'999'999}}}))
      .then_rejected("amount.overflow");
}

TEST_CASE("a credit note is issued once") {
  given<CreditNote>(CreditNoteIssued{}).when(note_of({{"A", "", 1, Money{1}}})).then_rejected("credit.exists");
}
