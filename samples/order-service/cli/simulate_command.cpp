#include <cstdint>
#include <string>

#include <cli/commands.hpp>
#include <cli/failure.hpp>
#include <cli/progress_bar.hpp>
#include <cli/stopping.hpp>
#include <service/open_shop.hpp>
#include <simulate/simulated_order.hpp>

namespace shop {

void carry_out(const simulate_request& command, const request& asked, const terminal& terminal) {
  const auto app = open_shop(asked.store, absent_shop::is_opened, terminal.background);
  const shop_service shop(app);
  std::uint64_t events = 0;
  {
    progress_bar progress(terminal.err, terminal.err_columns != 0, "trading");
    for (std::uint64_t number = 1; number <= command.orders; ++number) {
      const simulated_order order = simulate_order(command.seed, number);
      const answer ended = unless_stopping(app, [&] {
        return at_place("order " + std::to_string(number), asked.store, [&] { return trade(shop, order).get(); });
      });
      if (ended.refusal)
        throw failure(
            exit_code::refused, ended.refusal->code,
            {.what = "simulated order " + order.sale.order.value() + " cannot go on: " + ended.refusal->message,
             .where = asked.store,
             .why = "an order of that name was changed by others; another --seed has other names"});
      events += ended.events;
      progress.show(number, command.orders);
    }
  }
  if (asked.form == output_form::json)
    terminal.out << "{\"orders\": " << command.orders << ", \"events\": " << events << "}\n";
  else
    terminal.out << command.orders << " orders; " << events << " events added\n";
}

}  // namespace shop
