#include <whence/rehearsal/state_check.hpp>

#include <exception>
#include <utility>

#include <whence/modelling/errors.hpp>
#include <whence/modelling/repository.hpp>
#include <whence/sql/error.hpp>
#include <whence/store/log_errors.hpp>

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
      fold_stream(check_.today_, begin_.stream, *aggregate_.facts, state_.get(), {},
                  [this](const recorded_event& event) { return come_to(event); });
      compare();
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
  bool come_to(const recorded_event& event) {
    if (event.position > check_.head_) return false;
    if (before_ != nullptr && event.version.value() > before_->version) compare();
    position_ = event.position;
    version_ = event.version;
    type_ = event.type;
    type_version_ = event.type_version;
    return true;
  }

  state_fingerprint fingerprint() const {
    return aggregate_.encode == nullptr ? no_fingerprint : fingerprint_of(aggregate_.encode(state_.get()));
  }

  /// The state is the one of the version that was saved.
  void compare() {
    const fingerprint_record* const before = std::exchange(before_, nullptr);
    if (before == nullptr || before->state == no_fingerprint || aggregate_.encode == nullptr) return;
    ++counts_.compared;
    doing_ = "writing its state as JSON";
    const bool is_same = fingerprint() == before->state;
    doing_ = "applying it";
    if (is_same) return;
    ++counts_.different;
    rehearsal_finding finding = about(rehearsal_finding::kind::difference);
    finding.version = stream_version{before->version};
    finding.detail = "its state at version " + std::to_string(before->version) + " is not the one that was saved";
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
    finding.position = position_;
    finding.stream = begin_.stream;
    finding.version = version_;
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
  if (before != nullptr) {
    ++counts.no_longer_known;
    rehearsal_finding finding;
    finding.what = rehearsal_finding::kind::aggregate;
    finding.position = begin.position;
    finding.stream = begin.stream;
    finding.version = stream_version{before->version};
    finding.aggregate_type = begin.aggregate_type;
    finding.detail = "its state was saved, and this program does not know its type";
    findings_.add(std::move(finding));
  }
  return {.first = begin.position.value()};
}

}  // namespace whence::inline v0::detail
