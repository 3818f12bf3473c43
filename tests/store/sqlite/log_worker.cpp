// A process that works on a log, for tests that kill it, starve it or look over its shoulder:
//
//     log_worker COMMAND LOG [name=value…]
//
// It says on stdout, line by line and at once, what it did, and takes its orders, also line by line, on stdin. When a log cannot
// be opened or read it says "error CODE TEXT" and exits with the code that the command line of Whence has for it.
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <iostream>
#include <iterator>
#include <map>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include <fcntl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <tests/store/sqlite/watched_vfs.hpp>

#include <whence/store/log_errors.hpp>
#include <whence/store/log_source.hpp>
#include <whence/store/log_verification.hpp>

namespace {

using namespace whence;
namespace vfs = tests::watched_vfs;

struct arguments {
  std::string log;
  std::map<std::string, std::string, std::less<>> given;

  std::string text(std::string_view name, std::string otherwise = {}) const {
    const auto found = given.find(name);
    return found == given.end() ? otherwise : found->second;
  }
  std::uint64_t number(std::string_view name, std::uint64_t otherwise) const {
    const auto found = given.find(name);
    return found == given.end() ? otherwise : std::stoull(found->second);
  }
};

/// A line in one write, so that it is whole whatever happens next.
void say(const std::string& line) {
  const std::string whole = line + "\n";
  if (::write(STDOUT_FILENO, whole.data(), whole.size()) < 0) std::_Exit(9);
}

std::optional<std::string> order() {
  std::string line;
  if (!std::getline(std::cin, line)) return std::nullopt;
  return line;
}

sqlite_options options_of(const arguments& given) {
  sqlite_options options;
  options.checkpoint_bytes = given.number("checkpoint", options.checkpoint_bytes);
  options.accept_missing_tail = given.number("accept_missing_tail", 0) != 0;
  return options;
}

std::unique_ptr<whence::log> open_log(const arguments& given, const runtime& runtime) {
  return sqlite(given.log, options_of(given)).open(runtime);
}

append_batch make_batch(const arguments& given, std::uint64_t number) {
  static const timestamp begin = parse_rfc3339("2026-01-27T10:30:00.000000Z");
  const std::uint64_t size = given.number("batch", 1);
  const std::uint64_t bytes = given.number("bytes", 100);
  append_batch batch;
  stream_append& part = batch.streams.emplace_back();
  part.stream = "thing-" + std::to_string(number % given.number("streams", 3));
  part.aggregate_type = "Thing";
  for (std::uint64_t i = 0; i < size; ++i) {
    new_event& event = part.events.emplace_back();
    event.id = event_id{derive(begin, "event-" + given.text("seed", "0"), number * size + i)};
    event.type = "ThingHappened";
    event.occurred_at = begin;
    event.data = "\"" + std::string(bytes, 'x') + "\"";
    event.metadata.source = "log_worker";
  }
  return batch;
}

const char* name_of(append_refused::reason why) {
  switch (why) {
    case append_refused::reason::version_conflict: return "version_conflict";
    case append_refused::reason::condition_conflict: return "condition_conflict";
    case append_refused::reason::event_id_reused: return "event_id_reused";
    case append_refused::reason::invalid: return "invalid";
    case append_refused::reason::too_large: return "too_large";
    case append_refused::reason::queue_full: return "queue_full";
    case append_refused::reason::not_written: return "not_written";
    case append_refused::reason::closed: return "closed";
  }
  return "?";
}

/// "committed 7 ID…", "refused not_written ID…" or "unknown - ID…". Returns whether it was committed.
bool tell(const append_outcome& outcome, const append_batch& batch) {
  std::string line;
  if (const auto* committed = outcome.committed()) line = "committed " + std::to_string(committed->last.value());
  if (const auto* refused = outcome.refused()) line = std::string("refused ") + name_of(refused->why);
  if (outcome.unknown() != nullptr) line = "unknown -";
  for (const auto& part : batch.streams)
    for (const auto& event : part.events) line += " " + event.id.to_string();
  say(line);
  if (const auto* refused = outcome.refused(); refused != nullptr && !refused->detail.empty())
    say("# " + refused->detail);
  if (const auto* unknown = outcome.unknown()) say("# " + unknown->detail);
  return outcome.committed() != nullptr;
}

vfs::fault fault_of(const arguments& given) {
  static const std::map<std::string, vfs::place> places{
      {"log", vfs::place::log}, {"wal", vfs::place::wal}, {"index", vfs::place::index}};
  static const std::map<std::string, vfs::call> calls{{"read", vfs::call::read},    {"write", vfs::call::write},
                                                      {"sync", vfs::call::sync},    {"truncate", vfs::call::truncate},
                                                      {"size", vfs::call::size},    {"open", vfs::call::open},
                                                      {"remove", vfs::call::remove}};
  static const std::map<std::string, vfs::manner> manners{
      {"before", vfs::manner::before}, {"after", vfs::manner::after}, {"half", vfs::manner::half}};
  vfs::fault fault;
  if (const auto place = given.text("place"); !place.empty()) fault.where = places.at(place);
  if (const auto call = given.text("call"); !call.empty()) fault.what = calls.at(call);
  fault.number = given.number("number", 1);
  fault.how = manners.at(given.text("how", "before"));
  fault.for_good = given.number("for_good", 0) != 0;
  fault.no_space = given.number("no_space", 0) != 0;
  return fault;
}

/// Queues the batches, then tells their outcomes. Returns those that were not committed.
std::vector<append_batch> append_group(whence::log& log, std::vector<append_batch> batches) {
  std::vector<async<append_outcome>> results;
  std::vector<append_batch> left;
  for (const auto& batch : batches) results.push_back(log.append(batch));
  for (std::size_t i = 0; i < results.size(); ++i)
    if (!tell(std::move(results[i]).get(), batches[i])) left.push_back(std::move(batches[i]));
  return left;
}

/// Ends as ordered: "kill" (SIGKILL), "cut SEED" (a power cut, then SIGKILL), "close" or no order (in good order).
int end_as_ordered(whence::log& log) {
  const std::string last = order().value_or("close");
  if (last.starts_with("cut ")) vfs::lose_unsynced(std::stoull(last.substr(4)));
  if (last != "close") ::raise(SIGKILL);
  log.close();
  return 0;
}

/// Appends `count` groups; from number `after` on, calls fail as told; what was not committed is sent again `again` times, and
/// with reopen=1 once more, to the log opened anew by the same process, when calls fail no more.
int append(const arguments& given) {
  vfs::install();
  if (given.number("power", 0) != 0) vfs::remember_unsynced();
  const runtime runtime = runtime::system();
  auto log = open_log(given, runtime);
  std::vector<append_batch> left;
  const std::uint64_t count = given.number("count", 1);
  const std::uint64_t after = given.number("after", count);
  const std::uint64_t group = given.number("group", 1);
  for (std::uint64_t i = 0; i < count; ++i) {
    if (i == after) vfs::arm(given.given.contains("number") ? std::optional(fault_of(given)) : std::nullopt);
    std::vector<append_batch> batches;
    for (std::uint64_t g = 0; g < group; ++g) batches.push_back(make_batch(given, i * group + g));
    for (std::uint64_t again = 0; !batches.empty() && again <= given.number("again", 0); ++again)
      batches = append_group(*log, std::move(batches));
    std::move(batches.begin(), batches.end(), std::back_inserter(left));
  }
  say("calls " + std::to_string(vfs::calls_since_armed()) + " fired " + (vfs::has_fired() ? "1" : "0"));
  if (given.number("reopen", 0) != 0) {
    vfs::disarm();
    log.reset();
    log = open_log(given, runtime);
    for (append_batch& batch : left) append_group(*log, {std::move(batch)});
  }
  say("done");
  return end_as_ordered(*log);
}

/// Reads on to `until`, waiting at the end; throws at the first position that is not the next.
global_position follow_to(log_reader& reader, global_position seen, std::uint64_t until) {
  while (seen.value() < until) {
    const event_page page = reader.read(seen);
    for (const auto& event : page) {
      if (event.position != seen.next())
        throw std::logic_error("after position " + std::to_string(seen.value()) + " came " +
                               std::to_string(event.position.value()));
      seen = event.position;
    }
    if (page.scanned_to() != seen) throw std::logic_error("a page was scanned beyond what it shows");
    if (page.empty()) static_cast<void>(reader.wait_beyond(seen).get());
  }
  return seen;
}

global_position read_to_head(log_reader& reader, global_position seen = {}) {
  return follow_to(reader, seen, reader.head().value());
}

/// Opens for writing, reads everything, looks up the ids given on stdin, appends one event, closes.
int check(const arguments& given) {
  const runtime runtime = runtime::system();
  const auto log = open_log(given, runtime);
  say("head " + std::to_string(read_to_head(*log).value()));
  while (const auto id = order()) {
    const auto found = log->find_event(event_id::parse(*id));
    say(found ? "there " + *id + " " + std::to_string(found->value()) : "gone " + *id);
  }
  append_batch one = make_batch(given, 0);
  one.streams[0].stream = "check";
  one.streams[0].events.resize(1);
  one.streams[0].events[0].id = event_id{runtime.make_uuid()};
  tell(log->append(one).get(), one);
  log->close();
  return 0;
}

/// Reads as a visitor: once, or (stay=1) on and on until stdin ends.
int visit(const arguments& given) {
  vfs::install();
  const runtime runtime = runtime::system();
  const auto reader = sqlite(given.log).visit(runtime);
  global_position seen = read_to_head(*reader);
  say("ready " + std::to_string(seen.value()));
  if (given.number("stay", 0) != 0) {
    std::jthread reading([&](const std::stop_token& stop) {
      try {
        while (!stop.stop_requested()) {
          seen = read_to_head(*reader, seen);
          std::this_thread::sleep_for(std::chrono::milliseconds{1});
        }
      } catch (const std::exception& failure) {
        say(std::string("failed ") + failure.what());
      }
    });
    while (order()) {
    }
  }
  say("seen " + std::to_string(seen.value()));
  say("changes " + std::to_string(vfs::changes_of(vfs::place::log)) + " " +
      std::to_string(vfs::changes_of(vfs::place::wal)));
  const log_condition condition = reader->condition();
  say("condition " + std::to_string(static_cast<int>(condition.what)) + " found " +
      std::to_string(condition.found.value()) + " witnessed " + std::to_string(condition.witnessed.value()));
  return condition.what == log_condition::kind::whole ? 0 : 6;
}

/// Eight threads write, others read: `threads`, `readers`, `count` appends a thread, of `batch` events each.
int write(const arguments& given) {
  const runtime runtime = runtime::system();
  const auto log = open_log(given, runtime);
  say("ready");
  const std::uint64_t threads = given.number("threads", 8);
  const std::uint64_t count = given.number("count", 100);
  const std::uint64_t until = threads * count * given.number("batch", 1);
  std::vector<std::jthread> all;
  for (std::uint64_t reader = 0; reader < given.number("readers", 4); ++reader)
    all.emplace_back([&] {
      try {
        say("read " + std::to_string(follow_to(*log, {}, until).value()));
      } catch (const std::exception& failure) {
        say(std::string("failed ") + failure.what());
      }
    });
  for (std::uint64_t thread = 0; thread < threads; ++thread)
    all.emplace_back([&, thread] {
      for (std::uint64_t i = 0; i < count; ++i) {
        const append_batch batch = make_batch(given, thread * count + i);
        const append_outcome outcome = log->append(batch).get();
        if (outcome.committed() == nullptr) tell(outcome, batch);
      }
    });
  all.clear();
  say("head " + std::to_string(log->head().value()));
  return end_as_ordered(*log);
}

/// A visitor that reads up to `until`.
int follow(const arguments& given) {
  vfs::install();
  const runtime runtime = runtime::system();
  const auto reader = sqlite(given.log).visit(runtime);
  say("read " + std::to_string(follow_to(*reader, {}, given.number("until", 1)).value()));
  say("changes " + std::to_string(vfs::changes_of(vfs::place::log)) + " " +
      std::to_string(vfs::changes_of(vfs::place::wal)));
  return 0;
}

/// Looks at all of it as a visitor, before any writer has touched it: the ids of all events in their order, and what a verification
/// finds.
int look(const arguments& given) {
  const runtime runtime = runtime::system();
  const auto reader = sqlite(given.log).visit(runtime);
  for (global_position after;;) {
    const event_page page = reader->read(after);
    for (const auto& event : page) {
      const auto found = reader->find_event(event.id);
      say((found == event.position ? "there " : "astray ") + event.id.to_string());
    }
    if (page.at_end()) break;
    after = page.scanned_to();
  }
  const log_verification found = verify_log(sqlite(given.log), runtime, {.threads = 1});
  for (const log_finding& finding : found.findings)
    say("finding " + std::string(name_of(finding.what)) + " " + finding.detail);
  say("head " + std::to_string(found.head.value()) + " indexed " + std::to_string(found.indexed_to.value()));
  return 0;
}

/// Everything of Whence that looks at the files of a log, in the process that writes it.
void look_from_inside(whence::log& log, const arguments& given, const runtime& runtime) {
  const global_position last = log.head();
  if (last == global_position{}) return;
  const event_page page = log.read(global_position{last.value() - 1});
  const event_id id = page.front().id;
  if (log.find_event(id) != last) throw std::logic_error("an event is not found by its id");
  if (log.read_stream(page.front().stream).empty()) throw std::logic_error("a stream is empty");
  static_cast<void>(log.condition());
  static_cast<void>(log.chain_at(last));
  static_cast<void>(log.read_linked(event_link::tag("none"), global_position{last.value() - 1}));
  if (!is_sqlite_log(*runtime.files, given.log)) throw std::logic_error("the log is called none");
  const auto visitor = sqlite(given.log).visit(runtime);
  if (visitor->head() < last || visitor->find_event(id) != last)
    throw std::logic_error("a visitor does not see it all");
  if (verify_log(sqlite(given.log), runtime, {.from = last, .threads = 1}).loses_events())
    throw std::logic_error("a verification finds something");
  try {
    static_cast<void>(open_log(given, runtime));
    throw std::logic_error("a second writer is let in");
  } catch (const log_busy&) {
    say("looked");
  }
}

/// Appends until it is killed, and looks at its files all the while. stray=1: in a way that must never be.
int load(const arguments& given) {
  const runtime runtime = runtime::system();
  const auto log = open_log(given, runtime);
  say("ready " + std::to_string(::getpid()));
  const std::jthread looking([&](const std::stop_token& stop) {
    while (!stop.stop_requested()) {
      try {
        look_from_inside(*log, given, runtime);
      } catch (const std::exception& failure) {
        say(std::string("failed ") + failure.what());
      }
      if (given.number("stray", 0) != 0) ::close(::open(given.log.c_str(), O_RDONLY | O_CLOEXEC));
      std::this_thread::sleep_for(std::chrono::milliseconds{2});
    }
  });
  for (std::uint64_t i = 0;; i += 2) {
    const std::vector<append_batch> left = append_group(*log, {make_batch(given, i), make_batch(given, i + 1)});
    if (!left.empty()) break;
  }
  return 1;
}

/// Holds the log open for writing until told otherwise.
int hold(const arguments& given) {
  const runtime runtime = runtime::system();
  const auto log = open_log(given, runtime);
  say("ready " + std::to_string(::getpid()));
  return end_as_ordered(*log);
}

/// Appends until something is not committed; then, on each order "again", sends that once more.
int fill(const arguments& given) {
  if (const std::uint64_t limit = given.number("file_size", 0); limit != 0) {
    ::signal(SIGXFSZ, SIG_IGN);
    const rlimit bytes{limit, limit};
    if (::setrlimit(RLIMIT_FSIZE, &bytes) != 0) throw std::runtime_error("no limit on the size of files can be set");
  }
  const runtime runtime = runtime::system();
  const auto log = open_log(given, runtime);
  append_batch batch;
  for (std::uint64_t i = 0;; ++i) {
    batch = make_batch(given, i);
    if (!tell(log->append(batch).get(), batch)) break;
  }
  say("full");
  for (;;) {
    const std::string next = order().value_or("close");
    if (next != "again") break;
    tell(log->append(batch).get(), batch);
    say("done");
  }
  log->close();
  return 0;
}

int exit_code(const error& failure) {
  const std::string_view code = failure.code();
  if (code == "log.missing") return 3;
  if (code == "log.busy") return 5;
  return code.starts_with("log.") ? 6 : 1;
}

}  // namespace

int main(int count, char** words) {
  static const std::map<std::string_view, int (*)(const arguments&)> commands{
      {"append", append}, {"check", check}, {"visit", visit}, {"write", write}, {"follow", follow},
      {"hold", hold},     {"fill", fill},   {"look", look},   {"load", load}};
  if (count < 3 || !commands.contains(words[1])) {
    std::fputs("log_worker append|check|visit|write|follow|hold|fill|look|load LOG [name=value…]\n", stderr);
    return 2;
  }
  arguments given{words[2], {}};
  for (int i = 3; i < count; ++i) {
    const std::string_view word = words[i];
    const std::size_t equals = word.find('=');
    if (equals != std::string_view::npos) given.given.emplace(word.substr(0, equals), word.substr(equals + 1));
  }
  try {
    return commands.at(words[1])(given);
  } catch (const error& failure) {
    say("error " + std::string(failure.code()) + " " + failure.what());
    return exit_code(failure);
  } catch (const std::exception& failure) {
    say(std::string("failed ") + failure.what());
    return 1;
  }
}
