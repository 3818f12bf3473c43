// Long streams: snapshots. Runs what docs/long-streams.md shows.
#include <cstdint>
#include <string>

#include <whence.hpp>

#include <doctest/doctest.h>

#include <tests/temporary_folder.hpp>

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

namespace {

using stock::Receive;
using stock::Stock;

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
