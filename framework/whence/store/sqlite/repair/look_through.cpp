#include <whence/store/sqlite/repair/look_through.hpp>

#include <algorithm>
#include <string>
#include <utility>

#include <whence/core/async.hpp>
#include <whence/store/log_errors.hpp>

namespace whence::inline v0 {
namespace {

constexpr std::uint64_t events_between_reports = 8'192;
constexpr std::uint64_t gap_max = 1'000'000;  // a row that is further away says a position that is none
constexpr std::size_t ranges_max = 65'536;

class look {
 public:
  look(repair_reader& log, const repair_options& options) : log_(log), options_(options), end_(log.head()) {}

  log_verification go() {
    result_.identity = log_.about().identity;
    result_.findings.push_back({.what = log_finding::kind::structure,
                                .positions = {},
                                .stream = {},
                                .file = log_.path(),
                                .detail = log_.connection().lost(),
                                .remedy = {}});
    while (at_ < end_) {
      try {
        const log_reader_connection::snapshot now(log_.connection());
        if (!read_on()) break;
      } catch (const log_damaged& damage) {
        if (!pass_over(damage.text().why)) break;
      }
    }
    result_.head = at_;
    return std::move(result_);
  }

 private:
  /// False: there is no more. Throws log_damaged: of the next event, or of the row at which it stands.
  bool read_on() {
    const global_position before = at_;
    log_.connection().scan(at_, [&](const entry_row&, const recorded_event& event) {
      if (options_.stop.stop_requested()) throw operation_cancelled();
      add(event.position);
      return true;
    });
    return at_ != before;
  }

  void add(global_position at) {
    at_ = at;
    ++result_.events;
    if (!result_.readable.empty() && result_.readable.back().last.next() == at) {
      result_.readable.back().last = at;
    } else if (result_.readable.size() < ranges_max) {
      result_.readable.push_back({at, at});
    }
    if (options_.on_progress && at.value() % events_between_reports == 0)
      options_.on_progress({"reading", at.value(), std::max(end_, at).value()});
  }

  /// To the next row that there is, of which the one behind it can be read.
  bool pass_over(const std::string& why) {
    const global_position next = log_.next_row(at_.next());
    if (next == global_position{} || next.value() - at_.value() > gap_max) return false;
    if (result_.findings.size() < ranges_max)
      result_.findings.push_back({.what = log_finding::kind::unreadable,
                                  .positions = {at_.next(), next},
                                  .stream = {},
                                  .file = log_.path(),
                                  .detail = why,
                                  .remedy = {}});
    at_ = next;
    return true;
  }

  repair_reader& log_;
  const repair_options& options_;
  const global_position end_;
  global_position at_;
  log_verification result_;
};

}  // namespace

log_verification look_through(repair_reader& log, const repair_options& options) { return look(log, options).go(); }

}  // namespace whence::inline v0
