#include <whence/cli/run.hpp>

#include <algorithm>
#include <array>
#include <exception>
#include <memory>
#include <string_view>

#include <whence/cli/command_line.hpp>
#include <whence/cli/failure.hpp>
#include <whence/cli/flags.hpp>
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

/// Whether it does something, and prints what that was: who repeats it does that once more.
bool acts(const request& request) {
  constexpr std::array<std::string_view, 6> making_files{"backup", "restore", "export", "fork", "make-key", "prove"};
  const command& what = *request.what();
  return !request.has(flags::dry_run.name) &&
         (what.log == access::writes || std::ranges::find(making_files, what.name) != making_files.end());
}

/// `output.failed`, of what was done before.
struct unseen_result final : error {
  explicit unseen_result(const output_failed& failure)
      : error(failure.code(), next_move::operator_needed,
              {.what = failure.text().what,
               .where = failure.text().where,
               .why = failure.text().why,
               .remedy = "what was asked for is done: look for it before you repeat the command"}) {}
};

exit_code act(const request& request, surroundings& around) {
  try {
    return run_command(request, around);
  } catch (const output_failed& failure) {
    if (!acts(request)) throw;
    throw unseen_result(failure);
  }
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
    return act(request, around);
  }
  around.out->flush();
  return exit_code::done;
}

exit_code say(const error& failure, const std::vector<std::string>& words, surroundings& around) {
  diagnostic found(failure);
  found.text.remedy = as_started(around.program, found.text.remedy);
  const bool can_print = failure.code() != "output.failed";
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
