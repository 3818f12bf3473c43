// Streams whose books are closed: a load begins at the last closing event, and comes to what the whole fold comes to.
#include <doctest/doctest.h>

#include <cstdint>
#include <string>
#include <vector>

#include <tests/modelling/scripted_log.hpp>
#include <tests/temporary_folder.hpp>
#include <whence/modelling/command_bus.hpp>
#include <whence/modelling/repository.hpp>
#include <whence/modelling/snapshots.hpp>

namespace office {

using cereal::make_nvp;

struct Earned {
  static constexpr whence::event_type type{"Earned"};
  std::int64_t cents = 0;
  template <class Archive>
  void serialize(Archive& ar) {
    ar(make_nvp("cents", cents));
  }
};
struct YearClosed {
  static constexpr whence::event_type type{"YearClosed"};
  std::int64_t cents = 0;
  template <class Archive>
  void serialize(Archive& ar) {
    ar(make_nvp("cents", cents));
  }
};

struct Cashbook {
  static constexpr whence::aggregate_type type{"Cashbook"};
  using events = whence::events<Earned, YearClosed>;
  using books_closed_by = whence::events<YearClosed>;

  std::int64_t cents = 0;
  std::int64_t entries = 0;  // since the books were closed: no `apply` sets it to 0

  void apply(const Earned& event) { cents += event.cents, ++entries; }
  void apply(const YearClosed& event) { cents += event.cents; }
};

/// The same for people who read whole streams.
struct WholeCashbook {
  static constexpr whence::aggregate_type type{"Cashbook"};
  using events = whence::events<Earned, YearClosed>;

  std::int64_t cents = 0;
  std::int64_t entries = 0;

  void apply(const Earned& event) { cents += event.cents, ++entries; }
  void apply(const YearClosed& event) { cents = event.cents, entries = 0; }
};

/// One with snapshots besides.
struct KeptCashbook : Cashbook {
  static constexpr whence::snapshot_policy snapshots{.every = 50};
  template <class Archive>
  void serialize(Archive& ar) {
    ar(make_nvp("cents", cents), make_nvp("entries", entries));
  }
};

/// Another type.
struct Ledger : Cashbook {
  static constexpr whence::aggregate_type type{"Ledger"};
};

struct Earn {
  std::int64_t cents;
};
struct CloseYear {};

inline whence::outcome<Cashbook> decide(const Cashbook&, const Earn& command) { return Earned{command.cents}; }
inline whence::outcome<Cashbook> decide(const Cashbook& book, const CloseYear&) { return YearClosed{book.cents}; }

}  // namespace office

namespace {

using office::Cashbook;
using office::KeptCashbook;
using office::WholeCashbook;

const whence::id<Cashbook> book{"book-1"};

struct desk {
  whence::runtime runtime = whence::runtime::system();
  std::shared_ptr<scripted_log> log = std::make_shared<scripted_log>(runtime);

  void append(std::uint64_t count, const std::string& type, std::int64_t cents) {
    for (std::uint64_t i = 0; i < count; ++i) {
      whence::append_batch batch;
      batch.streams.push_back({.stream = book.value(),
                               .aggregate_type = "Cashbook",
                               .expected = whence::expected_version::any(),
                               .events = {{.id = whence::event_id{runtime.make_uuid()},
                                           .type = type,
                                           .version = 1,
                                           .occurred_at = runtime.clock->now(),
                                           .data = R"({"cents":)" + std::to_string(cents) + "}",
                                           .metadata = {.correlation = whence::correlation_id{runtime.make_uuid()},
                                                        .causation = whence::command_id{runtime.make_uuid()},
                                                        .causation_type = "Elsewhere",
                                                        .source = "another",
                                                        .traceparent = {}},
                                           .tags = {}}}});
      static_cast<void>(log->behind().append(std::move(batch)).get().value());
    }
  }
  void earn(std::uint64_t times) { append(times, "Earned", 1); }
  void close(std::int64_t cents) { append(1, "YearClosed", cents); }

  template <class Aggregate = Cashbook>
  whence::loaded<Aggregate> load(std::shared_ptr<whence::snapshots> from = nullptr) {
    log->read_from.clear();
    log->pages.clear();
    return whence::repository(log, std::move(from)).load(whence::id<Aggregate>{book.value()});
  }
  /// That a load comes to what the whole fold comes to.
  void check() {
    const auto whole = load<WholeCashbook>();
    const auto found = load();
    CHECK(found.version == whole.version);
    CHECK(found.position == whole.position);
    CHECK(found.state.cents == whole.state.cents);
    CHECK(found.state.entries == whole.state.entries);
  }
};

}  // namespace

TEST_CASE("a load reads a page from the end, however long the stream is, if its books were closed there") {
  desk here;
  here.earn(3'000);
  here.close(3'000);
  here.earn(10);
  here.check();
  CHECK(here.log->read_from.front() == whence::stream_version{UINT64_MAX});
  CHECK(here.load().state.entries == 10);
  CHECK(here.log->read_from == std::vector{whence::stream_version{UINT64_MAX}});
}

TEST_CASE("wherever the books were closed last, a load comes to what the whole fold comes to") {
  for (const std::uint64_t since : {0, 1, 254, 255, 256, 257, 511, 512, 513, 1'500}) {
    for (const std::uint64_t before : {0, 1, 300}) {
      CAPTURE(since);
      CAPTURE(before);
      desk here;
      here.earn(before);
      here.close(static_cast<std::int64_t>(before) + 7);
      here.earn(before);
      here.close(static_cast<std::int64_t>(before) + 70);
      here.earn(since);
      here.check();
    }
  }
}

TEST_CASE("books that were never closed are read from the first event, short ones in one go") {
  for (const std::uint64_t events : {0, 1, 255, 256, 257, 700}) {
    CAPTURE(events);
    desk here;
    here.earn(events);
    here.check();
    if (events <= 256) CHECK(here.log->read_from.size() == (events == 0 ? 2 : 1));
  }
}

TEST_CASE("what is appended while a load looks for its beginning is in it, closed books too") {
  for (const std::uint64_t since : {10, 400}) {
    for (int reads_before = 1; reads_before <= 3; ++reads_before) {
      CAPTURE(since);
      CAPTURE(reads_before);
      desk here;
      here.close(100);
      here.earn(since);
      int reads = 0;
      here.log->before_reading = [&] {
        if (++reads != reads_before) return;
        here.earn(5);
        here.close(1'000);
        here.earn(3);
      };
      const auto found = here.load();
      here.log->before_reading = nullptr;
      if (reads < reads_before) continue;
      CHECK(found.state.cents == 1'003);
      CHECK(found.state.entries == 3);
      CHECK(found.version == whence::stream_version{since + 10});
    }
  }
}

TEST_CASE(
    "commands close books, and what the closing event does not say is gone for those in memory as for all others") {
  desk here;
  whence::command_bus bus(here.log, here.runtime, {});
  bus.add<Cashbook>();
  for (int year = 0; year < 3; ++year) {
    for (int i = 0; i < 40; ++i) REQUIRE(bus.send<office::Earn>(book, 1).get().accepted());
    REQUIRE(bus.send<office::CloseYear>(book).get().accepted());
  }
  REQUIRE(bus.send<office::Earn>(book, 1).get().accepted());
  here.check();
  CHECK(here.load().state.cents == 121);
  CHECK(here.load().state.entries == 1);
}

TEST_CASE("closed books and snapshots go together") {
  desk here;
  const tests::temporary_folder folder;
  const std::shared_ptr<whence::log_reader> behind(here.log, &here.log->behind());
  const auto kept = std::make_shared<whence::snapshots>(folder.file("snapshots"), behind, here.runtime);
  here.earn(100);
  for (int round = 0; round < 6; ++round) {
    CAPTURE(round);
    CHECK(here.load<KeptCashbook>(kept).state.entries == here.load<WholeCashbook>().state.entries);
    CHECK(here.load<KeptCashbook>(kept).state.cents == here.load<WholeCashbook>().state.cents);
    kept->settle();
    here.earn(30);
    if (round % 2 == 1) here.close(round);
  }
  CHECK(kept->counts().used > 0);
  CHECK(kept->counts().compared > 0);
  CHECK(kept->counts().differing == 0);
}

TEST_CASE("a snapshot is compared from where a load of it would begin: what is before closed books may be unreadable") {
  desk here;
  const tests::temporary_folder folder;
  const std::shared_ptr<whence::log_reader> behind(here.log, &here.log->behind());
  const auto open = [&] { return std::make_shared<whence::snapshots>(folder.file("snapshots"), behind, here.runtime); };
  here.append(1, "Stolen", 5);
  here.close(7);
  here.earn(60);
  CHECK(here.load<KeptCashbook>(open()).state.entries == 60);
  // The snapshot is of before these.
  here.close(100);
  here.earn(3);

  const auto kept = open();
  CHECK(here.load<KeptCashbook>(kept).state.entries == 3);
  kept->settle();
  CHECK(kept->counts().used == 1);
  CHECK(kept->counts().compared == 1);
  CHECK(kept->counts().differing == 0);
}

TEST_CASE("a stream of another type is refused, whichever end it is read from") {
  desk here;
  here.earn(3);
  CHECK_THROWS_AS(here.load<office::Ledger>(), whence::stream_of_other_type);
}
