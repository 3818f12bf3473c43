#include <domain/credit_note.hpp>

namespace shop {

whence::outcome<CreditNote> decide(const CreditNote& note, const IssueCreditNote& command) {
  if (note.issued) return whence::rejected{"credit.exists", "it is issued already"};
  auto total = total_of(command.lines, "credit");
  if (auto* refusal = std::get_if<whence::rejected>(&total)) return std::move(*refusal);
  return CreditNoteIssued{command.number, command.customer, command.country, command.lines, std::get<Money>(total)};
}

}  // namespace shop
