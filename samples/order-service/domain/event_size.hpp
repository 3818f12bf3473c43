/// How large an order or a credit note is as an event: it has to fit into one.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <whence/serialization/json.hpp>

#include <domain/line.hpp>

namespace shop {

/// What one event can hold.
inline constexpr std::size_t event_bytes_max = whence::json_limits::bytes_max;

/// The bytes of an OrderPlaced or CreditNoteIssued as JSON, counted line by line as if the total had the most digits that one
/// can have: what it really takes, or up to 19 bytes more.
class event_size {
 public:
  event_size(std::string_view number, const std::optional<std::string>& customer, std::string_view country);

  void add(const Line& line);
  bool fits() const noexcept { return bytes_ <= event_bytes_max; }
  std::size_t bytes() const noexcept { return bytes_; }

 private:
  std::size_t bytes_;
  bool has_lines_ = false;
};

/// The same of a whole command that places an order or issues a credit note.
template <class Command>
bool fits_into_an_event(const Command& command) {
  event_size size(command.number, command.customer, command.country);
  for (const Line& line : command.lines) size.add(line);
  return size.fits();
}

}  // namespace shop
