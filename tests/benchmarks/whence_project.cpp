#include <algorithm>
#include <chrono>

#include <whence.hpp>

#include <tests/benchmarks/contenders.hpp>

namespace bench {
namespace {

using order_events = whence::events<OrderPlaced, OrderPaid, OrderShipped>;

/// Looks at no payload.
struct CountByType {
  static constexpr whence::projection_info info{"count_by_type", 1};
  using events = order_events;
  tally seen;

  void on(const whence::stored_event& event, const whence::event_context&) {
    ++seen.events;
    const auto type = std::find(type_names.begin(), type_names.end(), event.type);
    ++seen.of_type[static_cast<std::size_t>(type - type_names.begin())];
  }
};

/// Decodes each, and adds up what is in them.
struct SumUp {
  static constexpr whence::projection_info info{"sum_up", 1};
  using events = order_events;
  tally seen;

  void on(const OrderPlaced& placed, const whence::event_context&) {
    count(0);
    for (const Line& line : placed.lines) seen.sum += static_cast<std::uint64_t>(line.quantity * line.cents);
  }
  void on(const OrderPaid& paid, const whence::event_context&) {
    count(1);
    seen.sum += static_cast<std::uint64_t>(paid.cents);
  }
  void on(const OrderShipped& shipped, const whence::event_context&) {
    count(2);
    seen.sum += static_cast<std::uint64_t>(shipped.grams);
  }

 private:
  void count(std::size_t type) {
    ++seen.events;
    ++seen.of_type[type];
  }
};

/// From the start of the application until the model includes the whole log.
template <class Projection>
tally catch_up(const std::filesystem::path& path) {
  auto app = whence::application::on(whence::sqlite(path.string())).template projection<Projection>().start();
  auto model = app.template model<Projection>();
  model.include(app.head_token(), std::chrono::minutes{10});
  tally seen;
  model.read([&seen](const Projection& projection) { seen = projection.seen; });
  return seen;
}

}  // namespace

tally whence_count_by_type(const std::filesystem::path& path) { return catch_up<CountByType>(path); }
tally whence_decode(const std::filesystem::path& path) { return catch_up<SumUp>(path); }

}  // namespace bench
