// Loading: every event of the stream, and no state that is a guess.
#include <whence/modelling/repository.hpp>

#include <doctest/doctest.h>

#include <string>

#include <tests/modelling/scripted_log.hpp>

using namespace bank;

namespace {

/// A log with events written by hand, as another program could have.
struct hand_written {
  whence::runtime runtime = whence::runtime::system();
  std::shared_ptr<scripted_log> log = std::make_shared<scripted_log>(runtime);

  void append(const std::string& stream, const std::string& aggregate_type, const std::string& type,
              std::uint32_t version, const std::string& data, std::size_t times = 1) {
    whence::stream_append events{.stream = stream, .aggregate_type = aggregate_type, .events = {}};
    const whence::command_id cause{runtime.make_uuid()};
    for (std::size_t i = 0; i < times; ++i)
      events.events.push_back({.id = whence::event_id{runtime.make_uuid()},
                               .type = type,
                               .version = version,
                               .occurred_at = runtime.clock->now(),
                               .data = data,
                               .metadata = {.correlation = whence::correlation_id{cause.value()},
                                            .causation = cause,
                                            .causation_type = "Test",
                                            .source = "test",
                                            .traceparent = {}},
                               .tags = {}});
    whence::append_batch batch;
    batch.streams.push_back(std::move(events));
    static_cast<void>(log->append(std::move(batch)).get().value());
  }
  whence::loaded<Account> load() const { return whence::repository(log).load(account); }
};

}  // namespace

TEST_CASE("a stream of another aggregate type is refused by name") {
  hand_written log;
  log.append("account-1", "Rating", "Rated", 1, "{}");
  try {
    static_cast<void>(log.load());
    FAIL("it was loaded");
  } catch (const whence::stream_of_other_type& problem) {
    CHECK(problem.code() == "aggregate.other_type");
    CHECK(std::string(problem.what()) == "account-1 is of type Rating, not Account; nothing was written");
  }
}

TEST_CASE("an event that the aggregate does not list is an error: its state would be a guess") {
  hand_written log;
  log.append("account-1", "Account", "Opened", 2, R"({"owner":"ada"})");
  log.append("account-1", "Account", "Frozen", 1, "{}");
  try {
    static_cast<void>(log.load());
    FAIL("it was loaded");
  } catch (const whence::unlisted_event& problem) {
    CHECK(problem.code() == "aggregate.unlisted_event");
    CHECK(problem.event_type == "Frozen");
    CHECK(problem.text().where == "account-1 version 2, position 2");
  }
}

TEST_CASE("a version that the program does not know is an error that says where") {
  hand_written log;
  log.append("account-1", "Account", "Opened", 3, R"({"owner":"ada"})");
  try {
    static_cast<void>(log.load());
    FAIL("it was loaded");
  } catch (const whence::unknown_event_version& problem) {
    CHECK(problem.found == 3);
    CHECK(problem.known == 2);
    CHECK(problem.text().where == "account-1 version 1, position 1");
  }
}

TEST_CASE("data that is not what the event's type says is an error that says where") {
  hand_written log;
  log.append("account-1", "Account", "Opened", 2, R"({"owner":"ada"})");
  log.append("account-1", "Account", "Deposited", 1, R"({"cents":1.5})");
  try {
    static_cast<void>(log.load());
    FAIL("it was loaded");
  } catch (const whence::decode_error& problem) {
    CHECK(problem.pointer == "/cents");
    CHECK(problem.text().where == "Deposited in account-1 version 2, position 2");
  }
}

TEST_CASE("an aggregate without events is a fresh one of version 0") {
  const hand_written log;
  const auto loaded = log.load();
  CHECK_FALSE(loaded.exists());
  CHECK(loaded.version == whence::stream_version{});
  CHECK(loaded.position == whence::global_position{});
  CHECK(loaded.state.owner.empty());
}

TEST_CASE("a loaded aggregate knows its version and where its last event stands") {
  hand_written log;
  log.append("account-1", "Account", "Opened", 2, R"({"owner":"ada"})");
  log.append("account-2", "Account", "Opened", 2, R"({"owner":"bob"})");
  log.append("account-1", "Account", "Deposited", 1, R"({"cents":5})");
  log.append("account-2", "Account", "Deposited", 1, R"({"cents":7})");
  const auto loaded = log.load();
  CHECK(loaded.exists());
  CHECK(loaded.version == whence::stream_version{2});
  CHECK(loaded.position == whence::global_position{3});
  CHECK(loaded.state.owner == "ada");
  CHECK(loaded.state.balance == 5);
}

TEST_CASE("a long stream is read in pages of a bounded size, none of its events twice or never") {
  hand_written log;
  for (int i = 0; i < 5; ++i) log.append("account-1", "Account", "Deposited", 1, R"({"cents":1})", 700);
  const auto loaded = log.load();
  CHECK(loaded.state.balance == 3'500);
  CHECK(loaded.version == whence::stream_version{3'500});
  CHECK(log.log->pages.size() >= 4);
  for (const auto& limit : log.log->pages) CHECK(limit.events <= 1'000);
}
