// Long streams: snapshots, closed books, periods. Runs what docs/long-streams.md shows.
#include <cstdint>
#include <string>

#include <whence.hpp>

#include <doctest/doctest.h>

#include <tests/temporary_folder.hpp>
#include <whence/testing/given.hpp>
#include <whence/testing/snapshots.hpp>

namespace stock {

struct Received {
  static constexpr whence::event_type type{"Received"};
  std::int64_t count = 0;
  template <class Archive>
  void serialize(Archive& ar) {
    ar(cereal::make_nvp("count", count));
  }
};
struct Sold {
  static constexpr whence::event_type type{"Sold"};
  std::int64_t count = 0;
  template <class Archive>
  void serialize(Archive& ar) {
    ar(cereal::make_nvp("count", count));
  }
};

struct Stock {
  static constexpr whence::aggregate_type type{"Stock"};
  static constexpr whence::snapshot_policy snapshots{.every = 500};
  using events = whence::events<Received, Sold>;

  std::int64_t left = 0;
  void apply(const Received& event) { left += event.count; }
  void apply(const Sold& event) { left -= event.count; }

  template <class Archive>
  void serialize(Archive& ar) {  // all that `apply` changes
    ar(cereal::make_nvp("left", left));
  }
};

struct Receive {
  std::int64_t count;
};
inline whence::outcome<Stock> decide(const Stock&, const Receive& command) { return Received{command.count}; }

}  // namespace stock

namespace cash {

struct Earned {
  static constexpr whence::event_type type{"Earned"};
  std::int64_t cents = 0;
  template <class Archive>
  void serialize(Archive& ar) {
    ar(cereal::make_nvp("cents", cents));
  }
};
struct Spent {
  static constexpr whence::event_type type{"Spent"};
  std::int64_t cents = 0;
  template <class Archive>
  void serialize(Archive& ar) {
    ar(cereal::make_nvp("cents", cents));
  }
};
struct YearClosed {
  static constexpr whence::event_type type{"YearClosed"};
  std::int64_t cents = 0;
  template <class Archive>
  void serialize(Archive& ar) {
    ar(cereal::make_nvp("cents", cents));
  }
};

struct Cashbook {
  static constexpr whence::aggregate_type type{"Cashbook"};
  using events = whence::events<Earned, Spent, YearClosed>;
  using books_closed_by = whence::events<YearClosed>;

  std::int64_t cents = 0;
  void apply(const Earned& event) { cents += event.cents; }
  void apply(const Spent& event) { cents -= event.cents; }
  void apply(const YearClosed& event) { cents = event.cents; }
};

struct Spend {
  std::int64_t cents;
};
struct CloseYear {};

inline whence::outcome<Cashbook> decide(const Cashbook& book, const Spend& command) {
  if (command.cents > book.cents) return whence::rejected{"cashbook.short", "there is not that much in it"};
  return Spent{command.cents};
}
inline whence::outcome<Cashbook> decide(const Cashbook& book, const CloseYear&) { return YearClosed{book.cents}; }

}  // namespace cash

namespace {

using cash::Cashbook, cash::CloseYear, cash::Earned, cash::Spend, cash::Spent, cash::YearClosed;
using stock::Receive;
using stock::Stock;
using whence::testing::given;

}  // namespace

TEST_CASE("a stock with snapshots is the same without them") {
  const tests::temporary_folder folder;
  const whence::id<Stock> tea{"tea"};
  const auto start = [&] {
    return whence::application::on(whence::sqlite(folder.file("shop.db"))).aggregate<Stock>().start();
  };
  {
    auto app = start();
    for (int i = 0; i < 1'100; ++i) REQUIRE(app.send<Receive>(tea, 1).get().accepted());
  }
  auto file = whence::sql::database::open(folder.file("shop.db.snapshots"), whence::sql::open_mode::read_write);
  CHECK(file.integer("SELECT version FROM snapshots") >= 1'000);
  CHECK(start().load(tea).state.left == 1'100);
  file.run("DELETE FROM snapshots");
  CHECK(start().load(tea).state.left == 1'100);
}

TEST_CASE("a year that is closed takes what is left along") {
  given<Cashbook>(Earned{500}, Spent{200}).when(CloseYear{}).then(YearClosed{300});
  given<Cashbook>(Earned{500}, Spent{200}, YearClosed{300}).when(Spend{301}).then_rejected("cashbook.short");
}

TEST_CASE("a snapshot of the stock has all of it") { whence::testing::goes_on_from_snapshots<Stock>(); }
