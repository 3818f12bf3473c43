/// The aggregate that a stream belongs to, as far as this program has its type: folded, and its state as JSON.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include <whence/cli/application_program.hpp>
#include <whence/cli/cli_types.hpp>
#include <whence/cli/surroundings.hpp>
#include <whence/core/error.hpp>
#include <whence/core/timestamp.hpp>
#include <whence/modelling/repository.hpp>
#include <whence/store/log.hpp>

namespace whence::inline v0::cli {

/// `types.no_serialize`: the aggregate is known, but not how its state is written.
struct types_no_serialize final : error {
  explicit types_no_serialize(const std::string& type);
};

/// Threads  one at a time.
class stream_aggregate {
 public:
  /// `log`: as it is stored. The types are those of the surroundings. `command` and `rest` are what was asked for, before and
  /// behind the stream, "stream state" and "--at 3": the application's executable can do it.
  /// Throws   not_in_log (`stream.missing`); types_missing; types_no_serialize; log_damaged.
  stream_aggregate(log_reader& log, std::string stream, const surroundings& around, std::string_view command,
                   std::string_view rest);

  const std::string& stream() const noexcept { return stream_; }
  std::string_view type() const noexcept { return aggregate_->facts->name; }
  timestamp first_recorded() const noexcept { return first_recorded_; }

  /// The state, as JSON, that a program had when the stream ended with that version. 0: a fresh one. It begins where a load does:
  /// with the event that closed the books last.
  /// Throws   what the aggregate's events throw: unlisted_event, unknown_event_version, decode_error, upcast_failed. log_damaged.
  std::string at(stream_version last) const;

  using watcher = std::function<void(stream_version, const std::string& event_type, const std::string& json)>;

  /// Calls `after` behind each event from `from`, not included, to `to`, with the state that it led to. The fold is that of the
  /// stream that ends with `to`.
  /// Throws   as `at` does.
  void watch(stream_version from, stream_version to, const watcher& after) const;

 private:
  using state = std::unique_ptr<void, void (*)(void*)>;

  state fresh() const { return {aggregate_->facts->create(), aggregate_->facts->destroy}; }
  std::unique_ptr<log_reader> until(stream_version last) const;

  log_reader& log_;
  std::string stream_;
  const upcasters* through_ = nullptr;
  const detail::known_aggregate* aggregate_ = nullptr;
  timestamp first_recorded_;
};

}  // namespace whence::inline v0::cli
