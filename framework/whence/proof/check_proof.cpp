#include <whence/core/hex.hpp>
#include <whence/proof/check_proof.hpp>

#include <algorithm>
#include <memory>
#include <utility>

#include <whence/core/async.hpp>
#include <whence/proof/errors.hpp>
#include <whence/proof/event_digest.hpp>
#include <whence/proof/heads_file.hpp>
#include <whence/store/log_errors.hpp>

namespace whence::inline v0 {
namespace {

using detail::sha256_digest;

/// The events between two signed digests.
struct stretch {
  position_range positions;
  const sha256_digest* digest = nullptr;  ///< of the last
};

std::vector<stretch> stretches_of(const std::vector<detail::signed_head>& heads) {
  std::vector<stretch> all;
  global_position after;
  for (const detail::signed_head& head : heads) {
    for (std::size_t i = 0; i < head.digests.size(); ++i) {
      const global_position last = head.position_of(i);
      all.push_back({.positions = {after.next(), last}, .digest = &head.digests[i]});
      after = last;
    }
  }
  return all;
}

/// Goes along the log, from one signed digest to the next.
class checking {
 public:
  checking(log_reader& log, const std::vector<stretch>& stretches, const check_options& options, proof_check& result)
      : log_(log), stretches_(stretches), options_(options), result_(result), digest_(log.identity().id) {}

  void go() {
    const std::uint64_t all = result_.position.value();
    while (now_ < stretches_.size()) {
      if (options_.stop.stop_requested()) throw operation_cancelled();
      if (at_ >= result_.head) return cut();
      if (!read_on()) result_.head = at_;  // it was cut meanwhile
      if (options_.on_progress) options_.on_progress(at_.value(), all);
    }
  }

 private:
  const position_range& positions() const { return stretches_[now_].positions; }

  /// False if there was nothing more to read.
  bool read_on() {
    const std::uint64_t left = result_.position.value() - at_.value();
    event_page page;
    try {
      page = log_.read(at_, {}, {.events = static_cast<std::size_t>(std::min<std::uint64_t>(left, 1'000))});
    } catch (const log_damaged& damage) {
      if (damage.code() == "log.other_tables") throw;
      unreadable(damage);
      return true;
    }
    if (page.scanned_to() == at_) return false;
    for (const recorded_event& event : page) {
      digest_.add(event);
      if (event.position == positions().last) end_stretch();
    }
    at_ = page.scanned_to();
    return true;
  }

  void end_stretch() {
    if (digest_.now() == *stretches_[now_].digest) {
      result_.unaltered += positions().events();
    } else {
      found({.what = proof_finding::kind::altered,
             .positions = positions(),
             .at = positions().events() == 1 ? positions().first : global_position{},
             .detail = positions().events() == 1
                           ? "it is not the event that was signed"
                           : "they are not the " + std::to_string(positions().events()) + " events that were signed"});
    }
    go_behind();
  }

  /// The next stretch is judged from its own beginning, which was signed too.
  void go_behind() {
    digest_.go_on_from(*stretches_[now_].digest);
    ++now_;
  }

  void unreadable(const log_damaged& damage) {
    const bool within = damage.position >= positions().first && damage.position <= positions().last;
    found({.what = proof_finding::kind::unreadable,
           .positions = positions(),
           .at = within ? damage.position : global_position{},
           .detail = within ? damage.text().why
                            : "event " + std::to_string(damage.position.value()) +
                                  " before them cannot be read, which they need"});
    at_ = positions().last;
    go_behind();
  }

  void cut() {
    const global_position first = std::max(result_.head.next(), global_position{1});
    found({.what = proof_finding::kind::cut,
           .positions = {first, result_.position},
           .at = {},
           .detail = result_.head == global_position{}
                         ? "the log is empty"
                         : "the log ends at event " + std::to_string(result_.head.value()) +
                               (positions().first < first
                                    ? "; of those from event " + std::to_string(positions().first.value()) +
                                          " on nothing is known either"
                                    : "")});
    now_ = stretches_.size();
  }

  void found(proof_finding finding) {
    if (result_.findings.size() < options_.listed_max) {
      result_.findings.push_back(std::move(finding));
    } else {
      ++result_.more_findings;
    }
  }

  log_reader& log_;
  const std::vector<stretch>& stretches_;
  const check_options& options_;
  proof_check& result_;
  detail::event_digest digest_;
  std::size_t now_ = 0;  ///< which stretch
  global_position at_;   ///< what is behind it was not read yet
};

void compare(const log_source& source, const runtime& runtime, const detail::heads_read& read, const std::string& heads,
             const check_options& options, proof_check& result) {
  const std::unique_ptr<log_reader> reader = source.visit(runtime);
  log_reader& log = reader->stored();
  const log_id signed_log = read.heads.back().log.id;
  if (signed_log != log.identity().id)
    throw heads_of_other_log(heads, signed_log.to_string(), source.name(), log.identity().id.to_string());
  result.identity = log.identity();
  result.head = log.head();
  const std::vector<stretch> stretches = stretches_of(read.heads);
  checking(log, stretches, options, result).go();
}

/// What was found before that was read of the same file.
void nothing_is_believed(const log_damaged& damage, proof_check& result) {
  result.unaltered = result.more_findings = 0;
  result.head = {};
  result.findings = {{.what = proof_finding::kind::altered,
                      .positions = {global_position{1}, result.position},
                      .at = {},
                      .detail = damage.path + ": " + damage.text().why + "; no event in it is believed"}};
}

}  // namespace

std::string_view name_of(proof_finding::kind kind) noexcept {
  switch (kind) {
    case proof_finding::kind::altered: return "altered";
    case proof_finding::kind::unreadable: return "unreadable";
    case proof_finding::kind::cut: return "cut";
  }
  return "";
}

proof_check check_proof(const log_source& source, const runtime& runtime, const checking_key& key,
                        const std::string& heads, const check_options& options) {
  const detail::heads_read read = detail::read_heads(*runtime.files, heads, key);
  if (!options.known.empty() &&
      std::ranges::none_of(read.lines, [&](const sha256_digest& line) { return to_hex(line) == options.known; })) {
    throw heads_cut(heads, options.known);
  }
  if (read.heads.empty()) throw no_heads(heads);
  const detail::signed_head& newest = read.heads.back();
  proof_check result;
  result.identity = newest.log;
  result.position = newest.position;
  result.heads = read.heads.size();
  result.signed_at = newest.time;
  result.newest = to_hex(read.lines.back());
  result.key = key.id();
  result.unfinished = read.unfinished > 0;
  try {
    compare(source, runtime, read, heads, options, result);
  } catch (const log_damaged& damage) {
    if (damage.code() != "log.other_tables") throw;
    nothing_is_believed(damage, result);
  }
  return result;
}

}  // namespace whence::inline v0
