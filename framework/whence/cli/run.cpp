#include <whence/cli/run.hpp>

#include <exception>
#include <memory>

#include <whence/cli/command_line.hpp>
#include <whence/cli/failure.hpp>
#include <whence/cli/help.hpp>
#include <whence/cli/option_rules.hpp>
#include <whence/cli/program_name.hpp>
#include <whence/cli/run_cli.hpp>
#include <whence/cli/session.hpp>
#include <whence/cli/verdict.hpp>
#include <whence/cli/version.hpp>
#include <whence/cli/wrapped_text.hpp>

namespace whence::inline v0::cli {
namespace {

/// A fault that is none of ours by type is a bug of ours, or memory is exhausted.
struct unexpected_failure final : error {
  explicit unexpected_failure(std::string_view what)
      : error("cli.unexpected", next_move::operator_needed,
              {.what = "an unexpected fault: " + std::string(what),
               .where = {},
               .why = {},
               .remedy = "please report it, with the command and this line"}) {}
};

exit_code run_command(const request& request, surroundings& around) {
  session session(request, around);
  exit_code result = exit_code::done;
  try {
    must_have_effect(request);
    result = request.what()->run(request, session);
  } catch (const error& failure) {
    session.failed(failure);
    result = exit_code_of(failure);
  } catch (const std::exception& failure) {
    session.failed(unexpected_failure(failure.what()));
    result = exit_code::our_bug;
  }
  return session.finish(result);
}

/// Through the pager if it is longer than the screen, as all that is printed.
void print_help(const request& request, const std::string& help, surroundings& around) {
  const std::unique_ptr<pager> paged = pager_for(request, around);
  if (paged == nullptr) return around.out->write(help);
  paged->write(help);
  paged->finish();
}

exit_code run_words(const std::vector<std::string>& words, surroundings& around) {
  const request request = command_line::parse(words);
  if (request.has("--version")) {
    around.out->write(version_text(around.program, request.form()));
  } else if (request.help() != help_wanted::none || request.what() == nullptr) {
    const std::string help = request.what() == nullptr || !request.group_only().empty()
                                 ? program_help(around.program, request.group_only(), request.help())
                                 : command_help(around.program, *request.what(), request.help());
    print_help(request, around.out_is_terminal ? fitted_to(help, around.size.columns) : help, around);
  } else {
    return run_command(request, around);
  }
  around.out->flush();
  return exit_code::done;
}

exit_code say(const error& failure, const std::vector<std::string>& words, surroundings& around) {
  diagnostic found(failure);
  found.text.remedy = as_started(around.program, found.text.remedy);
  const bool can_print = dynamic_cast<const output_failed*>(&failure) == nullptr;
  if (can_print && asks_for_json(words)) {
    around.out->write(verdict_document(command_line::command_in(words), verdict::error, "null", {found}) + "\n");
    around.out->flush();
  }
  around.err->write(to_text(around.program, found, style{}, around.err_is_terminal ? around.size.columns : 0));
  around.err->flush();
  return exit_code_of(failure);
}

}  // namespace

exit_code run(const std::vector<std::string>& words, surroundings& around) noexcept {
  try {
    try {
      return run_words(words, around);
    } catch (const error& failure) {
      return say(failure, words, around);
    } catch (const std::exception& failure) {
      return say(unexpected_failure(failure.what()), words, around);
    }
  } catch (const output_closed&) {
    return exit_code::pipe_closed;
  } catch (...) {
    return exit_code::our_bug;  // not even the error could be said
  }
}

}  // namespace whence::inline v0::cli
