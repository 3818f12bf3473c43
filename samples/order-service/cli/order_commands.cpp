#include <string>
#include <string_view>
#include <utility>

#include <whence/core/files.hpp>
#include <whence/core/json_text.hpp>

#include <cli/commands.hpp>
#include <cli/failure.hpp>
#include <cli/shell_text.hpp>
#include <cli/store_opening.hpp>
#include <domain/names.hpp>
#include <domain/text.hpp>
#include <service/shop_service.hpp>

namespace shop {
namespace {

/// A command that helps after a refusal.
std::string remedy_for(const std::string& code, const whence::id<Order>& order, const request& asked) {
  if (code == "order.missing") return list_of_orders(asked.store);
  if (code == "order.reason")
    return command_line_of(asked.store, {"cancel", order.value(), "--reason", "no longer wanted"});
  if (code == "order.empty" || code == "order.too_large" || code.starts_with("line.") || code.starts_with("amount."))
    return "order-service place --help";
  return command_line_of(asked.store, {"show", order.value()});
}

/// A refusal of the shop's rules ends the program with it.
void must_be_accepted(const answer& ended, std::string_view verb, const whence::id<Order>& order, const request& asked,
                      const terminal& terminal) {
  if (!ended.refusal) return;
  const std::string nothing =
      *terminal.epoch ? "; no event was written, and the log goes on in epoch " + std::to_string(**terminal.epoch)
                      : "; nothing was written";
  const bool missing = ended.refusal->code == "order.missing";
  throw failure(missing ? exit_code::not_there : exit_code::refused, ended.refusal->code,
                {.what = "cannot " + std::string{verb} + " " + order.value() + ": " + ended.refusal->message +
                         (ended.events == 0 ? nothing : ""),
                 .where = asked.store,
                 .remedy = remedy_for(ended.refusal->code, order, asked)});
}

/// A mistyped order accepts no loss: it is looked for before the log is opened for that.
void must_be_known(std::string_view verb, const whence::id<Order>& order, const request& asked,
                   const terminal& terminal) {
  if (!asked.accept_missing_tail || !whence::system_files()->status(asked.store)) return;
  bool known = true;
  try {
    known = visit_shop(asked.store, [](const whence::error&) {}).load(order).version != whence::stream_version{};
  } catch (const whence::error&) {
    return;  // opening says what is wrong
  }
  if (known) return;
  must_be_accepted({whence::rejected{"order.missing", "there is no such order in what is intact of the log"}, 0, {}},
                   verb, order, asked, terminal);
}

void print(const answer& ended, std::string_view done, const whence::id<Order>& order, const request& asked,
           const terminal& terminal) {
  if (asked.form == output_form::json) {
    terminal.out << "{\"order\": " << whence::json_string(order.value()) << ", \"events\": " << ended.events
                 << ", \"token\": " << whence::json_string(ended.token.to_string()) << "}\n";
  } else {
    terminal.out << shown(order.value()) << " is " << done << "\n";
  }
}

/// The name of the order in the log is not the one that it was given then: whoever looks for it there has to know.
void note_name(const whence::id<Order>& order, const request& asked, const terminal& terminal) {
  if (!hashed_order_id(order.value())) return;
  report(failure(exit_code::done, "order.named",
                 {.what = "in the log the order is called " + order.value(),
                  .where = asked.store,
                  .why = "its number is too long for a name, begins with ~, or has characters that do not show",
                  .remedy = "order-service whence stream show " + for_shell(order.value()) + " --store " +
                            for_shell(asked.store)}),
         terminal.err, terminal.err_columns);
}

}  // namespace

void carry_out(const place_request& command, const request& asked, const terminal& terminal) {
  PlaceOrder place{command.number, unless_empty(command.customer), command.country, command.lines};
  if (!whence::system_files()->status(asked.store)) {
    // What no order allows makes no store either.
    const auto decided = decide(Order{}, place);
    if (const auto* refusal = decided.rejection())
      must_be_accepted({*refusal, 0, {}}, "place", command.order, asked, terminal);
  }
  const auto app = open_for(asked, absent_shop::is_opened, terminal);
  const answer ended = shop_service(app).place(command.order, std::move(place), {}).get();
  must_be_accepted(ended, "place", command.order, asked, terminal);
  print(ended, "placed", command.order, asked, terminal);
  note_name(command.order, asked, terminal);
}

void carry_out(const pay_request& command, const request& asked, const terminal& terminal) {
  must_be_known("pay", command.order, asked, terminal);
  const auto app = open_for(asked, absent_shop::is_an_error, terminal);
  const answer ended = shop_service(app).pay(command.order, {}).get();
  must_be_accepted(ended, "pay", command.order, asked, terminal);
  print(ended, "paid", command.order, asked, terminal);
}

void carry_out(const ship_request& command, const request& asked, const terminal& terminal) {
  must_be_known("ship", command.order, asked, terminal);
  const auto app = open_for(asked, absent_shop::is_an_error, terminal);
  const answer ended = shop_service(app).ship(command.order, {}).get();
  must_be_accepted(ended, "ship", command.order, asked, terminal);
  print(ended, "shipped", command.order, asked, terminal);
}

void carry_out(const cancel_request& command, const request& asked, const terminal& terminal) {
  must_be_known("cancel", command.order, asked, terminal);
  const auto app = open_for(asked, absent_shop::is_an_error, terminal);
  const answer ended = shop_service(app).cancel(command.order, command.reason, {}).get();
  must_be_accepted(ended, "cancel", command.order, asked, terminal);
  print(ended, "cancelled", command.order, asked, terminal);
}

}  // namespace shop
