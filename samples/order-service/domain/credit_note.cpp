#include <domain/credit_note.hpp>

#include <domain/event_size.hpp>

namespace shop {

whence::outcome<CreditNote> decide(const CreditNote& note, const IssueCreditNote& command) {
  if (note.issued) return whence::rejected{"credit.exists", "it is issued already"};
  if (command.customer && command.customer->empty())
    return whence::rejected{"credit.customer", "a customer has a name; a guest has no customer"};
  auto total = total_of(command.lines, "credit");
  if (auto* refusal = std::get_if<whence::rejected>(&total)) return std::move(*refusal);
  if (!fits_into_an_event(command))
    return whence::rejected{"credit.too_large", "it has more lines than one event can hold"};
  return CreditNoteIssued{command.number, command.customer, command.country, command.lines, std::get<Money>(total)};
}

}  // namespace shop
