// Snapshots: a cache of states on the disk, which is used where it can be believed and makes no difference but in time.
#include <whence/modelling/snapshots.hpp>

#include <doctest/doctest.h>

#include <atomic>
#include <filesystem>
#include <stdexcept>
#include <string>
#include <thread>
#include <type_traits>
#include <utility>
#include <vector>

#include <tests/modelling/stock_room.hpp>
#include <whence/modelling/fold_fingerprint.hpp>
#include <whence/sql/database.hpp>

TEST_CASE("a load begins at the snapshot, and comes to what it would have come to without") {
  stock_room room;
  room.with_snapshot();
  room.append(3, "Sold", R"({"sku":"tea","count":1,"cents":1})");

  const auto kept = room.open();
  const auto loaded = room.load(kept);
  CHECK(room.log->read_from == std::vector{whence::stream_version{31}});
  CHECK(loaded.version == whence::stream_version{33});
  CHECK(text_of(loaded.state) == text_of(room.load(nullptr).state));
  CHECK(kept->counts().used == 1);
}

TEST_CASE("a snapshot is made of so many events as the policy says, and not before") {
  stock_room room;
  const auto kept = room.open();
  room.append(19);
  room.load(kept);
  CHECK_FALSE(std::filesystem::exists(room.path()));
  room.append(1);
  room.load(kept);
  kept->settle();
  CHECK(kept->counts().written == 1);
  room.append(19);
  room.load(kept);
  kept->settle();
  CHECK(kept->counts().written == 1);
  room.append(1);
  room.load(kept);
  kept->settle();
  CHECK(kept->counts().written == 2);
}

TEST_CASE("commands make snapshots on their way, and the next process begins with them") {
  stock_room room;
  {
    const auto kept = room.open();
    whence::command_bus bus(room.log, room.runtime, {.snapshots = kept});
    bus.add<Stock<0>>();
    for (int i = 0; i < 50; ++i) REQUIRE(bus.send<shop::Receive>(stock, "tea", 1).get().accepted());
    kept->settle();
    CHECK(kept->counts().written >= 1);
  }
  const auto kept = room.open();
  whence::command_bus bus(room.log, room.runtime, {.snapshots = kept});
  bus.add<Stock<0>>();
  room.log->read_from.clear();
  REQUIRE(bus.send<shop::Receive>(stock, "tea", 1).get().accepted());
  CHECK(room.first_read() > whence::stream_version{20});
  CHECK(room.load(nullptr).state.left.at("tea") == 51);
}

namespace {

template <class Aggregate>
void passes_over_the_snapshot_of_today() {
  stock_room room;
  room.with_snapshot();
  const auto kept = room.open();
  const auto loaded = room.load<Aggregate>(kept);
  CHECK(room.first_read() == whence::stream_version{1});
  CHECK(text_of(loaded.state) == text_of(room.load<Aggregate>(nullptr).state));
  CHECK(kept->counts().passed_over == 1);
  CHECK(kept->counts().used == 0);
  // Its own takes the place, and is believed.
  kept->settle();
  CHECK(text_of(room.load<Aggregate>(kept).state) == text_of(loaded.state));
  CHECK(kept->counts().used == 1);
}

template <int... Versions>
void each_passes_over(std::integer_sequence<int, Versions...>) {
  const auto check = []<int Version>(std::integral_constant<int, Version>) {
    CAPTURE(Version);
    passes_over_the_snapshot_of_today<Stock<Version + 1>>();
  };
  (check(std::integral_constant<int, Versions>{}), ...);
}

}  // namespace

TEST_CASE("an `apply` that was changed in any of twenty ways never sees a snapshot of the one before") {
  each_passes_over(std::make_integer_sequence<int, 20>{});
}

TEST_CASE("a state of another description never sees a snapshot of the one before") {
  passes_over_the_snapshot_of_today<shop::WiderStock>();
}

TEST_CASE("a change that made-up events do not show is found by comparison, told, and believed no more") {
  stock_room room;
  room.append(20, "Received", R"({"sku":"tea","count":2000000})");
  room.load(room.open());

  const auto kept = room.open();
  const auto wrong = room.load<Stock<21>>(kept);
  CHECK(wrong.state.left.at("tea") == 40'000'000);
  kept->settle();
  CHECK(kept->counts().differing == 1);
  CHECK(room.reports() == std::vector<std::string>{"snapshot.differs"});
  const auto right = room.load<Stock<21>>(kept);
  CHECK(right.state.left.at("tea") == 40'000'020);
  CHECK(room.first_read() == whence::stream_version{1});
  // And by no later process.
  CHECK(room.load<Stock<21>>(room.open()).state.left.at("tea") == 40'000'020);
}

TEST_CASE("a snapshot of another log, of another stream, or of more than the log has is passed over") {
  stock_room room;
  room.with_snapshot();
  SUBCASE("of another log with the same events") {
    stock_room other;
    other.append(30);
    std::filesystem::copy_file(room.path(), other.path());
    const auto kept = other.open();
    CHECK(other.load(kept).state.left.at("tea") == 30);
    CHECK(kept->counts().used == 0);
  }
  SUBCASE("of another stream") {
    room.append(30, "Received", R"({"sku":"tea","count":1})", "stock-2");
    whence::sql::database::open(room.path(), whence::sql::open_mode::read_write)
        .run("UPDATE snapshots SET stream = 'stock-2'");
    const auto kept = room.open();
    CHECK(room.load(kept, whence::id<Stock<0>>{"stock-2"}).state.left.at("tea") == 30);
    CHECK(kept->counts().used == 0);
  }
}

TEST_CASE("a state that cannot be encoded, or is too large, leaves no snapshot, and the load goes on") {
  stock_room room;
  room.append(20, "Renamed", R"({"name":")" + std::string(900'000, 'x') + "\"}");
  const auto kept = room.open();
  CHECK(room.load<shop::GrowingStock>(kept).state.name.size() == 20 * 900'002);
  kept->settle();
  CHECK(kept->counts().dropped == 1);
  CHECK(kept->counts().written == 0);
}

TEST_CASE("what was folded before a read failed leaves no snapshot") {
  stock_room room;
  room.append(1'500);  // more than a page
  const auto kept = room.open();
  int reads = 0;
  room.log->before_reading = [&reads] {
    if (++reads == 2) throw std::runtime_error("the disk is gone");
  };
  CHECK_THROWS_AS(room.load(kept), std::runtime_error);
  room.log->before_reading = nullptr;
  kept->settle();
  CHECK(kept->counts().written == 0);
  CHECK(room.load(kept).state.left.at("tea") == 1'500);
}

TEST_CASE("an aggregate in memory that began with a snapshot that differs is folded anew") {
  stock_room room;
  room.append(40, "Received", R"({"sku":"tea","count":2000000})");
  room.load(room.open());

  const auto kept = room.open();
  whence::command_bus bus(room.log, room.runtime, {.snapshots = kept});
  bus.add<Stock<21>>();
  const auto left = [&] {
    std::int64_t seen = 0;
    const auto refused = bus.send<shop::Tell>(as<Stock<21>>(stock), &seen).get();
    REQUIRE(refused.rejection() == nullptr);
    return seen;
  };
  CHECK(left() == 80'000'000);
  kept->settle();
  REQUIRE(kept->counts().differing == 1);
  CHECK(left() == 80'000'040);
}

TEST_CASE("snapshots end while others load and command, and nothing is asked of them afterwards") {
  stock_room room;
  auto kept = room.open();
  whence::command_bus bus(room.log, room.runtime, {.conflicts = {.tries_max = 1'000}, .snapshots = kept});
  bus.add<Stock<0>>();
  std::atomic<bool> stop{false};
  {
    std::vector<std::jthread> all;
    for (int thread = 0; thread < 3; ++thread) {
      all.emplace_back([&] {
        while (!stop) {
          static_cast<void>(bus.send<shop::Receive>(stock, "tea", 1).get().accepted());
          static_cast<void>(whence::repository(room.log, kept).load(stock));
        }
      });
    }
    while (kept->counts().written == 0) std::this_thread::yield();
    std::jthread another([&] { kept->close(); });
    kept->close();
    stop = true;
  }
  const auto written = kept->counts().written;
  room.append(100);
  CHECK(room.load(kept).version > whence::stream_version{100});
  kept->settle();
  CHECK(kept->counts().written == written);
}

TEST_CASE("many threads load and command aggregates with snapshots, and none is folded wrongly") {
  stock_room room;
  const auto kept = room.open();
  whence::command_bus bus(room.log, room.runtime,
                          {.conflicts = {.tries_max = 1'000}, .hot_aggregates = 1, .snapshots = kept});
  bus.add<Stock<0>>();
  constexpr int threads = 4, rounds = 60;
  {
    std::vector<std::jthread> all;
    for (int thread = 0; thread < threads; ++thread) {
      all.emplace_back([&, thread] {
        for (int i = 0; i < rounds; ++i) {
          const whence::id<Stock<0>> id{"stock-" + std::to_string((i + thread) % 3)};
          static_cast<void>(bus.send<shop::Receive>(id, "tea", 1).get().accepted());
          static_cast<void>(whence::repository(room.log, kept).load(id));
        }
      });
    }
  }
  kept->settle();
  CHECK(kept->counts().differing == 0);
  for (int i = 0; i < 3; ++i) {
    const whence::id<Stock<0>> id{"stock-" + std::to_string(i)};
    CHECK(whence::repository(room.log, kept).load(id).state.left.at("tea") == threads * rounds / 3);
  }
}

namespace {

template <int Version>
struct Bell {
  static constexpr whence::event_type type{"Bell", Version};
  template <class Archive>
  void serialize(Archive&) {}
};

template <int Version>
struct Tower {
  static constexpr whence::aggregate_type type{"Tower"};
  static constexpr whence::snapshot_policy snapshots{};
  using events = whence::events<Bell<Version>>;
  int rings = 0;
  void apply(const Bell<Version>&) { ++rings; }
  template <class Archive>
  void serialize(Archive& ar) {
    ar(cereal::make_nvp("rings", rings));
  }
};

template <class Aggregate>
auto fingerprint(std::string_view reading = {}) {
  return whence::detail::fingerprint_of(whence::detail::facts_of<Aggregate>,
                                        whence::detail::snapshot_facts_of<Aggregate>, reading);
}

}  // namespace

TEST_CASE("a fold has one fingerprint, and another where an event has another version, or is read otherwise") {
  CHECK(fingerprint<Tower<1>>() == fingerprint<Tower<1>>());
  CHECK(fingerprint<Tower<1>>("Grown v1 -> Built v1") != fingerprint<Tower<1>>());
  CHECK(fingerprint<Tower<1>>() != fingerprint<Tower<2>>());
}
