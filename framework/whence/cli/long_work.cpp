#include <whence/cli/long_work.hpp>

#include <memory>
#include <string>
#include <utility>

#include <whence/cli/interruption.hpp>
#include <whence/cli/progress_line.hpp>
#include <whence/core/async.hpp>

namespace whence::inline v0::cli {

namespace {

/// Nobody may be reading what the work prints.
class heard_while_waiting {
 public:
  heard_while_waiting(output& out, std::function<void()> call) : out_(out) { out_.while_waiting(std::move(call)); }
  ~heard_while_waiting() { out_.while_waiting({}); }
  heard_while_waiting(const heard_while_waiting&) = delete;
  heard_while_waiting& operator=(const heard_while_waiting&) = delete;

 private:
  output& out_;
};

}  // namespace

std::optional<exit_code> carry_out(session& session, std::string_view unfinished,
                                   const std::function<void(std::stop_token, const report_progress&)>& work) {
  std::stop_source stop;
  const std::unique_ptr<interruption> interrupted = session.around().catch_interrupts();
  progress_line line(session.around());
  const heard_while_waiting heard(*session.around().out, [&] {
    if (interrupted->wanted()) throw operation_cancelled();
  });
  try {
    work(stop.get_token(), [&](std::string_view doing, std::uint64_t done, std::uint64_t of) {
      if (!doing.empty()) line.show(doing, done, of);
      if (interrupted->wanted()) stop.request_stop();
    });
    return std::nullopt;
  } catch (const operation_cancelled&) {
    line.clear();
    session.say("stopped before the end; " + std::string(unfinished));
    return interrupted->code();
  }
}

}  // namespace whence::inline v0::cli
