// What a credit note decides, as the plain function that this is.
#include <doctest/doctest.h>

#include <domain/credit_note.hpp>

#include "tests/order-service/domain/decisions.hpp"

using decisions::after;
using decisions::text;
using namespace shop;

namespace {

std::string issue(std::vector<Line> lines) {
  return text(decide(CreditNote{}, IssueCreditNote{"C1", "", "EIRE", std::move(lines)}));
}

}  // namespace

TEST_CASE("a credit note is issued with what its lines come to, corrections taken off") {
  const std::string note = issue({{"A", "", 3, Money{100}}, {"B", "", -1, Money{40}}});
  CHECK(note.starts_with("CreditNoteIssued {\"number\":\"C1\",\"customer\":\"\",\"country\":\"EIRE\","));
  CHECK(note.ends_with("\"total\":{\"tenThousandths\":260,\"currency\":\"GBP\"}}\n"));
}

TEST_CASE("a credit note without a line, with an impossible one, or too much is refused") {
  CHECK(issue({}) == "rejected credit.empty");
  CHECK(issue({{"A", "", 0, Money{100}}}) == "rejected line.quantity");
  CHECK(issue({{"A", "", 999'999'999, Money{9'999'999'999'999'999}}}) == "rejected amount.overflow");
}

TEST_CASE("a credit note is issued once") {
  CHECK(text(decide(after<CreditNote>(CreditNoteIssued{}),
                    IssueCreditNote{"C1", "", "EIRE", {{"A", "", 1, Money{1}}}})) == "rejected credit.exists");
}
