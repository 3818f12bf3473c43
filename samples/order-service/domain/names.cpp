#include <domain/names.hpp>

#include <whence/core/uuid.hpp>

#include <domain/text.hpp>

namespace shop {
namespace {

bool fits_into_a_name(std::string_view text) {
  constexpr std::size_t bytes_max = 200;  // leaves room for what stands before it
  return text.size() <= bytes_max && text.front() != '~' && shown(text) == text;  // what is printed can be typed
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
