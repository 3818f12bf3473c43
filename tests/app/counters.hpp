/// A small domain for applications, written as a user would: only against <whence.hpp>.
#pragma once

#include <whence.hpp>

#include <functional>
#include <map>
#include <string>

namespace counters {

using cereal::make_nvp;

struct Counted {
  static constexpr whence::event_type type{"Counted"};
  int by = 0;
  template <class Archive>
  void serialize(Archive& ar) {
    ar(make_nvp("by", by));
  }
};

struct Count {
  int by;
};

struct Counter {
  static constexpr whence::aggregate_type type{"Counter"};
  using events = whence::events<Counted>;
  int total = 0;
  void apply(const Counted& event) { total += event.by; }
};

/// Called before each decision. Set before anything runs.
inline std::function<void()> before_decision = [] {};

inline whence::outcome<Counter> decide(const Counter& counter, const Count& command) {
  before_decision();
  if (counter.total + command.by < 0) return whence::rejected{"counter.negative", "a counter does not go below zero"};
  return Counted{command.by};
}

/// Called before each event is handled by a projection. Set before anything runs.
inline std::function<void(const whence::event_context&)> before_event = [](const whence::event_context&) {};

template <std::uint32_t Version>
struct SumsOf {
  static constexpr whence::projection_info info{"sums", Version};
  using events = whence::events<Counted>;
  void create(whence::sql::database& db) {
    db.run("CREATE TABLE sum(counter TEXT PRIMARY KEY, total INTEGER NOT NULL)");
  }
  void on(const Counted& event, const whence::event_context& context, whence::sql::database& db) {
    before_event(context);
    db.run("INSERT INTO sum VALUES(?1, ?2) ON CONFLICT DO UPDATE SET total = total + ?2", {context.stream, event.by});
  }
};
using Sums = SumsOf<1>;

struct Seen {
  static constexpr whence::projection_info info{"seen", 1};
  using events = whence::events<Counted>;
  int events_seen = 0;
  void on(const Counted&, const whence::event_context&) { ++events_seen; }
};

/// The sum of all counters in the model.
inline std::int64_t total(const whence::read_model& model) {
  return model.read([](whence::sql::database& db) { return *db.integer("SELECT coalesce(sum(total), 0) FROM sum"); });
}

}  // namespace counters
