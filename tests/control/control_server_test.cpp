// A server among peers that mean harm or know no better. Each is answered or refused, none keeps the others from being served, and
// nothing is done that was not asked for in whole.
#include <atomic>
#include <chrono>
#include <exception>
#include <filesystem>
#include <functional>
#include <future>
#include <memory>
#include <new>
#include <string>
#include <thread>
#include <vector>

#include <sys/stat.h>
#include <unistd.h>

#include <doctest/doctest.h>

#include <whence/control/control_client.hpp>
#include <whence/control/control_server.hpp>
#include <whence/control/errors.hpp>
#include <whence/control/message.hpp>
#include <whence/control/socket_file.hpp>
#include <whence/core/guarded.hpp>
#include <whence/core/runtime.hpp>
#include <whence/core/timer.hpp>

#include <tests/control/peer_at.hpp>
#include <tests/in_child.hpp>
#include <tests/skip.hpp>
#include <tests/temporary_folder.hpp>

using namespace whence;
using namespace std::chrono_literals;
using tests::peer_at;

namespace {

/// Holds who comes until it is opened.
class door {
 public:
  explicit door(std::shared_ptr<executor> executor) : executor_(std::move(executor)) {}
  async<void> passed() {
    auto [passage, through] = make_async<void>(executor_);
    const auto own = waiting_.lock();
    if (open_) through.complete();
    if (!open_) own->push_back(std::move(through));
    return std::move(passage);
  }
  void open() {
    const auto own = waiting_.lock();
    open_ = true;
    for (completion<void>& each : *own) each.complete();
    own->clear();
  }

 private:
  const std::shared_ptr<executor> executor_;
  guarded<std::vector<completion<void>>> waiting_;
  bool open_ = false;
};

async<std::string> greet(operation_request request, std::shared_ptr<std::atomic<int>> done) {
  ++*done;
  co_return "{\"said\":\"" + request.argument("what") + "\",\"uid\":" + std::to_string(request.by.uid) +
      ",\"pid\":" + std::to_string(request.by.pid) + "}";
}

async<std::string> wait_for(std::shared_ptr<door> until, std::shared_ptr<std::atomic<int>> done,
                            operation_progress progress) {
  progress("steps", 3, 10);
  async<void> passed = until->passed();
  co_await std::move(passed);
  ++*done;
  co_return "{\"waited\":true}";
}

/// Ends when nobody waits for it any more.
async<std::string> step(std::stop_token withdrawn, std::shared_ptr<std::atomic<int>> done, whence::runtime runtime) {
  while (!withdrawn.stop_requested()) co_await whence::sleep(runtime, 1ms);
  ++*done;
  co_return "{}";
}

async<std::string> fail() {
  throw operation_malformed("fail", "it is a test", "why not");
  co_return "";
}

struct desk {
  using done_count = std::shared_ptr<std::atomic<int>>;
  explicit desk(control_options options = {}, const std::function<void(operations&, const done_count&)>& more = {},
                const std::string& name = "desk") {
    operations offered;
    if (more) more(offered, done);
    offered.add("greet", [done = done](operation_request request, operation_progress) {
      return greet(std::move(request), done);
    });
    offered.add("wait", [until = until, done = done](operation_request, operation_progress progress) {
      return wait_for(until, done, std::move(progress));
    });
    offered.add("step", [done = done, runs = runtime](operation_request request, operation_progress) {
      return step(request.withdrawn, done, runs);
    });
    offered.add("fail", [](operation_request, operation_progress) { return fail(); });
    server = std::make_unique<control_server>(path, name, std::move(offered), runtime, options);
  }

  /// What still waits holds the door, which holds what waits.
  ~desk() {
    server.reset();
    until->open();
  }
  desk(const desk&) = delete;
  desk& operator=(const desk&) = delete;

  control_answer ask(operation_request request, const operation_progress& progress = {}) const {
    auto client = control_client::connect(path, "shop.db", runtime);
    if (!client) throw std::runtime_error("nobody listens");
    request.by.program = "a test";
    return std::move(*client).ask(request, progress, "look");
  }
  control_answer greeted(std::string what = "hello") const {
    return ask({.operation = "greet", .arguments = {{"what", what}}});
  }
  /// As who asks is told it.
  std::string code_of(const operation_request& request) const {
    try {
      ask(request);
    } catch (const error& failure) {
      return std::string(failure.code());
    }
    return "done";
  }

  tests::temporary_folder folder;
  std::string path = folder.file("shop.db.ctl");
  whence::runtime runtime = whence::runtime::system();
  std::shared_ptr<std::atomic<int>> done = std::make_shared<std::atomic<int>>(0);
  std::shared_ptr<door> until = std::make_shared<door>(runtime.executor);
  std::unique_ptr<control_server> server;
};

std::string request_line(const std::string& operation) {
  operation_request request;
  request.operation = operation;
  request.by.program = "a test";
  return detail::line_of(request);
}

bool has(const std::string& text, std::string_view part) { return text.find(part) != std::string::npos; }

}  // namespace

TEST_CASE("garbage is refused, and the next one is served") {
  const desk given;
  std::vector<std::string> all{"\n", "GET / HTTP/1.1\r\n", "\xff\xff\n", "{\"whence\":1}\n"};
  all.emplace_back("{\0}\n", 4);
  all.emplace_back(500'000, '[').push_back('\n');
  for (const std::string& garbage : all) {
    const peer_at peer(given.path);
    REQUIRE(peer.send(garbage));
    const std::string answer = peer.all();
    CHECK(has(answer, "control.malformed"));
    CHECK(answer.ends_with("\n"));
  }
  const peer_at peer(given.path);
  REQUIRE(peer.send("{\"whence\":99}\n"));
  CHECK(has(peer.all(), "control.other_version"));
  CHECK(*given.done == 0);
  CHECK(given.greeted().service == "desk");
}

TEST_CASE("ten megabytes are not read, and who sends them is told so") {
  const desk given;
  const peer_at peer(given.path);
  peer.send(std::string(10'000'000, 'x'));
  CHECK(has(peer.all(), "control.too_large"));
  CHECK(*given.done == 0);
  CHECK(given.greeted().service == "desk");
}

TEST_CASE("half a request is not waited for without end, and does nothing") {
  const desk given({.request_within = 50ms});
  const std::string line = request_line("greet");
  const peer_at half(given.path);
  REQUIRE(half.send(line.substr(0, line.size() - 1)));
  CHECK(has(half.all(), "control.slow"));
  const peer_at silent(given.path);
  CHECK(has(silent.all(), "control.slow"));
  peer_at gone(given.path);
  REQUIRE(gone.send(line.substr(0, line.size() / 2)));
  gone.hang_up();
  CHECK(*given.done == 0);
  CHECK(given.greeted().service == "desk");
}

TEST_CASE("something behind a request is none of it, and nothing is done") {
  const desk given;
  const peer_at peer(given.path);
  REQUIRE(peer.send(request_line("greet") + request_line("greet")));
  CHECK(has(peer.all(), "control.malformed"));
  CHECK(*given.done == 0);
}

TEST_CASE("a thousand connections: as many as may be are kept, the others are told, and those that ask are served") {
  const desk given({.connections_max = 8, .request_within = 60s});
  std::vector<peer_at> kept;
  int told = 0;
  for (int i = 0; i < 1'000; ++i) {
    peer_at peer(given.path);
    if (i < 8) {
      kept.push_back(std::move(peer));
      continue;
    }
    if (has(peer.all(), "control.busy")) ++told;
  }
  CHECK(told == 992);
  REQUIRE(kept.front().send(request_line("greet")));
  CHECK(has(kept.front().all(), "\"done\""));
  CHECK(given.greeted().service == "desk");  // there is room for one again
  CHECK(*given.done == 2);
}

TEST_CASE("a peer that reads nothing is let go of") {
  const desk given({.answer_within = 50ms, .tick = 1ms});
  const peer_at deaf(given.path);
  REQUIRE(deaf.send(request_line("wait")));
  for (int i = 0; i < 3; ++i) CHECK(given.greeted().service == "desk");
  given.until->open();
  given.server->stop(1min);
  CHECK(deaf.all().size() > 0);
}

TEST_CASE("an operation that there is none of, and one that fails, are told as they are") {
  const desk given;
  CHECK(given.code_of({.operation = "dance"}) == "operation.not_offered");
  CHECK(given.code_of({.operation = "fail"}) == "operation.malformed");
  try {
    given.ask({.operation = "fail"});
  } catch (const remote_failure& failure) {
    CHECK(failure.next() == next_move::change_request);
    CHECK(failure.text().why == "why not");
  }
}

TEST_CASE("what fails before an operation has begun is told, whatever it is, and its place is free again") {
  static std::atomic<bool> fails = false;
  struct scarce {
    scarce() = default;
    scarce(const scarce&) {
      if (fails) throw std::bad_alloc();  // as where there is no memory: the server copies what it begins
    }
    scarce& operator=(const scarce&) = delete;
    ~scarce() = default;
  };
  const desk given({.operations_max = 1}, [](operations& offered, const auto& done) {
    offered.add("scarce", [memory = scarce(), done](operation_request request, operation_progress) {
      return greet(std::move(request), done);
    });
  });
  fails = true;
  for (int i = 0; i < 3; ++i) CHECK(given.code_of({.operation = "scarce"}) == "cli.unexpected");
  fails = false;
  CHECK(given.code_of({.operation = "scarce"}) == "done");
  CHECK(*given.done == 1);
}

TEST_CASE("an answer that cannot be written is the end of its connection, is reported, and ends no other") {
  const desk given({}, {},
                   "a d\xFF"
                   "sk");  // what is no text goes into no answer
  std::promise<std::string> told;
  given.runtime.executor->on_report([&](const std::exception_ptr& failure) {
    try {
      std::rethrow_exception(failure);
    } catch (const error& known) {
      told.set_value(std::string(known.code()));
    }
  });
  CHECK(given.code_of({.operation = "greet", .arguments = {{"what", "hello"}}}) == "operation.unknown_outcome");
  CHECK(told.get_future().get() == "text.not_utf8");
  CHECK(*given.done == 1);
  CHECK(given.code_of({.operation = "fail"}) == "operation.malformed");
  given.runtime.executor->on_report({});
}

TEST_CASE("who asks is who the system says it is") {
  const desk given;
  const std::string result = given.greeted("hi").result;
  CHECK(has(result, "\"said\":\"hi\""));
  CHECK(has(result, "\"pid\":" + std::to_string(::getpid())));
  CHECK(has(result, "\"uid\":" + std::to_string(::geteuid())));
}

TEST_CASE("another user is refused: by the file, and where that lets him in by the service") {
  if (::geteuid() != 0) return tests::skip("only root can be somebody else");
  int told_path[2], told_open[2], answers[2];
  REQUIRE((::pipe(told_path) == 0 && ::pipe(told_open) == 0 && ::pipe(answers) == 0));
  // Begun before there are threads.
  const pid_t other = tests::start_child([&] {
    char path[4'096] = {};
    if (::read(told_path[0], path, sizeof path - 1) <= 0 || ::setgid(65534) != 0 || ::setuid(65534) != 0) return 1;
    const runtime runtime = runtime::system();
    std::string said;
    try {
      static_cast<void>(control_client::connect(path, "shop.db", runtime));
    } catch (const error& refused) {
      said = refused.code();
    }
    if (::write(answers[1], said.data(), said.size()) < 0) return 1;
    char go = 0;
    if (::read(told_open[0], &go, 1) != 1) return 1;
    try {
      static_cast<void>(control_client::connect(path, "shop.db", runtime));
    } catch (const control_untrusted&) {
      return 2;  // root is trusted
    }
    const peer_at peer(path);
    peer.send(request_line("greet"));
    return has(peer.all(), "control.not_allowed") ? 0 : 3;
  });
  const desk given;
  std::filesystem::permissions(given.folder.path(), std::filesystem::perms::others_exec,
                               std::filesystem::perm_options::add);
  REQUIRE(::write(told_path[1], given.path.data(), given.path.size()) > 0);
  char said[64] = {};
  REQUIRE(::read(answers[0], said, sizeof said - 1) > 0);
  CHECK(std::string(said) == "control.not_allowed");
  ::chmod(given.path.c_str(), 0666);
  REQUIRE(::write(told_open[1], "x", 1) == 1);
  CHECK(tests::wait_for(other).exited_with(0));
  CHECK(*given.done == 0);
  CHECK(given.greeted().service == "desk");
}

TEST_CASE("in a folder that may not be entered nobody is said to hold the log") {
  if (::geteuid() != 0) return tests::skip("only root can be somebody else");
  const tests::temporary_folder folder;
  const runtime runtime = runtime::system();
  std::string said;
  REQUIRE(::seteuid(65534) == 0);
  try {
    static_cast<void>(control_client::connect(folder.file("shop.db.ctl"), folder.file("shop.db"), runtime));
  } catch (const error& refused) {
    said = std::string(refused.code()) + " " + refused.text().what;
  }
  REQUIRE(::seteuid(0) == 0);
  CHECK(said == "file.no_permission cannot look at " + folder.file("shop.db"));
}

TEST_CASE("a socket that somebody else has put there is not talked to") {
  if (::geteuid() != 0) return tests::skip("only root can be somebody else");
  const tests::temporary_folder folder;
  std::filesystem::permissions(folder.path(), std::filesystem::perms::all);
  const std::string path = folder.file("shop.db.ctl");
  int ready[2], end[2];
  REQUIRE((::pipe(ready) == 0 && ::pipe(end) == 0));
  const pid_t other = tests::start_child([&] {
    if (::setgid(65534) != 0 || ::setuid(65534) != 0) return 1;
    const runtime runtime = runtime::system();
    control_server server(path, "a thief", {}, runtime);
    char go = 0;
    if (::write(ready[1], "x", 1) != 1) return 1;
    return ::read(end[0], &go, 1) == 1 ? 0 : 1;
  });
  char go = 0;
  REQUIRE(::read(ready[0], &go, 1) == 1);
  const runtime runtime = runtime::system();
  CHECK_THROWS_AS(static_cast<void>(control_client::connect(path, folder.file("shop.db"), runtime)), control_untrusted);
  REQUIRE(::write(end[1], "x", 1) == 1);
  CHECK(tests::wait_for(other).exited_with(0));
}

TEST_CASE("how far an operation is comes to who waits, and what nobody waits for goes on") {
  const desk given({.tick = 1ms});
  std::atomic<int> seen = 0;
  const auto stop_waiting = [&](std::string_view doing, std::uint64_t done, std::uint64_t of) {
    if (doing != "steps") return;
    CHECK(done == 3);
    CHECK(of == 10);
    ++seen;
    throw std::runtime_error("enough");
  };
  CHECK_THROWS_AS(given.ask({.operation = "wait"}, stop_waiting), std::runtime_error);
  CHECK(seen == 1);
  given.until->open();
  given.server->stop(1min);  // it waits until that has ended
  CHECK(*given.done == 1);
}

TEST_CASE("who hangs up has withdrawn his request, and what is done in steps hears of it") {
  const desk given({.tick = 1ms});
  {
    const peer_at peer(given.path);
    REQUIRE(peer.send(request_line("step")));
    CHECK(has(peer.line(), "progress"));
    CHECK(*given.done == 0);
  }
  while (*given.done == 0) std::this_thread::yield();
  CHECK(given.greeted().service == "desk");
}

TEST_CASE("one message at a time may be large: who sends another is told so, and who hangs up makes room") {
  const desk given({.request_within = 60s});
  const std::string line =
      detail::line_of({.operation = "greet", .arguments = {{"what", std::string(9'000'000, 'x')}}});
  peer_at first(given.path);
  REQUIRE(first.send(std::string_view(line).substr(0, 3'000'000)));
  std::string answer;
  do {  // it may not have been read yet
    const peer_at second(given.path);
    second.send(line);
    answer = second.all();
  } while (has(answer, "\"done\""));
  CHECK(has(answer, "control.busy"));
  CHECK(has(answer, "large message"));
  CHECK(given.greeted().service == "desk");
  REQUIRE(first.send(std::string_view(line).substr(3'000'000)));
  CHECK(has(first.all(), "\"done\""));
  {
    const peer_at gone(given.path);
    gone.send(std::string_view(line).substr(0, 3'000'000));
  }
  do {
    const peer_at next(given.path);
    next.send(line);
    answer = next.all();
  } while (has(answer, "control.busy"));
  CHECK(has(answer, "\"done\""));
}

TEST_CASE("as many operations are in hand as may be, whether anybody waits for them or not") {
  const desk given({.operations_max = 2, .tick = 1ms});
  std::vector<peer_at> waiting;
  for (int i = 0; i < 2; ++i) {
    waiting.emplace_back(given.path);
    REQUIRE(waiting.back().send(request_line("wait")));
    CHECK(has(waiting.back().line(), "progress"));
  }
  waiting.back().hang_up();
  CHECK(given.code_of({.operation = "greet"}) == "control.busy");
  CHECK(*given.done == 0);
}

TEST_CASE("a server that stops: who has not asked is told, who waits gets an answer or an end, and never a wrong one") {
  const desk given({.request_within = 1min, .tick = 1ms});
  const peer_at idle(given.path);
  const peer_at waits(given.path);
  REQUIRE(waits.send(request_line("wait")));
  CHECK(has(waits.line(), "progress"));
  given.server->refuse_more();
  CHECK(has(idle.all(), "control.stopping"));
  CHECK_FALSE(std::filesystem::exists(given.path));
  SUBCASE("in time") {
    given.until->open();
    given.server->stop(1min);
    CHECK(has(waits.all(), "\"done\":{\"waited\":true}"));
  }
  SUBCASE("not in time") {
    given.server->stop(0ns);
    CHECK_FALSE(has(waits.all(), "\"done\":{"));
    given.until->open();
  }
}

TEST_CASE("who waits for an operation when its server is gone is told that nobody knows") {
  desk given({.tick = 1ms});
  bool stopped = false;
  const auto stop = [&](std::string_view doing, std::uint64_t, std::uint64_t) {
    if (doing == "steps" && !std::exchange(stopped, true)) given.server.reset();
  };
  try {
    given.ask({.operation = "wait"}, stop);
    FAIL("there was an answer");
  } catch (const operation_outcome_unknown& unknown) {
    CHECK(has(unknown.what(), "it is not known whether `wait` was done"));
    CHECK(unknown.text().remedy == "look");
  }
  CHECK_THROWS_AS(given.greeted(), std::runtime_error);
  given.until->open();
}

TEST_CASE("a process that listens and never answers is told from one that is not there") {
  const tests::temporary_folder folder;
  const std::string path = folder.file("shop.db.ctl");
  const detail::listening_socket deaf(path);
  const runtime runtime = runtime::system();
  const auto ask = [&](bool dry_run) {
    auto client = control_client::connect(path, "shop.db", runtime, {.answer_within = 20ms, .turn_within = 20ms});
    REQUIRE(client.has_value());
    operation_request request{.operation = "greet", .dry_run = dry_run};
    std::move(*client).ask(request, {}, "look");
  };
  CHECK_THROWS_AS(ask(true), writer_silent);
  CHECK_THROWS_AS(ask(false), operation_outcome_unknown);
}
