/// What a process that holds a log does for others: operations, by name.
#pragma once

#include <cstdint>
#include <functional>
#include <initializer_list>
#include <map>
#include <memory>
#include <stop_token>
#include <string>
#include <string_view>
#include <utility>

#include <whence/core/async.hpp>
#include <whence/store/audit_event.hpp>
#include <whence/store/log.hpp>

namespace whence::inline v0 {

/// What somebody asks for.
struct operation_request {
  std::string operation;                                        ///< "event append"
  std::map<std::string, std::string, std::less<>> arguments{};  ///< each operation has its own
  std::string reason{};                                         ///< for the audit event
  bool dry_run = false;                                         ///< change nothing: say what would be done
  log_operator by{};                                            ///< who asks, as the system knows them
  std::stop_token withdrawn{};                                  ///< nobody waits for it any more

  /// Empty: it is not among them.
  std::string argument(std::string_view name) const;
  /// As a JSON object, for the audit event.
  std::string arguments_as_json() const;
};

/// Throws operation_malformed: it has an argument of another name. What narrows a request must not be passed over.
void must_only_have(const operation_request& request, std::initializer_list<std::string_view> arguments);

/// "events", 4 182 of 5 104. Threads: any, one at a time.
using operation_progress = std::function<void(std::string_view doing, std::uint64_t done, std::uint64_t of)>;

/// Does it, or says what it would do. Its result is a JSON object for who asked.
///
/// Again    somebody who did not get the answer may ask again: what may not happen twice has an id.
/// Threads  is called on the executor, and blocks there no longer than a handler may: see lone_worker.hpp.
/// Stops    between two steps, when the request is withdrawn; or comes to its end all the same.
/// Throws   an `error`: who asked is told it as it is.
using offered_operation = std::function<async<std::string>(operation_request request, operation_progress progress)>;

/// The operations that a process offers.
class operations {
 public:
  /// The last one of a name counts.
  void add(std::string name, offered_operation what) { all_[std::move(name)] = std::move(what); }
  /// Null: it is not offered.
  const offered_operation* find(std::string_view name) const;

 private:
  std::map<std::string, offered_operation, std::less<>> all_;
};

/// Appends the audit event of something that is done. Throws operation_not_audited.
async<void> keep_audit(std::shared_ptr<log> log, stream_append audit, std::string operation);
/// The same, by who may block: it needs no thread of the executor.
void keep_audit(log& log, stream_append audit, const std::string& operation);

}  // namespace whence::inline v0
