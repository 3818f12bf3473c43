// Snapshots of an aggregate whose events are upcast in another way today than when they were made.
#include <doctest/doctest.h>

#include <memory>
#include <string>

#include <whence/modelling/repository.hpp>
#include <whence/modelling/snapshots.hpp>
#include <whence/upcasting/upcasting_log.hpp>

#include <tests/temporary_folder.hpp>

using namespace whence;

namespace {

struct Counted {
  static constexpr event_type type{"Counted", 2};
  int pieces = 0;
  template <class Archive>
  void serialize(Archive& ar) {
    ar(cereal::make_nvp("pieces", pieces));
  }
};
struct Weighed {
  static constexpr event_type type{"Weighed", 1};
  int grams = 0;
  template <class Archive>
  void serialize(Archive& ar) {
    ar(cereal::make_nvp("grams", grams));
  }
};
struct Opened {
  static constexpr event_type type{"Opened", 1};
};
struct Elsewhere {
  static constexpr event_type type{"Elsewhere", 2};
};

struct Shelf {
  static constexpr aggregate_type type{"Shelf"};
  static constexpr snapshot_policy snapshots{.every = 3};
  using events = whence::events<Counted, Weighed>;
  int pieces = 0;
  int grams = 0;
  template <class Archive>
  void serialize(Archive& ar) {
    ar(cereal::make_nvp("pieces", pieces), cereal::make_nvp("grams", grams));
  }
  void apply(const Counted& event) { pieces += event.pieces; }
  void apply(const Weighed& event) { grams += event.grams; }
};

const id<Shelf> shelf{"shelf-1"};

/// What its snapshots were made with.
upcasters of_before() {
  return upcasters::of(upcast<Counted, 1>([](document&) {}), upcast<Opened, 1>().dropped());
}

struct store_room {
  tests::temporary_folder folder;
  whence::runtime runtime = whence::runtime::system();
  log_source log = memory();

  store_room() {
    stream_append part;
    part.stream = shelf.value();
    part.aggregate_type = "Shelf";
    const auto add = [&](const char* type, const char* data) {
      new_event event;
      event.id = event_id{runtime.make_uuid()};
      event.type = type;
      event.version = 1;
      event.data = data;
      part.events.push_back(std::move(event));
    };
    add("Opened", "{}");
    add("Counted", R"({"pieces":1})");
    add("Weighed", R"({"grams":5})");
    add("Counted", R"({"pieces":2})");
    REQUIRE(log.open(runtime)->append({.streams = {std::move(part)}}).get().committed());
  }

  struct told {
    Shelf state;
    snapshots::tally counts;
  };
  told load(const upcasters& through) const {
    const std::shared_ptr<whence::log> open = upcasting(log, through).open(runtime);
    const auto kept = std::make_shared<snapshots>(folder.file("shelf.snapshots"), open, runtime);
    told loaded{.state = repository(open, kept).load(shelf).state, .counts = {}};
    kept->settle();
    loaded.counts = kept->counts();
    kept->close();
    return loaded;
  }
};

/// Given a snapshot of before, when it is loaded through these, then it is folded anew.
void is_folded_anew(const upcasters& through, int pieces, int grams) {
  const store_room room;
  REQUIRE(room.load(of_before()).counts.written == 1);
  const auto anew = room.load(through);
  CHECK(anew.counts.passed_over == 1);
  CHECK(anew.counts.used == 0);
  CHECK(anew.state.pieces == pieces);
  CHECK(anew.state.grams == grams);
  // Its own is believed.
  CHECK(room.load(through).counts.used == 1);
}

}  // namespace

TEST_CASE("a snapshot is believed while its events take the same steps") {
  const store_room room;
  REQUIRE(room.load(of_before()).counts.written == 1);
  const auto again = room.load(of_before());
  CHECK(again.counts.used == 1);
  CHECK(again.counts.differing == 0);
  CHECK(again.state.pieces == 3);
}

TEST_CASE("an event that is dropped today is in no snapshot of before") {
  is_folded_anew(upcasters::of(upcast<Counted, 1>().dropped(), upcast<Opened, 1>().dropped()), 0, 5);
}

TEST_CASE("an event that becomes another today is in no snapshot of before") {
  is_folded_anew(
      upcasters::of(upcast<Counted, 1>().to<Weighed, 1>([](document& data) { data.rename("pieces", "grams"); }),
                    upcast<Opened, 1>().dropped()),
      0, 8);
}

TEST_CASE("an event that was dropped before, and is told today, is in no snapshot of before") {
  is_folded_anew(upcasters::of(upcast<Counted, 1>([](document&) {}),
                               upcast<Opened, 1>().to<Weighed, 1>([](document& data) { data.set("grams", 100); })),
                 3, 105);
}

TEST_CASE("two events that are merged today are in no snapshot of before") {
  is_folded_anew(
      upcasters::of(upcast<Counted, 1>([](document&) {}), upcast<Opened, 1>().dropped(),
                    upcast<Opened, 1>().merged_with<Counted, 1>().to<Weighed, 1>([](document& data, const document&) {
                      data.remove("pieces");
                      data.set("grams", 7);
                    })),
      2, 12);
}

TEST_CASE("another aggregate's upcasters make no difference") {
  const store_room room;
  REQUIRE(room.load(of_before()).counts.written == 1);
  const auto wider = upcasters::of(upcast<Counted, 1>([](document&) {}), upcast<Opened, 1>().dropped(),
                                   upcast<Elsewhere, 1>().dropped());
  CHECK(room.load(wider).counts.used == 1);
}
