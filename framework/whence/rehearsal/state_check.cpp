#include <whence/rehearsal/state_check.hpp>

#include <algorithm>
#include <cstdint>
#include <exception>
#include <utility>

#include <whence/modelling/errors.hpp>
#include <whence/modelling/repository.hpp>
#include <whence/sql/error.hpp>
#include <whence/store/log_errors.hpp>
#include <whence/upcasting/stream_until.hpp>

namespace whence::inline v0::detail {
namespace {

/// An event cannot be read: that was found where the events were looked at.
bool is_of_an_event(const error& failure) {
  return dynamic_cast<const decode_error*>(&failure) != nullptr ||
         dynamic_cast<const unknown_event_version*>(&failure) != nullptr ||
         dynamic_cast<const unlisted_event*>(&failure) != nullptr ||
         dynamic_cast<const upcast_failed*>(&failure) != nullptr;
}

/// The log cannot be read at all.
bool is_of_the_log(const error& failure) {
  return dynamic_cast<const sql::sql_error*>(&failure) != nullptr ||
         dynamic_cast<const file_error*>(&failure) != nullptr || dynamic_cast<const log_damaged*>(&failure) != nullptr;
}

}  // namespace

/// One stream, and its state.
class state_check::folding {
 public:
  folding(const state_check& check, const stream_begin& begin, const known_aggregate& aggregate,
          const fingerprint_record* before, rehearsal_counts& counts)
      : check_(check),
        begin_(begin),
        aggregate_(aggregate),
        before_(before),
        counts_(counts),
        state_(aggregate.facts->create(), aggregate.facts->destroy) {}

  fingerprint_record run() {
    ++counts_.aggregates;
    try {
      fold();
      doing_ = "writing its state as JSON";
      return {.first = begin_.position.value(), .version = version_.value(), .state = fingerprint()};
    } catch (const error& failure) {
      if (is_of_the_log(failure)) throw;
      if (!is_of_an_event(failure)) found_wrong(std::string(failure.code()), failure.what());
    } catch (const std::exception& failure) {
      found_wrong({}, failure.what());
    }
    ++counts_.not_folded;
    return {.first = begin_.position.value()};
  }

 private:
  const upcasters& through() const { return check_.types_.upcasters(); }

  /// As a load does: from the event on that closed the books last.
  void fold() {
    const std::unique_ptr<log_reader> until_head = log_until_head();
    log_reader& log = until_head ? *until_head : check_.today_;
    const fold_end begin = begin_of_fold(log, begin_.stream, *aggregate_.facts);
    if (before_ != nullptr && begin.version.value() >= before_->version) compare_apart();
    const fold_end end = fold_stream(log, begin_.stream, *aggregate_.facts, state_.get(), begin,
                                     [this](const recorded_event& event) { return come_to(event); });
    if (before_ != nullptr && end.version.value() > before_->version) compare_before_next();
    if (before_ != nullptr) compare();
    version_ = std::max(version_, end.version);
  }

  /// Null: the log has no event behind the head.
  std::unique_ptr<log_reader> log_until_head() const {
    log_reader& stored = check_.today_.stored();
    if (stored.head() == check_.head_) return nullptr;
    stream_version last{UINT64_MAX};
    while (true) {
      const event_page page = stored.read_stream(begin_.stream, last, read_direction::backward);
      for (const recorded_event& event : page)
        if (event.position <= check_.head_) return stream_until(stored, begin_.stream, event.version, through());
      last = stream_version{page.last_looked_at().version.value() - 1};
    }
  }

  bool come_to(const recorded_event& event) {
    if (event.position > check_.head_) return false;
    if (before_ != nullptr && event.version.value() > before_->version) compare_before_next();
    position_ = event.position;
    version_ = event.version;
    type_ = event.type;
    type_version_ = event.type_version;
    return true;
  }

  state_fingerprint fingerprint() const {
    return aggregate_.encode == nullptr ? no_fingerprint : fingerprint_of(aggregate_.encode(state_.get()));
  }

  /// What comes next is behind the version that was saved.
  void compare_before_next() {
    // What was the last one then may be not told now, or only with the one behind it.
    if (version_.value() == before_->version)
      compare();
    else
      compare_apart();
  }

  /// The state is the one of the version that was saved.
  void compare() {
    const fingerprint_record& before = *std::exchange(before_, nullptr);
    if (!is_comparable(before)) return;
    doing_ = "writing its state as JSON";
    compare(before, fingerprint());
    doing_ = "applying it";
  }

  /// The state of the version that was saved is none that this fold comes by.
  void compare_apart() {
    const fingerprint_record& before = *std::exchange(before_, nullptr);
    if (!is_comparable(before)) return;
    const stream_version last{before.version};
    try {
      const std::unique_ptr<void, void (*)(void*)> then(aggregate_.facts->create(), aggregate_.facts->destroy);
      const std::unique_ptr<log_reader> log = stream_until(check_.today_.stored(), begin_.stream, last, through());
      fold_on(*log, begin_.stream, *aggregate_.facts, then.get(), {});
      compare(before, fingerprint_of(aggregate_.encode(then.get())));
    } catch (const error& failure) {
      if (is_of_the_log(failure)) throw;
      if (!is_of_an_event(failure))
        found_different(before, "cannot be folded any more: " + std::string(failure.what()));
    } catch (const std::exception& failure) {
      found_different(before, "cannot be folded any more: " + std::string(failure.what()));
    }
  }

  bool is_comparable(const fingerprint_record& before) const {
    return before.state != no_fingerprint && aggregate_.encode != nullptr;
  }

  void compare(const fingerprint_record& before, const state_fingerprint& now) {
    if (now == before.state) {
      ++counts_.compared;
      return;
    }
    found_different(before, "is not the one that was saved");
  }

  void found_different(const fingerprint_record& before, const std::string& how) {
    ++counts_.compared;
    ++counts_.different;
    rehearsal_finding finding = about(rehearsal_finding::kind::difference);
    finding.version = stream_version{before.version};
    // Whatever that event is today; it may be no longer told.
    const event_page last =
        check_.today_.stored().read_stream(begin_.stream, finding.version, read_direction::forward, {.events = 1});
    finding.position = last.empty() ? begin_.position : last.front().position;
    finding.detail = "its state at version " + std::to_string(before.version) + " " + how;
    check_.findings_.add(std::move(finding));
  }

  void found_wrong(std::string code, const std::string& what) {
    rehearsal_finding finding = about(rehearsal_finding::kind::state);
    finding.event_type = type_;
    finding.event_version = type_version_;
    finding.code = std::move(code);
    finding.detail = doing_ + " throws: " + what;
    check_.findings_.add(std::move(finding));
  }

  rehearsal_finding about(rehearsal_finding::kind what) const {
    rehearsal_finding finding;
    finding.what = what;
    const bool has_begun = position_ != global_position{};
    finding.position = has_begun ? position_ : begin_.position;
    finding.stream = begin_.stream;
    finding.version = has_begun ? version_ : stream_version{1};
    finding.aggregate_type = begin_.aggregate_type;
    return finding;
  }

  const state_check& check_;
  const stream_begin& begin_;
  const known_aggregate& aggregate_;
  const fingerprint_record* before_;
  rehearsal_counts& counts_;
  std::unique_ptr<void, void (*)(void*)> state_;
  std::string doing_ = "applying it";
  // The last event that was applied.
  global_position position_;
  stream_version version_;
  std::string type_;
  std::uint32_t type_version_ = 0;
};

fingerprint_record state_check::check(const stream_begin& begin, const fingerprint_record* before,
                                      rehearsal_counts& counts) {
  if (before != nullptr) ++counts.saved;
  if (const known_aggregate* const aggregate = types_.aggregate_named(begin.aggregate_type))
    return folding(*this, begin, *aggregate, before, counts).run();
  ++counts.of_no_type;
  const known_aggregate* const now = now_of(begin);
  if (now != nullptr) ++counts.orphaned;
  if (before != nullptr) ++counts.no_longer_known;
  if (now != nullptr || before != nullptr) {
    rehearsal_finding finding;
    finding.what = rehearsal_finding::kind::aggregate;
    finding.position = begin.position;
    finding.stream = begin.stream;
    finding.version = before != nullptr ? stream_version{before->version} : stream_version{1};
    finding.aggregate_type = begin.aggregate_type;
    finding.detail = "its state was saved, and this program does not know its type";
    if (now != nullptr)
      finding.detail = "no command reaches it: this program does not know its type, and " +
                       std::string(now->facts->name) + " lists its events; an aggregate keeps its stored name";
    findings_.add(std::move(finding));
  }
  return {.first = begin.position.value()};
}

const known_aggregate* state_check::now_of(const stream_begin& begin) const {
  const auto lists = [](const known_aggregate& one, std::string_view type) {
    return std::ranges::find(one.events, type, &event_type::name) != one.events.end();
  };
  try {
    stream_version from{1};
    while (true) {
      const event_page page = today_.read_stream(begin.stream, from);
      for (const recorded_event& event : page) {
        if (event.position > head_) return nullptr;
        for (const known_aggregate& one : types_.aggregates())
          if (lists(one, event.type)) return &one;
      }
      if (page.at_end() || page.last_looked_at().version == stream_version{}) return nullptr;
      from = page.last_looked_at().version.next();
    }
  } catch (const error& failure) {
    if (is_of_the_log(failure)) throw;
    return nullptr;  // an event that cannot be upcast was found where the events were looked at
  }
}

}  // namespace whence::inline v0::detail
