#include <whence/core/hex.hpp>
#include <whence/proof/prove_log.hpp>

#include <algorithm>
#include <memory>
#include <optional>
#include <utility>

#include <whence/core/async.hpp>
#include <whence/proof/errors.hpp>
#include <whence/proof/event_digest.hpp>
#include <whence/proof/heads_file.hpp>
#include <whence/store/log_errors.hpp>

namespace whence::inline v0 {
namespace {

using detail::signed_head;

constexpr std::size_t digests_of_a_head = 10'000;

/// Goes along the log, and fills head after head.
class proving {
 public:
  proving(log_reader& log, std::string name, const runtime& runtime, detail::heads_file& heads,
          const prove_options& options)
      : log_(log),
        name_(std::move(name)),
        runtime_(runtime),
        heads_(heads),
        options_(options),
        digest_(log.identity().id) {}

  void go_to(global_position end) {
    if (!heads_.heads().empty()) digest_.go_on_from(heads_.heads().back().digests.back());
    begin_head(heads_.heads().empty() ? global_position{} : heads_.heads().back().position);
    const std::uint64_t all = end.value() - head_.after.value();
    for (global_position at = head_.after; at < end;) {
      if (options_.stop.stop_requested()) throw operation_cancelled();
      const std::uint64_t left = end.value() - at.value();
      const event_page page =
          log_.read(at, {}, {.events = static_cast<std::size_t>(std::min<std::uint64_t>(left, 1'000))});
      if (page.scanned_to() == at) throw log_changed(name_);  // never ours: a log that is written only grows
      for (const recorded_event& event : page) take(event, end);
      at = page.scanned_to();
      if (options_.on_progress) options_.on_progress(all - (end.value() - at.value()), all);
    }
  }

 private:
  void begin_head(global_position after) {
    head_ = {};
    head_.log = log_.identity();
    head_.after = after;
    head_.every = options_.every;
  }

  void take(const recorded_event& event, global_position end) {
    const detail::sha256_digest& digest = digest_.add(event);
    const bool last = event.position == end;
    if (!last && (event.position.value() - head_.after.value()) % options_.every != 0) return;
    head_.digests.push_back(digest);
    if (!last && head_.digests.size() < digests_of_a_head) return;
    head_.position = event.position;
    head_.chain = event.chain;
    head_.time = runtime_.clock->now();
    heads_.add(std::exchange(head_, {}));
    begin_head(event.position);
  }

  log_reader& log_;
  std::string name_;
  const runtime& runtime_;
  detail::heads_file& heads_;
  const prove_options& options_;
  detail::event_digest digest_;
  signed_head head_;
};

/// A log that was cut and has grown again, or was put back, is noticed here; one that was altered before, only by check_proof.
void must_continue(log_reader& log, const std::string& name, const std::string& heads, const signed_head& newest) {
  if (newest.log.id != log.identity().id)
    throw heads_of_other_log(heads, newest.log.id.to_string(), name, log.identity().id.to_string());
  const std::uint64_t signed_to = newest.position.value();
  if (log.head() < newest.position)
    throw not_continued(name, heads, signed_to, "it ends at event " + std::to_string(log.head().value()));
  if (log.chain_at(newest.position) != newest.chain)
    throw not_continued(name, heads, signed_to,
                        "event " + std::to_string(signed_to) + " is another one, or stands behind others");
}

}  // namespace

proved_log prove_log(const log_source& source, const runtime& runtime, const signing_key& key, const std::string& heads,
                     const prove_options& options) {
  const std::unique_ptr<log_reader> reader = source.visit(runtime);
  log_reader& log = reader->stored();
  must_be_whole(log.condition(), source.name());
  detail::heads_file file(*runtime.files, heads, key);
  proved_log result;
  result.identity = log.identity();
  result.key = key.checking().id();
  if (!file.heads().empty()) {
    must_continue(log, source.name(), heads, file.heads().back());
    result.after = file.heads().back().position;
  }
  proving(log, source.name(), runtime, file, options).go_to(log.head());
  result.heads = file.heads().size();
  result.position = file.heads().empty() ? global_position{} : file.heads().back().position;
  if (!file.heads().empty()) result.newest = to_hex(file.newest());
  return result;
}

}  // namespace whence::inline v0
