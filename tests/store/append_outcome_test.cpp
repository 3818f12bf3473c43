#include <doctest/doctest.h>

#include <string>

#include <whence/store/append_outcome.hpp>

using namespace whence;

namespace {

template <class Error>
Error failure_of(const append_outcome& outcome) {
  try {
    (void)outcome.value();
  } catch (const Error& failure) {
    return failure;
  }
  throw std::runtime_error("it did not fail with that");
}

append_refused refused(append_refused::reason why) {
  append_refused outcome{};
  outcome.why = why;
  outcome.stream = "order-12345";
  outcome.detail = "because";
  return outcome;
}

}  // namespace

TEST_CASE("a version conflict says what was expected, what was found, and that nothing was written") {
  append_refused conflict = refused(append_refused::reason::version_conflict);
  conflict.expected = expected_version::exactly(stream_version{7});
  conflict.actual = stream_version{9};
  const auto failure = failure_of<version_conflict>(append_outcome(conflict));
  CHECK(failure.what() == std::string("order-12345: expected version 7, found version 9; nothing was written"));
  CHECK(failure.next() == next_move::reload);
  CHECK(failure.code() == "append.version_conflict");
  CHECK(failure.actual == stream_version{9});

  conflict.expected = expected_version::exists();
  conflict.actual = stream_version{};
  CHECK(failure_of<version_conflict>(append_outcome(conflict)).what() ==
        std::string("order-12345: expected version exists, found no such stream; nothing was written"));
}

TEST_CASE("a condition's conflict says what was ruled out, since where, and what is there") {
  append_refused conflict = refused(append_refused::reason::condition_conflict);
  const event_id taken{uuid({1, 2, 3, 4, 5, 6, 0x77, 8, 0x89, 10, 11, 12, 13, 14, 15, 16})};
  conflict.condition = {{{{.event_types = {"SeatTaken"}, .tags = {"seat:7", "show:3"}}}}, global_position{4710}};
  conflict.between = {{taken, "SeatTaken", stream_version{8}, global_position{4711}, "booking-1"},
                      {taken, "SeatTaken", stream_version{1}, global_position{4713}, "booking-2"}};
  const auto failure = failure_of<condition_conflict>(append_outcome(conflict));
  CHECK(failure.what() ==
        std::string("since position 4710 there are events that the append rules out: (SeatTaken, tagged "
                    "seat:7 and show:3); nothing was written"));
  CHECK(failure.text().where == "booking-1");
  CHECK(failure.text().why == "another writer was first: SeatTaken in booking-1 (event " + taken.to_string() +
                                  ", position 4711), SeatTaken in booking-2 (event " + taken.to_string() +
                                  ", position 4713)");
  CHECK(failure.next() == next_move::reload);
  CHECK(failure.code() == "append.condition_conflict");
  CHECK(failure.condition == conflict.condition);
  CHECK(failure.between == conflict.between);
}

TEST_CASE("a version conflict names the events in between, and counts those that it leaves out") {
  append_refused conflict = refused(append_refused::reason::version_conflict);
  conflict.expected = expected_version::exactly(stream_version{7});
  conflict.actual = stream_version{12};
  const event_id paid{uuid({1, 2, 3, 4, 5, 6, 0x77, 8, 0x89, 10, 11, 12, 13, 14, 15, 16})};
  conflict.between = {{paid, "OrderPaid", stream_version{8}, global_position{4711}, "order-12345"},
                      {paid, "OrderShipped", stream_version{9}, global_position{4713}, "order-12345"}};
  conflict.more_between = 3;
  const auto failure = failure_of<version_conflict>(append_outcome(conflict));
  CHECK(failure.text().why == "another writer was first: version 8 is OrderPaid (event " + paid.to_string() +
                                  ", position 4711), version 9 is OrderShipped (event " + paid.to_string() +
                                  ", position 4713); and 3 more");
  CHECK(failure.between == conflict.between);
  CHECK(failure.more_between == 3);
}

TEST_CASE("each outcome that is not committed has its own failure and next move") {
  using reason = append_refused::reason;
  CHECK(failure_of<event_id_reused>(append_outcome(refused(reason::event_id_reused))).next() ==
        next_move::change_request);
  CHECK(failure_of<append_not_done>(append_outcome(refused(reason::invalid))).next() == next_move::change_request);
  CHECK(failure_of<append_not_done>(append_outcome(refused(reason::queue_full))).next() == next_move::retry);
  CHECK(failure_of<append_not_done>(append_outcome(refused(reason::not_written))).next() == next_move::retry);
  CHECK(failure_of<append_not_done>(append_outcome(refused(reason::closed))).code() == "append.closed");
  const auto unknown = failure_of<append_result_unknown>(append_outcome(append_unknown{"disk"}));
  CHECK(unknown.code() == "append.unknown");
  CHECK(unknown.text().why == "disk");
}

TEST_CASE("a committed outcome is its value") {
  const append_outcome outcome(append_committed{token{1, global_position{3}}, global_position{2}, global_position{3}});
  CHECK(outcome.value().first == global_position{2});
  CHECK(outcome.refused() == nullptr);
  CHECK(outcome.unknown() == nullptr);
}

TEST_CASE("an expected version is met by the versions that it means") {
  const stream_version none;
  const stream_version some{2};
  CHECK(expected_version::any().met_by(none));
  CHECK(expected_version::none().met_by(none));
  CHECK_FALSE(expected_version::none().met_by(some));
  CHECK_FALSE(expected_version::exists().met_by(none));
  CHECK(expected_version::exactly(some).met_by(some));
  CHECK_FALSE(expected_version::exactly(some).met_by(stream_version{1}));
  CHECK(expected_version::exactly(stream_version{0}) == expected_version::none());
  CHECK(expected_version::exactly(some).to_string() == "2");
  CHECK(expected_version::none().to_string() == "none");
}
