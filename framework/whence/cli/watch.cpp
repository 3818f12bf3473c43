#include <whence/cli/watch.hpp>

#include <chrono>
#include <memory>
#include <string>

#include <whence/cli/failure.hpp>
#include <whence/cli/interruption.hpp>
#include <whence/cli/time_text.hpp>

namespace whence::inline v0::cli {

exit_code draw_or_watch(const request& request, session& session,
                        const std::function<std::optional<exit_code>()>& draw) {
  const std::optional<std::string> every = request.value("--watch");
  if (!every) return draw().value_or(exit_code::done);

  constexpr std::chrono::milliseconds least{100};
  const std::chrono::milliseconds pause = duration_from("--watch", *every);
  if (pause < least) throw usage_error("value", "--watch cannot be \"" + *every + "\"", "give 100ms or more");
  if (session.form() != output_form::table && session.form() != output_form::jsonl) {
    throw usage_error("value", "--watch has no end, and -o " + std::string(name_of(session.form())) + " needs one",
                      "choose -o table or -o jsonl");
  }
  const std::unique_ptr<interruption> interrupted = session.around().catch_interrupts();
  std::optional<exit_code> end;
  do {
    session.redraw([&] { end = draw(); });
    if (end) return *end;
  } while (interrupted->wait(pause));
  return interrupted->code() == exit_code::terminated ? exit_code::terminated : exit_code::done;
}

}  // namespace whence::inline v0::cli
