// What the kit says of upcasters: right ones, and such as leave out, confuse or refuse what was stored.
#include <whence/testing/given_stored.hpp>

#include <doctest/doctest.h>

#include <cstdint>
#include <string>

#include <whence/projection/projection.hpp>
#include <whence/sql/database.hpp>

#include "tests/testing/failures.hpp"

using failures::text_of;
using whence::testing::given_stored, whence::testing::in, whence::testing::stored;

namespace {

/// 1: {"by", "euros"}. 2: {"by", "cents"}. 3: with a currency.
struct Docked {
  static constexpr whence::event_type type{"Docked", 3};
  std::string by;
  std::int64_t cents = 0;
  std::string currency;
  template <class Archive>
  void serialize(Archive& ar) {
    ar(cereal::make_nvp("by", by), cereal::make_nvp("cents", cents), cereal::make_nvp("currency", currency));
  }
};
struct Left {
  static constexpr whence::event_type type{"Left"};
  template <class Archive>
  void serialize(Archive&) {}
};
struct Billed {
  static constexpr whence::event_type type{"Billed"};
  std::int64_t cents = 0;
  template <class Archive>
  void serialize(Archive& ar) {
    ar(cereal::make_nvp("cents", cents));
  }
};

// Only read any more.
struct Arrived {
  static constexpr whence::event_type type{"Arrived"};
};
struct FeeSet {
  static constexpr whence::event_type type{"FeeSet"};
};
struct Sighted {
  static constexpr whence::event_type type{"Sighted"};
};

struct Ship {
  static constexpr whence::aggregate_type type{"Ship"};
  using events = whence::events<Docked, Left, Billed>;
  void apply(const Docked&) {}
  void apply(const Left&) {}
  void apply(const Billed&) {}
};

struct Fees {
  static constexpr whence::projection_info info{"fees", 1};
  using events = whence::events<Docked>;
  void create(whence::sql::database& db) { db.run("CREATE TABLE fees (ship TEXT, cents INTEGER)"); }
  void on(const Docked& event, const whence::event_context& context, whence::sql::database& db) {
    db.run("INSERT INTO fees VALUES (?, ?)", {context.stream, event.cents});
  }
};

whence::upcasters harbour_upcasters() {
  return whence::upcasters::of(whence::upcast<Docked, 1>([](whence::document& data) {
                                 data.set("cents", data.get<std::int64_t>("euros") * 100);
                                 data.remove("euros");
                               }),
                               whence::upcast<Docked, 2>([](whence::document& data) { data.set("currency", "EUR"); }),
                               whence::upcast<FeeSet, 1>().merged_with<Arrived, 1>().to<Docked, 2>(
                                   [](whence::document& data, const whence::document& fee) {
                                     data.set("cents", fee.get<std::int64_t>("cents"));
                                   }),
                               whence::upcast<Arrived, 1>()
                                   .to<Docked, 2>([](whence::document& data) { data.set("cents", std::int64_t{0}); })
                                   .to<Billed, 1>([](whence::document& data) {
                                     data.remove("by");
                                     data.set("cents", std::int64_t{5});
                                   }),
                               whence::upcast<Sighted, 1>().dropped());
}

/// Forgets what version 3 needs.
whence::upcasters forgetful_upcasters() {
  return whence::upcasters::of(whence::upcast<Docked, 1>([](whence::document& data) { data.rename("euros", "cents"); }),
                               whence::upcast<Docked, 2>([](whence::document&) {}),
                               whence::upcast<FeeSet, 1>().merged_with<Arrived, 1>().to<Docked, 3>(
                                   [](whence::document&, const whence::document&) {}));
}

const whence::id<Ship> argo{"ship-argo"};
const whence::id<Ship> fram{"ship-fram"};
const auto docked = stored("Docked", 1, R"({"by":"ada","euros":5})");
const auto fee = stored("FeeSet", 1, R"({"cents":7})");
const auto arrived = stored("Arrived", 1, R"({"by":"ada"})");

}  // namespace

TEST_CASE("each member that an upcaster makes otherwise is named by its place") {
  CHECK(text_of([] { given_stored(docked).through(harbour_upcasters()).then(Docked{"bob", 50'000, "EUR"}); }) ==
        "other events are read today than expected\n"
        "  event 1, Docked /by: expected \"bob\", found \"ada\"\n"
        "  event 1, Docked /cents: expected 50000, found 500");
  CHECK(text_of([] { given_stored(docked).through(harbour_upcasters()).then(Docked{"ada", 500, "EUR"}, Left{}); }) ==
        "other events are read today than expected\n"
        "  event 2 is missing: Left {}");
  CHECK(text_of([] { given_stored(arrived).through(harbour_upcasters()).then(Docked{"ada", 0, "EUR"}); }) ==
        "other events are read today than expected\n"
        "  event 2 was not expected: Billed {\"cents\":5}");
}

TEST_CASE("an event in another stream than expected is named, if the test says which") {
  const auto both = given_stored(in(argo, docked), in(fram, docked)).through(harbour_upcasters());
  const Docked today{"ada", 500, "EUR"};
  CHECK(text_of([&] { both.then(today, today); }) == "nothing failed");
  CHECK(text_of([&] { both.then(in(argo, today), in(fram, today)); }) == "nothing failed");
  CHECK(text_of([&] { both.then(in(argo, today), in(argo, today)); }) ==
        "other events are read today than expected\n"
        "  event 2, Docked: expected in ship-argo, found in ship-fram");
}

TEST_CASE("what an upcaster made and its type cannot be read from is told, with the upcaster and the place") {
  CHECK(text_of([] { given_stored(docked).through(forgetful_upcasters()).then(Docked{"ada", 500, "EUR"}); }) ==
        "stored event 1, Docked version 1 in stream-1, cannot be read as Docked version 3\n"
        "  /currency: is missing\n"
        "  that is what the upcaster from Docked version 2 to Docked version 3 made: {\"by\":\"ada\",\"cents\":5}\n"
        "  stored: {\"by\":\"ada\",\"euros\":5}");
  CHECK(text_of([] {
          given_stored(Left{}, fee, arrived).through(forgetful_upcasters()).then(Left{}, Docked{"ada", 7, "EUR"});
        }) ==
        "stored event 3, Arrived version 1 in stream-1, cannot be read as Docked version 3\n"
        "  /cents: is missing\n"
        "  that is what the upcaster from FeeSet version 1 and Arrived version 1 to Docked version 3 made: "
        "{\"by\":\"ada\"}\n"
        "  stored: {\"by\":\"ada\"}");
  CHECK(text_of([] {
          given_stored(stored("Docked", 3, R"({"by":"ada","cents":"5"})"))
              .through(harbour_upcasters())
              .then(Docked{"ada", 500, "EUR"});
        }) ==
        "stored event 1, Docked version 3 in stream-1, cannot be read as Docked version 3\n"
        "  /cents: expected a whole number, found \"5\"\n"
        "  as it is stored: {\"by\":\"ada\",\"cents\":\"5\"}");
}

TEST_CASE("an event that an upcaster refuses is told, with what it was given") {
  const auto wrong = given_stored(docked, stored("Docked", 1, R"({"by":"ada","euros":"5"})"));
  CHECK(text_of([&] { wrong.through(harbour_upcasters()).then(Docked{"ada", 500, "EUR"}, Left{}); }) ==
        "a stored event was refused; 2 events were expected\n"
        "  stored event 2, Docked version 1 in stream-1: /euros: expected a whole number, found \"5\" "
        "[event.upcast_failed]\n"
        "  that is what the upcaster from Docked version 1 to Docked version 2 said\n"
        "  stored: {\"by\":\"ada\",\"euros\":\"5\"}\n"
        "  event 2 is missing: Left {}");
  const auto strict = whence::upcasters::of(
      whence::upcast<Docked, 1>([](whence::document& data) { data.rename("euros", "cents"); }),
      whence::upcast<Docked, 2>([](whence::document& data) { static_cast<void>(data.get<std::string>("flag")); }));
  CHECK(text_of([&] { given_stored(docked).through(strict).then_nothing(); }) ==
        "a stored event was refused; nothing was expected to be read any more\n"
        "  stored event 1, Docked version 1 in stream-1: /flag: is missing [event.upcast_failed]\n"
        "  that is what the upcaster from Docked version 2 to Docked version 3 said, of: "
        "{\"by\":\"ada\",\"cents\":5}\n"
        "  stored: {\"by\":\"ada\",\"euros\":5}");
}

TEST_CASE("a refusal is expected by its code, and by what its upcaster finds wrong") {
  const auto empty = given_stored(stored("Docked", 1, "{}")).through(harbour_upcasters());
  CHECK(text_of([&] {
          empty.then_refused("event.upcast_failed").then_refused("event.upcast_failed", "/euros: is missing");
        }) == "nothing failed");
  CHECK(text_of([&] { empty.then_refused("event.unknown_version"); }) ==
        "a stored event was refused in another way than expected\n"
        "  code: expected event.unknown_version, found event.upcast_failed\n"
        "  stored event 1, Docked version 1 in stream-1: /euros: is missing [event.upcast_failed]\n"
        "  that is what the upcaster from Docked version 1 to Docked version 2 said\n"
        "  stored: {}");
  CHECK(text_of([&] { empty.then_refused("event.upcast_failed", "/by: is missing"); })
            .starts_with("a stored event was refused in another way than expected\n"
                         "  problem: expected /by: is missing, found /euros: is missing\n"));
  CHECK(text_of([] { given_stored(docked).through(harbour_upcasters()).then_refused("event.upcast_failed"); }) ==
        "all stored events were read; one was expected to be refused: event.upcast_failed\n"
        "  event 1 was not expected: Docked version 3 {\"by\":\"ada\",\"cents\":500,\"currency\":\"EUR\"}");
}

TEST_CASE("a version at which no upcaster begins is refused") {
  const auto newer = given_stored(stored("Docked", 4, "{}")).through(harbour_upcasters());
  CHECK(text_of([&] { newer.then_refused("event.unknown_version"); }) == "nothing failed");
  CHECK(text_of([&] { newer.then(Left{}); }) ==
        "a stored event was refused; 1 event was expected\n"
        "  stored event 1, Docked version 4 in stream-1: Docked: version 4 is stored, this program knows version 3 "
        "[event.unknown_version]\n"
        "  stored: {}\n"
        "  event 1 is missing: Left {}");
}

TEST_CASE("events that are no longer told are nothing, and those that are still told are shown") {
  const auto sighted = given_stored(stored("Sighted", 1, "{}")).through(harbour_upcasters());
  CHECK(text_of([&] { sighted.then_nothing(); }) == "nothing failed");
  CHECK(text_of([&] { sighted.then(Left{}); }) ==
        "other events are read today than expected\n"
        "  event 1 is missing: Left {}");
  CHECK(text_of([] { given_stored(Left{}).through(harbour_upcasters()).then_nothing(); }) ==
        "nothing was expected to be read any more\n"
        "  event 1 was not expected: Left {}");
}

TEST_CASE("two that follow each other in a stream become one, whatever other streams do meanwhile") {
  given_stored(in(argo, fee), in(fram, arrived), in(argo, arrived))
      .through(harbour_upcasters())
      .then(in(fram, Docked{"ada", 0, "EUR"}), in(fram, Billed{5}), in(argo, Docked{"ada", 7, "EUR"}));
}

TEST_CASE("what is read today is projected as in an application, and is a log for one") {
  const auto today = given_stored(in(argo, docked), in(fram, Docked{"bob", 1, "EUR"})).through(harbour_upcasters());
  today.into<Fees>().then_rows("SELECT * FROM fees ORDER BY ship", {{"ship-argo", 500}, {"ship-fram", 1}});
  today.then(in(argo, Docked{"ada", 500, "EUR"}), in(fram, Docked{"bob", 1, "EUR"}))
      .into<Fees>()
      .then_rows("SELECT count(*) FROM fees", {{2}});
  CHECK(text_of([] {
          (void)given_stored(in(argo, stored("Docked", 1, "{}"))).through(harbour_upcasters()).into<Fees>();
        }).find("Docked version 1 cannot be upcast: /euros: is missing") != std::string::npos);
}

TEST_CASE("what no log would take fails") {
  CHECK(text_of([] {
          given_stored(in(whence::id<Ship>{""}, docked)).through(harbour_upcasters()).then_nothing();
        }).starts_with("these events cannot be recorded\n"));
}

TEST_CASE("what is stored as binary is read as its JSON") {
  given_stored(stored("Docked", 3, whence::encode_binary(Docked{"ada", 5, "EUR"})))
      .through(harbour_upcasters())
      .then(Docked{"ada", 5, "EUR"});
}
