// Decision models: on what a command is decided, under what it is appended, and what happens when others write meanwhile.
#include <doctest/doctest.h>

#include <atomic>
#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include <tests/modelling/scripted_log.hpp>

namespace theatre {

using cereal::make_nvp;

struct SeatTaken {
  static constexpr whence::event_type type{"SeatTaken"};
  std::string seat;
  std::string visitor;
  std::vector<std::string> tags() const { return {"seat:" + seat, "visitor:" + visitor}; }
  template <class Archive>
  void serialize(Archive& ar) {
    ar(make_nvp("seat", seat), make_nvp("visitor", visitor));
  }
};
struct SeatFreed {
  static constexpr whence::event_type type{"SeatFreed"};
  std::string seat;
  std::vector<std::string> tags() const { return {"seat:" + seat}; }
  template <class Archive>
  void serialize(Archive& ar) {
    ar(make_nvp("seat", seat));
  }
};
/// Of another model; tagged with a seat as well.
struct SeatCleaned {
  static constexpr whence::event_type type{"SeatCleaned"};
  std::string seat;
  std::vector<std::string> tags() const { return {"seat:" + seat}; }
  template <class Archive>
  void serialize(Archive& ar) {
    ar(make_nvp("seat", seat));
  }
};

struct TakeSeat {
  std::string seat;
  std::string visitor;
};
struct FreeSeat {
  std::string seat;
};
struct AskForNothing {};
struct AskForOthers {};

struct Seats {
  static constexpr whence::decision_model type{"Booking"};
  using events = whence::events<SeatTaken, SeatFreed>;

  static whence::event_query query(const TakeSeat& command) {
    return {{{.event_types = {}, .tags = {"seat:" + command.seat}},
             {.event_types = {}, .tags = {"visitor:" + command.visitor}}}};
  }
  static whence::event_query query(const FreeSeat& command) {
    return {{{.event_types = {}, .tags = {"seat:" + command.seat}}}};
  }
  static whence::event_query query(const AskForNothing&) { return {}; }
  static whence::event_query query(const AskForOthers&) { return {{{.event_types = {"SeatCleaned"}, .tags = {}}}}; }

  std::map<std::string, std::string> taken;  // visitor of seat
  static inline std::atomic<int> applied{0};
  void apply(const SeatTaken& event) {
    ++applied;
    taken[event.seat] = event.visitor;
  }
  void apply(const SeatFreed& event) {
    ++applied;
    taken.erase(event.seat);
  }
};

whence::outcome<Seats> decide(const Seats& seats, const TakeSeat& command) {
  if (seats.taken.contains(command.seat)) return whence::rejected{"seat.taken", "somebody sits there"};
  for (const auto& [seat, visitor] : seats.taken)
    if (visitor == command.visitor) return whence::rejected{"visitor.seated", "has a seat"};
  return SeatTaken{command.seat, command.visitor};
}
whence::outcome<Seats> decide(const Seats& seats, const FreeSeat& command) {
  if (!seats.taken.contains(command.seat)) return {};
  return SeatFreed{command.seat};
}
whence::outcome<Seats> decide(const Seats&, const AskForNothing&) { return SeatFreed{"none"}; }
whence::outcome<Seats> decide(const Seats&, const AskForOthers&) { return {}; }

struct Cleaning {
  static constexpr whence::aggregate_type type{"Cleaning"};
  using events = whence::events<SeatCleaned>;
  void apply(const SeatCleaned&) {}
};
struct CleanSeat {
  std::string seat;
};
whence::outcome<Cleaning> decide(const Cleaning&, const CleanSeat& command) { return SeatCleaned{command.seat}; }

struct house {
  whence::runtime runtime = whence::runtime::system(2);
  std::shared_ptr<scripted_log> log = std::make_shared<scripted_log>(runtime);
  whence::command_bus bus{
      log,
      runtime,
      {.source = "theatre",
       .conflicts = {
           .tries_max = 32, .pause_first = std::chrono::microseconds{10}, .pause_max = std::chrono::milliseconds{1}}}};
  house() {
    bus.add<Seats>();
    bus.add<Cleaning>();
    Seats::applied = 0;
  }

  whence::command_outcome take(const std::string& stream, std::string seat, std::string visitor) {
    return bus.send<TakeSeat>(whence::id<Seats>{stream}, std::move(seat), std::move(visitor)).get();
  }
  /// Appends once, between the next decision and its append, what somebody else does.
  void meanwhile(std::function<void()> others, int times = 1) {
    log->answer = [others = std::move(others), times](const whence::append_batch&) mutable {
      if (times-- > 0) others();
      return std::optional<whence::append_outcome>();
    };
  }
  /// Another program's event, past the bus.
  template <class Event>
  void happens(const Event& event) {
    whence::append_batch batch;
    batch.streams.push_back({.stream = "elsewhere-" + std::to_string(log->head().value()),
                             .aggregate_type = "Other",
                             .expected = whence::expected_version::any(),
                             .events = {}});
    whence::new_event& added = batch.streams[0].events.emplace_back();
    added.id = whence::event_id{runtime.make_uuid()};
    added.type = Event::type.name;
    added.occurred_at = runtime.clock->now();
    added.data = whence::encode_event(event);
    added.tags = event.tags();
    static_cast<void>(log->behind().append(std::move(batch)).get().value());
  }
};

}  // namespace theatre

using namespace theatre;

TEST_CASE("a rule across streams holds: what is appended to one is seen by who decides on another") {
  house here;
  CHECK(here.take("booking-1", "A1", "ada").accepted());
  CHECK(here.take("booking-2", "A1", "bob").rejection()->code == "seat.taken");
  CHECK(here.take("booking-3", "A2", "ada").rejection()->code == "visitor.seated");
  CHECK(here.take("booking-3", "A2", "bob").accepted());
  CHECK(here.log->stream_head("booking-1") == whence::stream_version{1});
  CHECK(here.log->stream_head("booking-2") == whence::stream_version{});
  CHECK(here.log->stream_head("booking-3") == whence::stream_version{1});
}

TEST_CASE("an event that the query finds, and that came meanwhile, has the command decided again, on it too") {
  house here;
  here.meanwhile([&] { here.happens(SeatTaken{"A1", "eve"}); });
  CHECK(here.take("booking-1", "A1", "ada").rejection()->code == "seat.taken");
  CHECK(here.log->appended.size() == 1);
  here.meanwhile([&] { here.happens(SeatFreed{"A1"}); });
  CHECK(here.take("booking-1", "A2", "ada").accepted());  // the query does not find it
  CHECK(here.log->appended.size() == 2);
}

TEST_CASE("after a conflict only what came since is applied") {
  house here;
  for (int i = 0; i < 5; ++i) {
    here.happens(SeatTaken{"A1", "v" + std::to_string(i)});
    here.happens(SeatFreed{"A1"});
  }
  here.meanwhile([&] { here.happens(SeatFreed{"A1"}); }, 3);
  CHECK(here.take("booking-1", "A1", "ada").accepted());
  CHECK(here.log->appended.size() == 4);
  CHECK(Seats::applied == 10 + 3);
}

TEST_CASE("when others are first until the tries run out, the command fails and says what came between") {
  house here;
  here.meanwhile([&] { here.happens(SeatFreed{"A1"}); }, 1'000);
  try {
    static_cast<void>(here.take("booking-1", "A1", "ada"));
    FAIL("it was accepted");
  } catch (const whence::condition_conflict& conflict) {
    CHECK(conflict.between.at(0).type == "SeatFreed");
    CHECK(conflict.condition.query.to_string() ==
          "(SeatTaken or SeatFreed, tagged seat:A1) or (SeatTaken or SeatFreed, tagged visitor:ada)");
  }
  CHECK(here.log->appended.size() == 32);
}

TEST_CASE("a command id takes effect once, whatever its query finds by now") {
  house here;
  const whence::id<Seats> booking{"booking-1"};
  const whence::command_context once{.id = whence::command_id{here.runtime.make_uuid()}};
  const auto first = here.bus.send<TakeSeat>(once, booking, "A1", "ada").get();
  CHECK(here.bus.send<FreeSeat>(booking, "A1").get().accepted());
  CHECK(here.take("booking-2", "A1", "bob").accepted());
  const auto again = here.bus.send<TakeSeat>(once, booking, "A1", "ada").get();
  CHECK(again.repeated());
  CHECK(again.token() == first.token());
}

TEST_CASE(
    "events are tagged by what they say, also those of aggregates; types that are not listed are not looked for") {
  house here;
  CHECK(here.take("booking-1", "A1", "ada").accepted());
  CHECK(here.bus.send<CleanSeat>(whence::id<Cleaning>{"cleaning"}, "A1").get().accepted());
  const auto found = here.log->behind().read_linked(whence::event_link::tag("seat:A1"));
  REQUIRE(found.size() == 2);
  CHECK(found[0].aggregate_type == "Booking");
  CHECK(found[1].type == "SeatCleaned");
  CHECK(here.bus.send<FreeSeat>(whence::id<Seats>{"booking-1"}, "A1").get().accepted());
  CHECK(here.log->appended.at(2).conditions.at(0).after == whence::global_position{2});
}

TEST_CASE("a query that names a type which is not listed is refused, and one without items appends nothing") {
  house here;
  here.happens(SeatCleaned{"A1"});
  const whence::id<Seats> booking{"booking-1"};
  CHECK_THROWS_AS(static_cast<void>(here.bus.send<AskForOthers>(booking).get()), whence::unlisted_event);
  CHECK_THROWS_AS(static_cast<void>(here.bus.send<AskForNothing>(booking).get()), whence::append_not_done);
  CHECK(here.log->head() == whence::global_position{1});
}

TEST_CASE("a model is loaded as a command would find it") {
  house here;
  CHECK(here.take("booking-1", "A1", "ada").accepted());
  CHECK(here.take("booking-2", "A2", "bob").accepted());
  const auto found = whence::repository(here.log).load_for<Seats>(TakeSeat{"A1", "eve"});
  CHECK(found.state.taken == std::map<std::string, std::string>{{"A1", "ada"}});
  CHECK(found.position == whence::global_position{2});
  const auto asked = here.bus.send<FreeSeat>(whence::id<Seats>{"booking-1"}, "A9").get();  // nothing happens
  CHECK(asked.events() == 0);
  CHECK(asked.token().position == whence::global_position{2});
}

TEST_CASE("of many who want the same seats at once, each seat is given once") {
  house here;
  std::atomic<int> given{0};
  {
    std::vector<std::jthread> visitors;
    for (int visitor = 0; visitor < 16; ++visitor)
      visitors.emplace_back([&here, &given, visitor] {
        for (int seat = 0; seat < 8; ++seat) {
          const std::string name = "v" + std::to_string(visitor);
          const auto outcome = here.take("booking-of-" + name, "A" + std::to_string(seat), name);
          if (outcome.rejection() == nullptr) ++given;
        }
      });
  }
  CHECK(given == 8);
  std::map<std::string, int> of_seat;
  std::map<std::string, int> of_visitor;
  const auto all = here.log->behind().read({});
  for (const whence::recorded_event& event : all) {
    ++of_seat[std::string(event.tags[0])];
    ++of_visitor[std::string(event.tags[1])];
  }
  CHECK(of_seat.size() == 8);
  CHECK(of_visitor.size() == 8);
}
