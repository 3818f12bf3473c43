#include <chrono>
#include <cstdint>
#include <functional>
#include <string>

#include <whence.hpp>

#include <tests/benchmarks/contenders.hpp>

namespace bench {
namespace {

/// The events of the workload, as they are after three changes.
struct PlacedToday : OrderPlaced {
  static constexpr whence::event_type type{"OrderPlaced", 4};
};
struct PaidToday : OrderPaid {
  static constexpr whence::event_type type{"OrderPaid", 4};
};
struct ShippedToday : OrderShipped {
  static constexpr whence::event_type type{"OrderShipped", 4};
};

/// Adds up what is in them.
struct SumUpToday {
  static constexpr whence::projection_info info{"sum_up_today", 1};
  using events = whence::events<PlacedToday, PaidToday, ShippedToday>;
  tally seen;

  void on(const PlacedToday& placed, const whence::event_context&) {
    count(0);
    for (const Line& line : placed.lines) seen.sum += static_cast<std::uint64_t>(line.quantity * line.cents);
  }
  void on(const PaidToday& paid, const whence::event_context&) {
    count(1);
    seen.sum += static_cast<std::uint64_t>(paid.cents);
  }
  void on(const ShippedToday& shipped, const whence::event_context&) {
    count(2);
    seen.sum += static_cast<std::uint64_t>(shipped.grams);
  }

 private:
  void count(std::size_t type) {
    ++seen.events;
    ++seen.of_type[type];
  }
};

/// The members that have changed: the first one's name, and one that was a word longer.
struct change {
  const char* renamed;
  const char* set;
};
constexpr change placed{"customerId", "country"};
constexpr change paid{"method", "note"};
constexpr change shipped{"carrier", "address"};

template <const change& Of>
void second(whence::document& data) {
  data.rename("first", Of.renamed);
}
template <const change& Of>
void third(whence::document& data) {
  data.remove("channel");
}
template <const change& Of>
void fourth(whence::document& data) {
  data.set(Of.set, data.get<std::string>(Of.set).substr(4));
}

whence::upcasters three_steps() {
  return whence::upcasters::of(
      whence::upcast<PlacedToday, 1>(&second<placed>), whence::upcast<PlacedToday, 2>(&third<placed>),
      whence::upcast<PlacedToday, 3>(&fourth<placed>), whence::upcast<PaidToday, 1>(&second<paid>),
      whence::upcast<PaidToday, 2>(&third<paid>), whence::upcast<PaidToday, 3>(&fourth<paid>),
      whence::upcast<ShippedToday, 1>(&second<shipped>), whence::upcast<ShippedToday, 2>(&third<shipped>),
      whence::upcast<ShippedToday, 3>(&fourth<shipped>));
}

void make(const std::filesystem::path& path, std::size_t events,
          const std::function<void(whence::new_event&)>& make_it) {
  const auto log = whence::sqlite(path.string()).open(whence::runtime::system());
  workload work(3);
  constexpr std::size_t at_once = 1'000;
  for (std::size_t made = 0; made < events; made += at_once) {
    whence::append_batch batch = to_append(work.take(std::min(at_once, events - made)));
    for (whence::stream_append& part : batch.streams)
      for (whence::new_event& event : part.events) make_it(event);
    static_cast<void>(log->append(std::move(batch)).get().value());
  }
}

tally catch_up(whence::log_source log) {
  auto app = whence::application::on(std::move(log)).projection<SumUpToday>().start();
  auto model = app.model<SumUpToday>();
  model.include(app.head_token(), std::chrono::minutes{10});
  tally seen;
  model.read([&seen](const SumUpToday& projection) { seen = projection.seen; });
  return seen;
}

}  // namespace

void make_old_log(const std::filesystem::path& path, std::size_t events) {
  make(path, events, [](whence::new_event& event) {
    const change& of = event.type == type_names[0] ? placed : event.type == type_names[1] ? paid : shipped;
    whence::document data(event.data);
    data.rename(of.renamed, "first");
    data.set("channel", "web");
    data.set(of.set, "old " + data.get<std::string>(of.set));
    event.data = data.json();
    event.version = 1;
  });
}

void make_log_of_today(const std::filesystem::path& path, std::size_t events) {
  make(path, events, [](whence::new_event& event) { event.version = 4; });
}

tally whence_decode_old(const std::filesystem::path& path) {
  return catch_up(whence::upcasting(whence::sqlite(path.string()), three_steps()));
}
tally whence_decode_of_today(const std::filesystem::path& path) { return catch_up(whence::sqlite(path.string())); }

}  // namespace bench
