#include <domain/event_size.hpp>

#include <limits>

#include <domain/text.hpp>

namespace shop {
namespace {

// The texts between the values, as `serialize` names them. A test compares the sum with what is really written.
constexpr std::string_view around_head = R"({"number":,"country":,"lines":[],"total":})";
constexpr std::string_view around_customer = R"("customer":,)";
constexpr std::string_view around_line = R"({"item":,"description":,"quantity":,"price":})";
constexpr std::string_view around_money = R"({"tenThousandths":,"currency":})";

std::size_t bytes_of(std::int64_t number) { return std::to_string(number).size(); }

std::size_t bytes_of(const Money& amount) {
  return around_money.size() + bytes_of(amount.ten_thousandths) + json_bytes(amount.currency);
}

}  // namespace

event_size::event_size(std::string_view number, const std::optional<std::string>& customer, std::string_view country)
    : bytes_(around_head.size() + json_bytes(number) + json_bytes(country) +
             bytes_of(Money{std::numeric_limits<std::int64_t>::min()})) {
  if (customer) bytes_ += around_customer.size() + json_bytes(*customer);
}

void event_size::add(const Line& line) {
  if (has_lines_) ++bytes_;  // the comma
  has_lines_ = true;
  bytes_ += around_line.size() + json_bytes(line.item) + json_bytes(line.description) + bytes_of(line.quantity) +
            bytes_of(line.price);
}

}  // namespace shop
