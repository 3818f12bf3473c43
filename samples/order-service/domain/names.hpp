/// What the shop's streams are called: "order-536365", "payment-order-536365", "stock-85123A", "credit-C536379".
///
/// A number or stock code may be any text; a stream's name has at most 255 bytes and no control characters. One that
/// cannot stand in a name as it is is replaced there by a hash of itself ("order-~0123…"): the event has the text
/// itself.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include <whence/core/id.hpp>

namespace shop {

struct Order;
struct Payment;
struct StockItem;
struct CreditNote;

whence::id<Order> order_id(std::string_view number);

/// The id that a name like "order-~01234567-89ab-…" is: of an order whose number cannot stand in it. Nothing for other texts.
std::optional<whence::id<Order>> hashed_order_id(std::string_view name);

whence::id<Payment> payment_of(const whence::id<Order>& order);
whence::id<StockItem> stock_item(std::string_view stock_code);
whence::id<CreditNote> credit_note_id(std::string_view number);

}  // namespace shop
