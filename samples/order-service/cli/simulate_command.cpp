#include <algorithm>
#include <cstdint>
#include <exception>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <whence/app/errors.hpp>
#include <whence/core/guarded.hpp>

#include <cli/commands.hpp>
#include <cli/failure.hpp>
#include <cli/progress_bar.hpp>
#include <cli/shell_text.hpp>
#include <cli/stopping.hpp>
#include <cli/store_opening.hpp>
#include <domain/text.hpp>
#include <service/open_shop.hpp>
#include <simulate/simulated_order.hpp>

namespace shop {
namespace {

/// The orders of a run, dealt out one by one to those who trade at once. Threads: any.
class simulation {
 public:
  simulation(const simulate_request& asked, std::string store, progress_bar& progress)
      : asked_(asked), store_(std::move(store)), own_(std::in_place, progress) {}

  /// How far it has come, when nobody trades any more.
  std::string done() {
    const auto own = own_.lock();
    return std::to_string(own->traded) + " of " + std::to_string(asked_.orders) +
           " orders; they are kept, and the same command goes on there";
  }

  /// The number of the next order; none when all were dealt out, or one has failed.
  std::optional<std::uint64_t> next() {
    auto own = own_.lock();
    if (own->failed || own->dealt == asked_.orders) return std::nullopt;
    return ++own->dealt;
  }

  void traded(std::uint64_t events) {
    auto own = own_.lock();
    own->events += events;
    own->progress.show(++own->traded, asked_.orders);
  }

  /// What the first one tells is what the run tells.
  void failed(std::exception_ptr why) {
    auto own = own_.lock();
    if (!own->failed) own->failed = std::move(why);
  }

  /// Returns the number of events. Throws what was told.
  std::uint64_t events() {
    auto own = own_.lock();
    if (own->failed) std::rethrow_exception(own->failed);
    return own->events;
  }

  simulated_order order(std::uint64_t number) const { return simulate_order(asked_.seed, number); }
  const std::string& store() const noexcept { return store_; }
  std::string line_with_next_seed() const {
    return command_line_of(
        store_, {"simulate", "--orders", std::to_string(asked_.orders), "--seed", std::to_string(asked_.seed + 1)});
  }

 private:
  struct state {
    explicit state(progress_bar& shown) : progress(shown) {}
    progress_bar& progress;
    std::uint64_t dealt = 0;
    std::uint64_t traded = 0;
    std::uint64_t events = 0;
    std::exception_ptr failed;
  };

  const simulate_request asked_;
  const std::string store_;
  whence::guarded<state> own_;
};

failure cannot_go_on(const simulated_order& order, const simulation& run, const answer& ended) {
  return failure(exit_code::refused, ended.refusal->code,
                 {.what = "simulated order " + order.sale.order.value() + " cannot go on: " + ended.refusal->message,
                  .where = run.store(),
                  .why = "an order of that name was changed by others; another --seed has other names",
                  .remedy = run.line_with_next_seed()});
}

/// One order after the other, for as long as there are any and the application is not stopping.
whence::async<void> trade_on(const whence::application* app, simulation* run) {
  const shop_service shop(*app);
  while (const auto number = run->next()) {
    try {
      const simulated_order order = run->order(*number);
      if (app->stopping()) throw whence::application_stopped("order-service");
      const answer ended = co_await trade(shop, order);
      if (ended.refusal) throw cannot_go_on(order, *run, ended);
      run->traded(ended.events);
    } catch (const whence::error& fault) {
      const auto told = stopped_at("order " + std::to_string(*number), fault, run->store());
      run->failed(told ? std::make_exception_ptr(*told) : std::current_exception());
    } catch (...) {
      run->failed(std::current_exception());
    }
  }
}

}  // namespace

void carry_out(const simulate_request& command, const request& asked, const terminal& terminal) {
  const auto app = open_for(asked, absent_shop::is_opened, terminal);
  std::uint64_t events = 0;
  {
    progress_bar progress(terminal.err, terminal.err_columns != 0, "trading");
    simulation run(command, asked.store, progress);
    std::vector<whence::async<void>> traders;
    for (std::uint64_t i = 0; i < std::min(command.at_once, command.orders); ++i)
      traders.push_back(trade_on(&app, &run));
    for (whence::async<void>& trader : traders) std::move(trader).get();
    try {
      events = run.events();
    } catch (const whence::application_stopped&) {
      // Between two commands of an order, perhaps: repeating the run goes on there.
      throw stopped(app, asked, run.done());
    }
  }
  if (asked.form == output_form::json)
    terminal.out << "{\"orders\": " << command.orders << ", \"events\": " << events << "}\n";
  else
    terminal.out << counted(command.orders, "order") << "; " << counted(events, "event") << " added\n";
}

}  // namespace shop
