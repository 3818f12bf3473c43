/// A small bank, and the builds of its program that a log is rehearsed with.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <cereal/cereal.hpp>

#include <whence/projection/event_context.hpp>
#include <whence/rehearsal/program_types.hpp>
#include <whence/sql/database.hpp>
#include <whence/store/log_source.hpp>

namespace tests::bank {

enum class Kind { current, savings };
constexpr auto names_of(Kind) { return std::array<std::string_view, 2>{"current", "savings"}; }

struct Opened {
  static constexpr whence::event_type type{"Opened"};
  std::string owner;
  Kind kind = Kind::current;
  template <class Archive>
  void serialize(Archive& ar) {
    ar(cereal::make_nvp("owner", owner), cereal::make_nvp("kind", kind));
  }
};
/// 1 had "amount" in whole units; 2 has cents.
struct Deposited {
  static constexpr whence::event_type type{"Deposited", 2};
  std::int32_t cents = 0;
  template <class Archive>
  void serialize(Archive& ar) {
    ar(cereal::make_nvp("cents", cents));
  }
};
struct Closed {
  static constexpr whence::event_type type{"Closed"};
  template <class Archive>
  void serialize(Archive&) {}
};
/// Only read any more.
struct Touched {
  static constexpr whence::event_type type{"Touched"};
};

struct Account {
  static constexpr whence::aggregate_type type{"Account"};
  using events = whence::events<Opened, Deposited, Closed>;
  std::string owner;
  std::int64_t cents = 0;
  bool closed = false;

  void apply(const Opened& opened) { owner = opened.owner; }
  void apply(const Deposited& deposited) {
    if (closed) throw std::logic_error("the account is closed");
    cents += deposited.cents;
  }
  void apply(const Closed&) { closed = true; }

  template <class Archive>
  void serialize(Archive& ar) {
    ar(cereal::make_nvp("owner", owner), cereal::make_nvp("cents", cents), cereal::make_nvp("closed", closed));
  }
};

/// The next build's: a deposit of more than a thousand is one of a thousand.
struct CarefulAccount {
  static constexpr whence::aggregate_type type{"Account"};
  using events = whence::events<Opened, Deposited, Closed>;
  Account was;
  void apply(const Opened& opened) { was.apply(opened); }
  void apply(const Deposited& deposited) { was.apply(Deposited{std::min(deposited.cents, 100'000)}); }
  void apply(const Closed& closed) { was.apply(closed); }
  template <class Archive>
  void serialize(Archive& ar) {
    was.serialize(ar);
  }
};

/// Of another aggregate, which nobody here has.
struct Balances {
  static constexpr whence::projection_info info{"balances", 1};
  using events = whence::events<Opened, Deposited>;
  void create(whence::sql::database&) {}
  void on(const Opened&, const whence::event_context&, whence::sql::database&) {}
  void on(const Deposited&, const whence::event_context&, whence::sql::database&) {}
};

inline whence::upcasters upcasters() {
  return whence::upcasters::of(whence::upcast<Deposited, 1>([](whence::document& data) {
                                 data.set("cents", data.get<std::int64_t>("amount") * 100);
                                 data.remove("amount");
                               }),
                               whence::upcast<Touched, 1>().dropped());
}

inline whence::program_types build_of_today() {
  return whence::program_types().aggregate<Account>().projection<Balances>().upcasting(upcasters());
}
inline whence::program_types next_build() {
  return whence::program_types().aggregate<CarefulAccount>().projection<Balances>().upcasting(upcasters());
}

struct written {
  std::string_view type;
  std::uint32_t version;
  std::string data;
};

/// Appends the events to the stream. Returns the position of the first.
inline std::uint64_t append(whence::log& log, const whence::runtime& runtime, const std::string& stream,
                            const std::vector<written>& events, std::string_view aggregate = "Account") {
  whence::append_batch batch;
  whence::stream_append& to = batch.streams.emplace_back();
  to.stream = stream;
  to.aggregate_type = aggregate;
  for (const written& each : events) {
    whence::new_event& event = to.events.emplace_back();
    event.id = whence::event_id(runtime.make_uuid());
    event.type = each.type;
    event.version = each.version;
    event.occurred_at = runtime.clock->now();
    event.data = each.data;
  }
  return log.append(std::move(batch)).get().value().first.value();
}

}  // namespace tests::bank
