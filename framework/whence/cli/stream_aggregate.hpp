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
  /// The types are those of the surroundings. `command` and `rest` are what was asked for, before and behind the stream,
  /// "stream state" and "--at 3": the application's executable can do it.
  /// Throws   not_in_log (`stream.missing`); types_missing; types_no_serialize; log_damaged.
  stream_aggregate(log_reader& log, std::string stream, const surroundings& around, std::string_view command,
                   std::string_view rest);

  const std::string& stream() const noexcept { return stream_; }
  std::string_view type() const noexcept { return aggregate_->facts->name; }
  timestamp first_recorded() const noexcept { return first_recorded_; }

  /// Applies the events to the state: all of them, or those before the first that is not `wanted`. Only once.
  /// `wanted` is asked about each event before that is applied: `json` is the state that the ones before it led to.
  /// Throws   what the aggregate's events throw: unlisted_event, unknown_event_version, decode_error. log_damaged.
  detail::fold_end fold(const std::function<bool(const recorded_event&)>& wanted);
  std::string json() const { return aggregate_->encode(state_.get()); }

 private:
  log_reader& log_;
  std::string stream_;
  const detail::known_aggregate* aggregate_ = nullptr;
  std::unique_ptr<void, void (*)(void*)> state_{nullptr, nullptr};
  timestamp first_recorded_;
};

}  // namespace whence::inline v0::cli
