#include <algorithm>
#include <map>
#include <set>

#include <whence/store/binary_check.hpp>
#include <whence/store/log_errors.hpp>
#include <whence/store/log_source.hpp>
#include <whence/store/log_verification.hpp>

namespace whence::inline v0 {
namespace {

/// A log that is no file: there is nothing beneath the events that could be damaged.
class reader_verification {
 public:
  reader_verification(log_reader& reader, const verify_options& options) : reader_(reader), options_(options) {}

  log_verification verify() {
    result_.identity = reader_.identity();
    result_.head = result_.witnessed = result_.indexed_to = reader_.head();
    result_.from = std::max(options_.from, global_position{1});
    global_position at{result_.from.value() - 1};
    while (at < result_.head) {
      if (options_.stop.stop_requested()) throw operation_cancelled();
      const event_page page = reader_.read(at);
      if (page.empty()) break;
      for (const recorded_event& event : page) look_at(event);
      at = page.scanned_to();
    }
    result_.streams = versions_.size();
    if (result_.events > 0) result_.readable.push_back({result_.from, at});
    return std::move(result_);
  }

 private:
  void look_at(const recorded_event& event) {
    ++result_.events;
    const auto known = versions_.try_emplace(std::string(event.stream), event.version.value() - 1).first;
    if (event.version.value() != ++known->second)
      found(log_finding::kind::order, event, "a version is missing before it");
    if (!ids_.insert(event.id).second) found(log_finding::kind::order, event, "an event before it has the same id");
    if (const auto fault = fault_in_data(event.data); !fault.empty())
      found(log_finding::kind::content, event, std::string(fault));
  }

  void found(log_finding::kind what, const recorded_event& event, std::string detail) {
    if (result_.findings.size() == options_.listed_max) {
      ++result_.more_findings;
      return;
    }
    result_.findings.push_back({.what = what,
                                .positions = {event.position, event.position},
                                .stream = std::string(event.stream),
                                .file = {},
                                .detail = std::move(detail),
                                .remedy = "whence event show @" + std::to_string(event.position.value()) +
                                          "\n# it is as it was written; its source says by what"});
  }

  log_reader& reader_;
  const verify_options& options_;
  log_verification result_;
  std::map<std::string, std::uint64_t> versions_;
  std::set<event_id> ids_;
};

}  // namespace

std::string_view name_of(log_finding::kind kind) noexcept {
  switch (kind) {
    case log_finding::kind::unreadable: return "unreadable";
    case log_finding::kind::tail_missing: return "tail_missing";
    case log_finding::kind::structure: return "structure";
    case log_finding::kind::tables: return "tables";
    case log_finding::kind::order: return "order";
    case log_finding::kind::unfinished: return "unfinished";
    case log_finding::kind::content: return "content";
    case log_finding::kind::witness: return "witness";
    case log_finding::kind::index: return "index";
  }
  return "";
}

bool log_verification::loses_events() const noexcept {
  return std::ranges::any_of(findings, [](const log_finding& finding) { return finding.loses_events(); });
}

log_verification verify_log(const log_source& source, const runtime& runtime, const verify_options& options) {
  if (source.can_verify()) return source.verify(runtime, options);
  const std::unique_ptr<log_reader> reader = source.visit(runtime);
  return reader_verification(*reader, options).verify();
}

}  // namespace whence::inline v0
