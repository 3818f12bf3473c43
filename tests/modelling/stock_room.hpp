/// A stock as the versions of its program have folded it, and a log with its events beside a file of snapshots.
#pragma once

#include <algorithm>
#include <cctype>
#include <cstdint>
#include <exception>
#include <fstream>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include <tests/modelling/scripted_log.hpp>
#include <tests/temporary_folder.hpp>
#include <whence/core/error.hpp>
#include <whence/modelling/repository.hpp>
#include <whence/modelling/snapshots.hpp>

namespace shop {

using cereal::make_nvp;

struct Received {
  static constexpr whence::event_type type{"Received"};
  std::string sku;
  std::int64_t count = 0;
  template <class Archive>
  void serialize(Archive& ar) {
    ar(make_nvp("sku", sku), make_nvp("count", count));
  }
};
struct Sold {
  static constexpr whence::event_type type{"Sold"};
  std::string sku;
  std::int64_t count = 0;
  std::int64_t cents = 0;
  template <class Archive>
  void serialize(Archive& ar) {
    ar(make_nvp("sku", sku), make_nvp("count", count), make_nvp("cents", cents));
  }
};
struct Renamed {
  static constexpr whence::event_type type{"Renamed"};
  std::string name;
  template <class Archive>
  void serialize(Archive& ar) {
    ar(make_nvp("name", name));
  }
};
struct Closed {
  static constexpr whence::event_type type{"Closed"};
  template <class Archive>
  void serialize(Archive&) {}
};

struct Receive {
  std::string sku;
  std::int64_t count;
};

/// A stock as its program's versions have folded it, one after the other; version 0 is today's.
template <int Version>
struct Stock {
  static constexpr whence::aggregate_type type{"Stock"};
  static constexpr whence::snapshot_policy snapshots{.every = 20};
  using events = whence::events<Received, Sold, Renamed, Closed>;

  std::map<std::string, std::int64_t> left;
  std::int64_t sold = 0;
  std::int64_t cents = 0;
  std::string name;
  std::string last;
  bool closed = false;

  template <class Archive>
  void serialize(Archive& ar) {
    ar(make_nvp("left", left), make_nvp("sold", sold), make_nvp("cents", cents), make_nvp("name", name),
       make_nvp("last", last), make_nvp("closed", closed));
  }

  void apply(const Received& event) {
    std::int64_t& here = left[event.sku];
    if constexpr (Version == 1) here += 1;
    if constexpr (Version == 2) return;
    if constexpr (Version == 3) here = 0;
    if constexpr (Version == 4) closed = false;
    here += event.count;
    if constexpr (Version == 5) here = std::min<std::int64_t>(here, 3'000);
    if constexpr (Version == 6) last = event.sku;
    if constexpr (Version == 7) here -= here % 10;
    if constexpr (Version == 21) here += event.count > 1'000'000 ? 1 : 0;  // nothing that is made up is as large
  }
  void apply(const Sold& event) {
    if constexpr (Version == 8) return;
    if constexpr (Version == 9)
      if (closed) return;
    left[Version == 10 ? last : event.sku] -= event.count;
    if constexpr (Version == 11) left[event.sku] -= event.count;
    if constexpr (Version == 12) left[event.sku] = std::max<std::int64_t>(left[event.sku], 0);
    if constexpr (Version == 13)
      if (left[event.sku] <= 0) left.erase(event.sku);
    sold += Version == 14 ? 1 : event.count;
    cents += Version == 15 ? event.cents : event.cents * event.count;
    if (Version != 16 || last.empty()) last = event.sku;
  }
  void apply(const Renamed& event) {
    if constexpr (Version == 17) name += ", ";
    if constexpr (Version == 17)
      name += event.name;
    else
      name = event.name;
    if constexpr (Version == 18)
      std::ranges::transform(name, name.begin(), [](char c) { return static_cast<char>(std::toupper(c)); });
    if constexpr (Version == 19) cents = 0;
  }
  void apply(const Closed&) { closed = Version != 20; }
};

/// The same with one member more in its state.
struct WiderStock : Stock<0> {
  std::int64_t lost = 0;
  template <class Archive>
  void serialize(Archive& ar) {
    Stock<0>::serialize(ar);
    ar(make_nvp("lost", lost));
  }
};

/// One whose name is all the names that it had.
struct GrowingStock : Stock<17> {
  static constexpr whence::snapshot_policy snapshots{.every = 20};
};

/// Asks what is left of the tea; nothing happens.
struct Tell {
  std::int64_t* left;
};
inline whence::outcome<Stock<21>> decide(const Stock<21>& state, const Tell& command) {
  *command.left = state.left.at("tea");
  return {};
}

inline whence::outcome<Stock<0>> decide(const Stock<0>&, const Receive& command) {
  return Received{command.sku, command.count};
}

}  // namespace shop

using shop::Stock;

inline const whence::id<Stock<0>> stock{"stock-1"};

template <class Aggregate>
whence::id<Aggregate> as(const whence::id<Stock<0>>& id) {
  return whence::id<Aggregate>{id.value()};
}

/// A log in memory, a file of snapshots, and what was reported.
struct stock_room {
  tests::temporary_folder folder;
  whence::runtime runtime = whence::runtime::system();
  std::shared_ptr<scripted_log> log = std::make_shared<scripted_log>(runtime);
  std::mutex mutex;
  std::vector<std::string> reported;

  stock_room() {
    runtime.executor->on_report([this](std::exception_ptr failure) {
      const std::scoped_lock lock(mutex);
      try {
        std::rethrow_exception(failure);
      } catch (const whence::error& problem) {
        reported.emplace_back(problem.code());
      } catch (const std::exception& problem) {
        reported.emplace_back(problem.what());
      }
    });
  }
  ~stock_room() { runtime.executor->on_report({}); }

  std::string path() const { return folder.file("shop.db.snapshots"); }
  /// They read the log behind the scripted one, which so tells what is folded, and nothing else.
  std::shared_ptr<whence::snapshots> open() { return open(path()); }
  std::shared_ptr<whence::snapshots> open(std::string at) {
    const std::shared_ptr<whence::log_reader> behind(log, &log->behind());
    return std::make_shared<whence::snapshots>(std::move(at), behind, runtime);
  }
  void overwrite(std::streamoff offset, const std::string& bytes) const {
    std::fstream file(path(), std::ios::in | std::ios::out | std::ios::binary);
    file.seekp(offset);
    file << bytes;
  }
  std::vector<std::string> reports() {
    const std::scoped_lock lock(mutex);
    return reported;
  }

  void append(std::uint64_t count, std::string type = "Received", std::string data = R"({"sku":"tea","count":1})",
              const std::string& stream = stock.value()) {
    for (std::uint64_t i = 0; i < count; ++i) {
      whence::append_batch batch;
      batch.streams.push_back({.stream = stream,
                               .aggregate_type = "Stock",
                               .expected = whence::expected_version::any(),
                               .events = {{.id = whence::event_id{runtime.make_uuid()},
                                           .type = type,
                                           .version = 1,
                                           .occurred_at = runtime.clock->now(),
                                           .data = data,
                                           .metadata = {.correlation = whence::correlation_id{runtime.make_uuid()},
                                                        .causation = whence::command_id{runtime.make_uuid()},
                                                        .causation_type = "Elsewhere",
                                                        .source = "another",
                                                        .traceparent = {}},
                                           .tags = {}}}});
      static_cast<void>(log->behind().append(std::move(batch)).get().value());
    }
  }

  /// A life of thirty events, with a snapshot at its end.
  void with_snapshot() {
    append(20);
    append(5, "Sold", R"({"sku":"tea","count":2,"cents":300})");
    append(4, "Renamed", R"({"name":"cellar"})");
    append(1, "Closed", "{}");
    const auto kept = open();
    CHECK(load(kept).version == whence::stream_version{30});
    kept->settle();
    REQUIRE(kept->counts().written == 1);
  }

  template <class Aggregate = Stock<0>>
  whence::loaded<Aggregate> load(const std::shared_ptr<whence::snapshots>& from,
                                 const whence::id<Stock<0>>& id = stock) {
    log->read_from.clear();
    return whence::repository(log, from).load(as<Aggregate>(id));
  }
  whence::stream_version first_read() const { return log->read_from.at(0); }
};

inline std::string text_of(const auto& state) { return whence::encode(state); }
