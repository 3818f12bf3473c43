#include <domain/names.hpp>

#include <algorithm>

#include <whence/core/uuid.hpp>

namespace shop {
namespace {

bool fits_into_a_name(std::string_view text) {
  constexpr std::size_t bytes_max = 200;  // leaves room for what stands before it
  const auto is_control = [](char character) {
    const auto byte = static_cast<unsigned char>(character);
    return byte < 0x20 || byte == 0x7F;
  };
  // U+0080 to U+009F are control characters too; in UTF-8 they are C2 80 to C2 9F.
  for (std::size_t place = text.find('\xC2'); place != std::string_view::npos; place = text.find('\xC2', place + 1))
    if (place + 1 < text.size() && static_cast<unsigned char>(text[place + 1]) < 0xA0) return false;
  return text.size() <= bytes_max && text.front() != '~' && std::none_of(text.begin(), text.end(), is_control);
}

std::string named(std::string_view prefix, std::string_view text) {
  if (!text.empty() && fits_into_a_name(text)) return std::string{prefix}.append(text);
  return std::string{prefix}.append("~").append(whence::derive(whence::timestamp{}, text).to_string());
}

}  // namespace

whence::id<Order> order_id(std::string_view number) { return whence::id<Order>{named("order-", number)}; }

std::optional<whence::id<Order>> hashed_order_id(std::string_view name) {
  constexpr std::string_view prefix = "order-~";
  if (!name.starts_with(prefix)) return std::nullopt;
  const auto hash = whence::uuid::try_parse(name.substr(prefix.size()));
  return hash ? std::optional{whence::id<Order>{std::string{prefix} + hash->to_string()}} : std::nullopt;
}

whence::id<Payment> payment_of(const whence::id<Order>& order) {
  return whence::id<Payment>{"payment-" + order.value()};
}

whence::id<StockItem> stock_item(std::string_view stock_code) {
  return whence::id<StockItem>{named("stock-", stock_code)};
}

whence::id<CreditNote> credit_note_id(std::string_view number) {
  return whence::id<CreditNote>{named("credit-", number)};
}

}  // namespace shop
