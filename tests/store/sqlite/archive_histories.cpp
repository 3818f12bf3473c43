// Random histories in which random streams are archived, again and again, and the log is compacted now and then, beside a log
// that has the same events in one file: whatever is asked of both, by position, filter, stream, link, query or id, of a writer,
// of a visitor who was there before and of one who comes, is answered alike; and whatever is appended to both has the same outcome.
//
//     archive_histories ROUNDS [seed=N] [appends=N]
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <functional>
#include <memory>
#include <optional>
#include <random>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <whence/core/envelope.hpp>
#include <whence/core/runtime.hpp>
#include <whence/store/log_archive.hpp>
#include <whence/store/log_backup.hpp>
#include <whence/store/log_source.hpp>
#include <whence/store/log_verification.hpp>

#include <tests/temporary_folder.hpp>

using namespace whence;

namespace {

/// Stands still until it is told to go on: so two logs record the same times.
class told_clock final : public whence::clock {
 public:
  timestamp now() const override { return now_; }
  std::chrono::nanoseconds elapsed() const override { return std::chrono::steady_clock::now().time_since_epoch(); }
  void go_on() { now_ += std::chrono::milliseconds{7}; }

 private:
  timestamp now_ = std::chrono::floor<std::chrono::microseconds>(std::chrono::system_clock::now());
};

[[noreturn]] void fail(const std::string& what) { throw std::runtime_error(what); }

std::string text_of(const recorded_event& event) {
  std::string text = std::to_string(event.position.value()) + " " + std::string(event.stream) + " v" +
                     std::to_string(event.version.value()) + " " + std::string(event.aggregate_type) + "/" +
                     std::string(event.type) + "/" + std::to_string(event.type_version) + " " + event.id.to_string() +
                     " " + event.correlation.to_string() + " " + event.causation.to_string() + " " +
                     std::string(event.data);
  for (const std::string_view tag : event.tags) text.append(" #").append(tag);
  for (const std::uint8_t byte : event.chain) text.append(" ").append(std::to_string(byte));
  return text;
}

/// Page after page, up to that position.
using turn = std::function<event_page(global_position after, page_limit limit)>;
std::string all_of(const turn& read, page_limit limit, global_position to) {
  std::string found;
  for (global_position after;;) {
    const event_page page = read(after, limit);
    for (const recorded_event& event : page) {
      if (event.position <= to) found += text_of(event) + "\n";
    }
    if (page.at_end() || page.scanned_to() >= to) return found;
    if (page.scanned_to() <= after) fail("a page does not go on");
    after = page.scanned_to();
  }
}

std::string stream_of(log_reader& log, const std::string& stream, stream_version from, read_direction direction,
                      page_limit limit, global_position to) {
  std::string found;
  for (;;) {
    const event_page page = log.read_stream(stream, from, direction, limit);
    for (const recorded_event& event : page) {
      if (event.position <= to) found += text_of(event) + "\n";
    }
    if (page.at_end() || page.empty()) return found;
    const std::uint64_t last = page.back().version.value();
    if (direction == read_direction::backward && last == 1) return found;
    from = stream_version{direction == read_direction::forward ? last + 1 : last - 1};
  }
}

class history {
 public:
  history(std::uint64_t seed, int appends) : dice_(seed), appends_(appends) {}

  void run() {
    const std::string path = folder_.file("shop.db");
    const std::string model = folder_.file("model.db");
    std::unique_ptr<whence::log> log = sqlite(path).open(runtime_);
    grow(*log, nullptr);
    back_up(sqlite(path), folder_.file("backup"), runtime_);
    restore_log(folder_.file("backup"), model, runtime_);
    const std::unique_ptr<whence::log> plain = sqlite(model).open(runtime_);
    const std::unique_ptr<log_reader> early = sqlite(path).visit(runtime_);
    for (int part = 0; part < 4; ++part) {
      compare_whole(*early, *plain);
      archive(*log, part);
      compare_whole(*log, *plain);
      compare_whole(*early, *plain);
      compare_whole(*sqlite(path).visit(runtime_), *plain);
      grow(*log, plain.get());
      if (up_to(1) == 0) house(*log).compact({});
      if (up_to(1) == 0) {
        log->close();
        log = sqlite(path).open(runtime_);
      }
      compare_whole(*log, *plain);
    }
    log->close();
    must_be_sound(path);
    const std::string whole = folder_.file("whole");
    back_up(sqlite(path), whole, runtime_);
    compare_whole(*sqlite(whole).visit(runtime_), *plain);
    must_be_sound(whole);
  }

 private:
  std::uint64_t up_to(std::uint64_t most) { return std::uniform_int_distribution<std::uint64_t>(0, most)(dice_); }
  bool rarely() { return up_to(9) == 0; }
  std::string stream() { return "stream-" + std::to_string(up_to(11)); }
  std::string tag() { return "tag:" + std::to_string(up_to(8)); }
  std::string type() { return "Type" + std::to_string(up_to(5)); }

  new_event event() {
    new_event made;
    made.id = rarely() && !ids_.empty() ? ids_[up_to(ids_.size() - 1)] : event_id(runtime_.make_uuid());
    made.type = type();
    made.version = static_cast<std::uint32_t>(1 + up_to(1));
    made.occurred_at = clock_->now();
    made.data = "{\"n\":" + std::to_string(up_to(1'000'000)) + "}";
    if (up_to(1) == 0) made.metadata.correlation = correlation();
    if (up_to(2) == 0) made.metadata.causation = causation_id(correlation().value());
    for (std::uint64_t tags = up_to(2); tags > 0; --tags) made.tags.push_back(tag());
    ids_.push_back(made.id);
    return made;
  }

  correlation_id correlation() {
    if (links_.empty() || rarely()) links_.push_back(runtime_.make_uuid());
    return correlation_id(links_[up_to(links_.size() - 1)]);
  }

  event_query query() {
    event_query wanted;
    for (std::uint64_t items = 1 + up_to(2); items > 0; --items) {
      query_item item;
      if (up_to(2) > 0) item.tags.push_back(tag());
      if (up_to(2) == 0 || item.tags.empty()) item.event_types.push_back(type());
      wanted.items.push_back(std::move(item));
    }
    return wanted;
  }

  append_batch batch(global_position head) {
    append_batch made;
    for (std::uint64_t streams = 1 + up_to(1); streams > 0; --streams) {
      stream_append part;
      part.stream = stream();
      part.aggregate_type = "Kind" + std::to_string(part.stream.size() % 2);
      if (rarely()) part.expected = expected_version::exactly(stream_version{up_to(20)});
      if (rarely()) part.expected = expected_version::none();
      for (std::uint64_t events = 1 + up_to(rarely() ? 400 : 4); events > 0; --events) part.events.push_back(event());
      made.streams.push_back(std::move(part));
    }
    if (rarely()) made.conditions.push_back({query(), global_position{up_to(head.value())}});
    return made;
  }

  static std::string text_of_outcome(const append_outcome& outcome) {
    if (const append_committed* const done = outcome.committed())
      return "committed up to " + std::to_string(done->last.value()) + (done->repeated ? ", a repeat" : "");
    if (const append_refused* const refusal = outcome.refused()) {
      // Of the events in the way it names as many as are found at once: that hangs on the index of the two, not on the events.
      return "refused " + std::to_string(static_cast<int>(refusal->why)) + " " + refusal->detail;
    }
    return "unknown";
  }

  /// Appends the same to both.
  void grow(whence::log& one, whence::log* other) {
    for (int i = 0; i < appends_; ++i) {
      const append_batch made = batch(one.head());
      clock_->go_on();
      const std::string outcome = text_of_outcome(one.append(made).get());
      if (other == nullptr) continue;
      const std::string expected = text_of_outcome(other->append(made).get());
      if (outcome != expected)
        fail("an append to a log with archives: " + outcome + "; to a log in one file: " + expected);
    }
  }

  void compare(log_reader& one, log_reader& other, global_position to) {
    const auto same = [](const std::string& what, const std::string& found, const std::string& expected) {
      if (found != expected) fail(what + " of a log with archives:\n" + found + "of a log in one file:\n" + expected);
    };
    const page_limit limit{.events = 1 + up_to(300), .bytes = 1 + up_to(100'000), .scanned = 1 + up_to(5'000)};
    const auto pages = [&](const std::string& what,
                           const std::function<event_page(log_reader&, global_position, page_limit)>& read) {
      const auto of = [&](log_reader& log) {
        return all_of([&](global_position after, page_limit at_most) { return read(log, after, at_most); }, limit, to);
      };
      same(what, of(one), of(other));
    };
    pages("all", [](log_reader& log, global_position after, page_limit most) { return log.read(after, {}, most); });
    const event_filter filter{
        .aggregate_types = up_to(1) == 0 ? std::vector<std::string>{} : std::vector<std::string>{"Kind0"},
        .event_types = {type(), type()}};
    pages("filtered",
          [&](log_reader& log, global_position after, page_limit most) { return log.read(after, filter, most); });
    for (int i = 0; i < 3; ++i) {
      const event_link link = links_.empty() || i == 0 ? event_link::tag(tag())
                              : i == 1                 ? event_link::correlation(correlation())
                                                       : event_link::causation(causation_id(correlation().value()));
      pages("linked", [&](log_reader& log, global_position after, page_limit most) {
        return log.read_linked(link, after, most);
      });
      const event_query wanted = query();
      pages(wanted.to_string(), [&](log_reader& log, global_position after, page_limit most) {
        return log.read_matching(wanted, after, most);
      });
      const std::string name = stream();
      const stream_version from{1 + up_to(40)};
      same("upwards " + name, stream_of(one, name, from, read_direction::forward, limit, to),
           stream_of(other, name, from, read_direction::forward, limit, to));
      same("downwards " + name, stream_of(one, name, from, read_direction::backward, limit, to),
           stream_of(other, name, from, read_direction::backward, limit, to));
      const event_id id = rarely() || ids_.empty() ? event_id(runtime_.make_uuid()) : ids_[up_to(ids_.size() - 1)];
      const auto place = [&](log_reader& log) {
        const std::optional<global_position> found = log.find_event(id);
        return found && *found <= to ? std::to_string(found->value()) : std::string("none");
      };
      same("an id", place(one), place(other));
      const global_position at{up_to(to.value())};
      if (one.chain_at(at) != other.chain_at(at))
        fail("the chain hash at " + std::to_string(at.value()) + " is another");
    }
  }

  void compare_whole(log_reader& one, log_reader& other) {
    if (one.head() != other.head()) fail("a log with archives ends elsewhere");
    for (int i = 0; i < 12; ++i) {
      const std::string name = "stream-" + std::to_string(i);
      if (one.stream_head(name) != other.stream_head(name)) fail(name + " has another version");
    }
    compare(one, other, one.head());
  }

  void must_be_sound(const std::string& path) {
    const log_verification found = verify_log(sqlite(path), runtime_);
    if (!found.sound()) fail(path + ": " + found.findings.front().detail);
  }

  static log_keeping& house(whence::log& log) { return dynamic_cast<log_keeping&>(log); }

  void archive(whence::log& log, int number) {
    archive_selection which;
    if (up_to(2) > 0) {
      for (std::uint64_t streams = 1 + up_to(6); streams > 0; --streams) which.streams.push_back(stream());
    } else {
      which.last_before = clock_->now() - std::chrono::milliseconds{7 * up_to(30)};
    }
    if (rarely()) which.of_type = [](std::string_view type) { return type == "Kind1"; };
    house(log).archive(which, {.to = up_to(1) == 0 ? std::string() : folder_.file("old-" + std::to_string(number))});
  }

  std::mt19937_64 dice_;
  const int appends_;
  const tests::temporary_folder folder_;
  const std::shared_ptr<told_clock> clock_ = std::make_shared<told_clock>();
  runtime system_ = runtime::system();
  runtime runtime_{clock_, system_.entropy, system_.files, system_.executor};
  std::vector<event_id> ids_;
  std::vector<uuid> links_;
};

std::uint64_t number(std::string_view text) { return std::strtoull(std::string(text).c_str(), nullptr, 10); }

}  // namespace

int main(int argc, char** argv) {
  std::uint64_t seed = std::random_device{}();
  int appends = 40;
  for (int i = 2; i < argc; ++i) {
    const std::string_view option = argv[i];
    if (option.starts_with("seed=")) seed = number(option.substr(5));
    if (option.starts_with("appends=")) appends = static_cast<int>(number(option.substr(8)));
  }
  const std::uint64_t rounds = argc > 1 ? number(argv[1]) : 0;
  if (rounds == 0 || appends <= 0) {
    std::fprintf(stderr, "usage: archive_histories ROUNDS [seed=N] [appends=N]\n");
    return 2;
  }
  for (std::uint64_t round = 0; round < rounds; ++round) {
    try {
      history(seed + round, appends).run();
    } catch (const std::exception& failure) {
      std::fprintf(stderr, "seed %llu, appends %d: %s\n", static_cast<unsigned long long>(seed + round), appends,
                   failure.what());
      return 1;
    }
  }
  std::printf("%llu histories with archives: answered as logs in one file\n", static_cast<unsigned long long>(rounds));
}
