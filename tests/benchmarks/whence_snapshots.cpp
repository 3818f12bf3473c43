#include <stdexcept>
#include <utility>

#include <whence.hpp>
#include <whence/modelling/repository.hpp>
#include <whence/modelling/snapshots.hpp>

#include <tests/benchmarks/contenders.hpp>

namespace bench {
namespace {

/// The till that all payments go to; with a snapshot a hundred events apart.
struct Till {
  static constexpr whence::aggregate_type type{"Till"};
  static constexpr whence::snapshot_policy snapshots{.every = 100};
  using events = whence::events<OrderPaid>;

  std::int64_t cents = 0;
  std::int64_t payments = 0;
  std::string last;

  void apply(const OrderPaid& paid) {
    cents += paid.cents;
    ++payments;
    last = paid.reference;
  }
  template <class Archive>
  void serialize(Archive& ar) {
    ar(cereal::make_nvp("cents", cents), cereal::make_nvp("payments", payments), cereal::make_nvp("last", last));
  }
};

constexpr std::uint64_t distance = 100;
const whence::id<Till> long_one{"till"};

whence::id<Till> short_one(std::uint64_t number) { return whence::id<Till>{"till-" + std::to_string(number)}; }

}  // namespace

struct snapshot_loads::parts {
  whence::runtime runtime = whence::runtime::system();
  std::shared_ptr<whence::log> log;
  std::shared_ptr<whence::snapshots> kept;
  std::uint64_t paid = 0;

  whence::new_event payment() {
    const std::string number = std::to_string(++paid);
    return {.id = whence::event_id{runtime.make_uuid()},
            .type = std::string(OrderPaid::type.name),
            .version = 1,
            .occurred_at = runtime.clock->now(),
            .data = whence::encode(
                OrderPaid{.method = "card",
                          .reference = "payment-" + number,
                          .note = "at the counter, with a receipt, by the customer whose number is " + number,
                          .cents = 450}),
            .metadata = {.correlation = whence::correlation_id{runtime.make_uuid()},
                         .causation = whence::command_id{runtime.make_uuid()},
                         .causation_type = "PayOrder",
                         .source = "bench",
                         .traceparent = {}},
            .tags = {}};
  }
  /// To the long stream and to a short one in turns, so that the events of both lie as far apart.
  void pay(const whence::id<Till>& other, std::uint64_t times) {
    std::vector<whence::async<whence::append_outcome>> all;
    for (std::uint64_t i = 0; i < times; ++i) {
      for (const whence::id<Till>& target : {long_one, other}) {
        whence::append_batch batch;
        batch.streams.push_back({.stream = target.value(),
                                 .aggregate_type = std::string(Till::type.name),
                                 .expected = whence::expected_version::any(),
                                 .events = {payment()}});
        all.push_back(log->append(std::move(batch)));
      }
    }
    for (auto& each : all) static_cast<void>(std::move(each).get().value());
  }
  whence::loaded<Till> load(const whence::id<Till>& target, std::shared_ptr<whence::snapshots> from) const {
    return whence::repository(log, std::move(from)).load(target);
  }
};

snapshot_loads::snapshot_loads(const std::filesystem::path& path, std::size_t events)
    : parts_(std::make_unique<parts>()), events_(events) {
  parts_->log = whence::sqlite(path.string()).open(parts_->runtime);
  parts_->kept = std::make_shared<whence::snapshots>(path.string() + ".snapshots", parts_->log, parts_->runtime);
  const std::uint64_t streams = events / distance;
  for (std::uint64_t i = 0; i < streams - 1; ++i) parts_->pay(short_one(i), distance);
  parts_->pay(short_one(streams - 1), 1);
  parts_->load(long_one, parts_->kept);  // leaves the snapshot behind
  parts_->kept->settle();
  parts_->pay(short_one(streams - 1), distance - 1);
  with_snapshot(1);  // which is compared with the fold
  parts_->kept->settle();
}

snapshot_loads::~snapshot_loads() {
  parts_->kept->close();
  parts_->log->close();
}

double snapshot_loads::with_snapshot(std::size_t times) {
  const std::uint64_t used = parts_->kept->counts().used;
  const double time = seconds([&] {
    for (std::size_t i = 0; i < times; ++i) {
      if (static_cast<std::uint64_t>(parts_->load(long_one, parts_->kept).state.payments) != events_)
        throw std::logic_error("snapshot/load: the long stream is not whole");
    }
  });
  if (parts_->kept->counts().used != used + times) throw std::logic_error("snapshot/load: a snapshot was not used");
  return 1e3 * time / static_cast<double>(times);
}

double snapshot_loads::short_stream(std::size_t times) {
  const whence::id<Till> target = short_one(events_ / distance - 1);
  const double time = seconds([&] {
    for (std::size_t i = 0; i < times; ++i) {
      if (parts_->load(target, nullptr).state.payments != distance)
        throw std::logic_error("snapshot/load: the short stream is not whole");
    }
  });
  return 1e3 * time / static_cast<double>(times);
}

}  // namespace bench
