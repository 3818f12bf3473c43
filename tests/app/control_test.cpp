// What an application does for others while it holds the log, and what becomes of it when peers are hostile, or it ends.
#include <tests/app/counters.hpp>

#include <atomic>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <future>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include <sys/stat.h>
#include <unistd.h>

#include <doctest/doctest.h>

#include <whence/control/control_client.hpp>
#include <whence/control/errors.hpp>
#include <whence/store/audit_event.hpp>
#include <whence/store/log_verification.hpp>

#include <tests/control/peer_at.hpp>
#include <tests/in_child.hpp>
#include <tests/temporary_folder.hpp>

using namespace whence;
using namespace std::chrono_literals;
using namespace counters;
using tests::peer_at;

namespace {

const id<Counter> one{"counter-1"};

struct desk {
  tests::temporary_folder folder;
  std::string path = folder.file("counters.db");
  std::string socket = path + ".ctl";

  desk() {
    before_event = [](const event_context&) {};
  }
  ~desk() {
    before_event = [](const event_context&) {};
  }

  application_builder plan() const {
    return application::on(sqlite(path)).named("counting").aggregate<Counter>().projection<Sums>();
  }
};

operation_request append_request(std::string event) {
  operation_request request{.operation = "event append",
                            .arguments = {{"stream", "counter-1"}, {"event", std::move(event)}, {"expected", "exists"}},
                            .reason = "a test"};
  request.by.program = "a test";
  return request;
}

std::string ask(const desk& given, const operation_request& request, const operation_progress& progress = {}) {
  static const runtime runtime = runtime::system();
  auto client = control_client::connect(given.socket, given.path, runtime);
  if (!client) return "nobody listens";
  try {
    return std::move(*client).ask(request, progress, "look").result;
  } catch (const error& failure) {
    return std::string(failure.code());
  }
}

bool has(const std::string& text, std::string_view part) { return text.find(part) != std::string::npos; }

/// Appends so many events, as fast as can be.
void count(whence::log& into, const runtime& runtime, const std::string& stream, int events) {
  append_batch batch;
  batch.streams.push_back({.stream = stream, .aggregate_type = "Counter", .events = {}});
  for (int i = 0; i < events; ++i)
    batch.streams.back().events.push_back({.id = event_id(runtime.make_uuid()),
                                           .type = "Counted",
                                           .occurred_at = runtime.clock->now(),
                                           .data = R"({"by":1})",
                                           .metadata = {},
                                           .tags = {}});
  into.append(std::move(batch)).get().value();
}

/// All events of a log that is closed are as they should be.
bool is_sound(const desk& given) {
  const runtime runtime = runtime::system();
  return verify_log(sqlite(given.path), runtime, {}).sound();
}

}  // namespace

TEST_CASE("an event that the application could not read is refused, and one that it can is appended with who did it") {
  const desk given;
  const auto app = given.plan().start();
  CHECK(app.send<Count>(one, 1).get().accepted());
  CHECK(ask(given, append_request(R"({"eventType":"Recounted","data":{}})")) == "operation.unfit_event");
  CHECK(ask(given, append_request(R"({"eventType":"Counted","data":{"by":"many"}})")) == "operation.unfit_event");
  CHECK(ask(given, append_request(R"({"eventType":"Counted","eventVersion":2,"data":{"by":1}})")) ==
        "operation.unfit_event");
  operation_request other = append_request(R"({"eventType":"Counted","data":{"by":1},"aggregateType":"Clock"})");
  other.arguments["stream"] = "clock-1";
  other.arguments["expected"] = "none";
  CHECK(ask(given, other) == "operation.unfit_event");
  CHECK(app.log().head() == global_position{1});

  CHECK(has(ask(given, append_request(R"({"eventType":"Counted","data":{"by":41}})")), R"("state":"appended")"));
  CHECK(app.load(one).state.total == 42);
  CHECK(app.log().stream_head(audit_stream) == stream_version{1});
  auto model = app.model<Sums>();
  model.include(app.head_token());
  CHECK(total(model) == 42);
}

TEST_CASE("the socket is there as long as the application, for its owner alone") {
  const desk given;
  {
    const auto app = given.plan().start();
    struct stat found{};
    REQUIRE(::lstat(given.socket.c_str(), &found) == 0);
    CHECK(S_ISSOCK(found.st_mode));
    CHECK((found.st_mode & 07777) == 0600);
  }
  CHECK_FALSE(std::filesystem::exists(given.socket));
  CHECK(ask(given, append_request("{}")) == "nobody listens");
}

TEST_CASE("without its socket an application runs, and says so") {
  const desk given;
  std::ofstream(given.socket) << "a letter";
  std::promise<std::string> told;
  const auto runtime = runtime::system();
  runtime.executor->on_report([&](std::exception_ptr failure) {
    try {
      std::rethrow_exception(failure);
    } catch (const error& known) {
      told.set_value(std::string(known.code()) + ": " + known.what());
    }
  });
  const auto app = given.plan().running_on(runtime).start();
  CHECK(told.get_future().get() == "control.no_socket: the control socket " + given.socket +
                                       " could not be made, since a file is there; everything else goes on");
  CHECK(app.send<Count>(one, 1).get().accepted());
  CHECK(std::filesystem::file_size(given.socket) == 8);
}

TEST_CASE("peers of all kinds, and a thousand of them, harm nobody: commands go on, and nothing wrong is written") {
  const desk given;
  std::atomic<int> counted = 0;
  {
    const auto app = given.plan().start();
    CHECK(app.send<Count>(one, 1).get().accepted());
    std::atomic<bool> over = false;
    std::thread trade([&] {
      while (!over)
        if (app.send<Count>(one, 1).get().accepted()) ++counted;
    });
    std::vector<peer_at> halves;
    for (int i = 0; i < 1'000; ++i) {
      try {
        peer_at peer(given.socket);
        switch (i % 5) {
          case 0: peer.send("garbage\n"); break;
          case 1: peer.send(std::string(2'000'000, 'x')); break;
          case 2: peer.send(R"({"whence":1,"operation":"event app)"); break;
          case 3: halves.push_back(std::move(peer)); break;
          default: break;
        }
        if (halves.size() > 8) halves.clear();
      } catch (const std::runtime_error&) {  // as many wait as the system lets wait
      }
    }
    halves.clear();
    std::string answer;
    do {
      answer = ask(
          given, append_request(
                     R"({"eventId":"019bff00-c840-7d21-9c3a-5f0a7be1d4c2","eventType":"Counted","data":{"by":1000}})"));
    } while (answer == "control.busy" || answer == "writer.unreachable");
    CHECK(has(answer, "\"state\":"));
    over = true;
    trade.join();
    CHECK(counted > 0);
    CHECK(app.load(one).state.total == 1 + counted + 1'000);
    CHECK(app.log().stream_head(audit_stream) == stream_version{1});
  }
  CHECK(is_sound(given));
}

TEST_CASE("a read model is built anew while it serves, and the log says who asked") {
  const desk given;
  const auto app = given.plan().start();
  for (int i = 0; i < 10; ++i) CHECK(app.send<Count>(one, 1).get().accepted());
  app.model<Sums>().include(app.head_token());  // else its first generation is still being built
  operation_request request{.operation = "projection rebuild", .arguments = {{"projection", "sums"}}};
  request.dry_run = true;
  CHECK(has(ask(given, request), R"("state":"planned")"));
  CHECK(app.log().stream_head(audit_stream) == stream_version{});
  request.dry_run = false;
  const std::string answer = ask(given, request);
  CAPTURE(answer);
  CHECK(has(answer, R"("state":"rebuilt")"));
  CHECK(app.log().stream_head(audit_stream) == stream_version{1});
  CHECK(std::filesystem::exists(given.path + ".models/sums.1.2.db"));
  auto model = app.model<Sums>();
  model.include(app.head_token());
  CHECK(total(model) == 10);
  request.arguments["projection"] = "nope";
  CHECK(ask(given, request) == "operation.no_such_model");
}

TEST_CASE("who waits for a rebuild while the application stops is told no wrong thing, and the old model serves") {
  const desk given;
  std::mutex held;
  std::atomic<bool> hold = false;
  std::atomic<bool> begun = false;
  before_event = [&](const event_context&) {
    if (!hold) return;
    begun = true;
    const std::scoped_lock wait(held);
  };
  auto app = given.plan().stopping_within(100ms).start();
  for (int i = 0; i < 10; ++i) CHECK(app.send<Count>(one, 1).get().accepted());
  app.model<Sums>().include(app.head_token());
  std::string answer;
  {
    std::unique_lock own(held);
    hold = true;
    std::thread waits(
        [&] { answer = ask(given, {.operation = "projection rebuild", .arguments = {{"projection", "sums"}}}); });
    while (!begun) std::this_thread::sleep_for(1ms);
    std::thread stops([&] { app.stop(); });
    waits.join();
    hold = false;
    own.unlock();
    stops.join();
  }
  CAPTURE(answer);
  CHECK(answer == "operation.unknown_outcome");
  const auto next = given.plan().start();
  auto model = next.model<Sums>();
  model.include(next.head_token());
  CHECK(total(model) == 10);
}

TEST_CASE("a rebuild that an application gives up because it stops is told as that, and the old model serves") {
  const desk given;
  std::atomic<bool> hold = false;
  std::atomic<bool> begun = false;
  before_event = [&](const event_context&) {
    if (!hold) return;
    begun = true;
    begun.notify_all();
    hold.wait(true);
  };
  {
    const runtime runtime = runtime::system();
    const auto log = sqlite(given.path).open(runtime);
    for (int i = 0; i < 5; ++i) count(*log, runtime, "counter-1", 1'000);  // more than it reads in one step
    log->close();
  }
  auto app = given.plan().start();
  app.model<Sums>().include(app.head_token());
  hold = true;
  std::string answer;
  const operation_request rebuild{.operation = "projection rebuild", .arguments = {{"projection", "sums"}}};
  std::thread waits([&] { answer = ask(given, rebuild); });
  begun.wait(false);
  CHECK(ask(given, rebuild) == "operation.in_hand");
  std::thread stops([&] { app.stop(); });
  const auto is_following = [&] { return app.projections().front().state != subscription_state::stopped; };
  while (is_following()) std::this_thread::sleep_for(1ms);  // it is asked to stop where the rebuild is
  hold = false;
  hold.notify_all();
  waits.join();
  stops.join();
  CHECK(answer == "operation.interrupted");
  const auto next = given.plan().start();
  auto model = next.model<Sums>();
  model.include(next.head_token());
  CHECK(total(model) == 5'000);
}

TEST_CASE("an argument that an operation does not know is refused, and nothing is done") {
  const desk given;
  const auto app = given.plan().start();
  CHECK(app.send<Count>(one, 1).get().accepted());
  app.model<Sums>().include(app.head_token());
  for (operation_request request :
       {operation_request{.operation = "projection rebuild", .arguments = {{"projection", "sums"}}},
        operation_request{.operation = "log archive", .arguments = {{"streams", "[\"a\"]"}}},
        operation_request{.operation = "log compact"}}) {
    CAPTURE(request.operation);
    request.dry_run = true;
    CHECK(has(ask(given, request), "\"state\":"));
    request.arguments["largerThan"] = "1";
    CHECK(ask(given, request) == "operation.malformed");
    request.dry_run = false;
    CHECK(ask(given, request) == "operation.malformed");
  }
  CHECK(app.log().stream_head(audit_stream) == stream_version{});
  CHECK_FALSE(std::filesystem::exists(given.path + ".models/sums.1.2.db"));
}

TEST_CASE(
    "streams are archived, and the file is compacted, while the application goes on, and the log says who asked") {
  const desk given;
  const id<Counter> other{"counter-2"};
  int counted = 1;
  {
    const auto app = given.plan().start();
    for (int i = 0; i < 200; ++i) CHECK(app.send<Count>(other, 1).get().accepted());
    CHECK(app.send<Count>(one, 1).get().accepted());  // the log's last event stays where it is
    std::atomic<bool> over = false;
    std::thread trade([&] {
      while (!over)
        if (app.send<Count>(one, 1).get().accepted()) ++counted;
    });
    operation_request archive{.operation = "log archive", .arguments = {{"streams", R"(["counter-2","nobody"])"}}};
    archive.dry_run = true;
    const std::string planned = ask(given, archive);
    CHECK(has(planned, R"("state":"planned","streams":1,"events":200)"));
    CHECK(has(planned, R"("unknownStreams":["nobody"])"));
    CHECK(app.log().stream_head(audit_stream) == stream_version{});
    archive.dry_run = false;
    CHECK(has(ask(given, archive), R"("state":"archived","streams":1,"events":200)"));
    CHECK(has(ask(given, archive), R"("events":0)"));  // once more: there is nothing left
    CHECK(has(ask(given, {.operation = "log compact"}), R"("state":"compacted")"));
    // Of a stream that is being written, what was planned is moved, and not what has come since.
    operation_request hot{.operation = "log archive", .arguments = {{"streams", R"(["counter-1"])"}, {"until", "210"}}};
    while (app.log().head() < global_position{300}) std::this_thread::yield();
    CHECK(has(ask(given, hot), R"("state":"archived","streams":1,"events":)"));
    hot.dry_run = true;
    CHECK(has(ask(given, hot), R"("state":"nothing","streams":0,"events":0)"));
    hot.arguments["until"] = "soon";
    CHECK(ask(given, hot) == "operation.malformed");
    over = true;
    trade.join();
    CHECK(app.log().stream_head(audit_stream) == stream_version{3});  // where nothing was done, nothing is told
    CHECK(app.load(other).state.total == 200);
    CHECK(app.load(one).state.total == counted);
  }
  CHECK(std::filesystem::exists(given.path + ".archive.1"));
  CHECK(is_sound(given));
  const auto again = given.plan().start();
  CHECK(again.load(other).state.total == 200);
  CHECK(again.load(one).state.total == counted);
}

TEST_CASE("what is to be archived has to be said, and an archive has a whole path") {
  const desk given;
  const auto app = given.plan().start();
  const auto said = [&](std::map<std::string, std::string, std::less<>> arguments) {
    return ask(given, {.operation = "log archive", .arguments = std::move(arguments)});
  };
  CHECK(said({}) == "operation.malformed");
  CHECK(said({{"streams", "counter-1"}}) == "operation.malformed");
  CHECK(said({{"aggregates", "[7]"}}) == "operation.malformed");
  CHECK(said({{"before", "soon"}}) == "operation.malformed");
  CHECK(said({{"before", "2026-01-27T10:30:00Z"}, {"to", "old.archive"}}) == "operation.malformed");
  CHECK(app.log().stream_head(audit_stream) == stream_version{});
}

TEST_CASE("an application that stops in the middle of an archive says so, and the same request finishes it") {
  const desk given;
  std::uint64_t events = 0;
  {
    const runtime runtime = runtime::system();
    const auto log = sqlite(given.path).open(runtime);
    for (int i = 0; i < 40; ++i) count(*log, runtime, "counter-1", 1'000);
    count(*log, runtime, "counter-2", 1);
    events = log->head().value();
    log->close();
  }
  const operation_request archive{.operation = "log archive", .arguments = {{"streams", R"(["counter-1"])"}}};
  std::string answer;
  {
    auto app = given.plan().start();
    std::promise<void> begun;
    std::atomic<bool> told = false;
    std::thread waits([&] {
      answer = ask(given, archive, [&](std::string_view doing, std::uint64_t, std::uint64_t) {
        if (!doing.empty() && !told.exchange(true)) begun.set_value();
      });
      if (!told.exchange(true)) begun.set_value();  // it was faster than any word of its progress
    });
    begun.get_future().wait();
    app.stop();
    waits.join();
  }
  CAPTURE(answer);
  CHECK((answer == "operation.interrupted" || has(answer, R"("state":"archived")")));
  CHECK(is_sound(given));
  const auto app = given.plan().start();
  const std::string again = ask(given, archive);
  CAPTURE(again);
  CHECK(has(again, R"("state":"archived")"));
  CHECK(app.load(one).version.value() == events - 1);
}

TEST_CASE("an application that is killed leaves its socket, nobody answers there, and the next one serves") {
  const desk given;
  int ready[2];
  REQUIRE(::pipe(ready) == 0);
  const pid_t child = tests::start_child([&] {
    const auto app = given.plan().start();
    if (!app.send<Count>(one, 1).get().accepted() || ::write(ready[1], "x", 1) != 1) return 1;
    for (;;) ::pause();
  });
  char go = 0;
  REQUIRE(::read(ready[0], &go, 1) == 1);
  ::kill(child, SIGKILL);
  CHECK(tests::wait_for(child).killed_by(SIGKILL));
  CHECK(std::filesystem::exists(given.socket));
  CHECK(ask(given, append_request("{}")) == "nobody listens");
  const auto app = given.plan().start();
  CHECK(has(ask(given, append_request(R"({"eventType":"Counted","data":{"by":1}})")), R"("state":"appended")"));
}

TEST_CASE(
    "requests while an application is killed: what was said to be appended is there, once, with its audit event") {
  const desk given;
  std::uint64_t said_in_all = 0;
  for (std::uint64_t round = 1; round <= 5; ++round) {
    int ready[2];
    REQUIRE(::pipe(ready) == 0);
    const pid_t child = tests::start_child([&] {
      const auto app = given.plan().start();
      if (!app.send<Count>(one, 1).get().accepted() || ::write(ready[1], "x", 1) != 1) return 1;
      for (;;) ::pause();
    });
    char go = 0;
    REQUIRE(::read(ready[0], &go, 1) == 1);
    const pid_t asks = tests::start_child([&] {
      int said = 0;
      for (;; ++said)
        if (!has(ask(given, append_request(R"({"eventType":"Counted","data":{"by":1000}})")), "appended"))
          return said > 250 ? 250 : said;
    });
    ::usleep(static_cast<useconds_t>(20'000 * round));
    ::kill(child, SIGKILL);
    tests::wait_for(child);
    const int said = WEXITSTATUS(tests::wait_for(asks).status);
    ::close(ready[0]);
    ::close(ready[1]);
    CHECK(said < 250);
    said_in_all += static_cast<std::uint64_t>(said);
    const runtime runtime = runtime::system();
    const auto log = sqlite(given.path).visit(runtime);
    const std::uint64_t audits = log->stream_head(audit_stream).value();
    CHECK(audits + round == log->stream_head("counter-1").value());
    CHECK(audits >= said_in_all);
    CHECK(audits <= said_in_all + round);  // of one in each round nobody heard
  }
  CHECK(is_sound(given));
}
