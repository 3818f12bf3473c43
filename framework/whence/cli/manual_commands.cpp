#include <whence/cli/manual_commands.hpp>

#include <algorithm>
#include <iterator>
#include <string>
#include <string_view>
#include <vector>

#include <whence/cli/completion.hpp>
#include <whence/cli/completion_script.hpp>
#include <whence/cli/failure.hpp>
#include <whence/cli/man_page.hpp>
#include <whence/cli/named_command.hpp>
#include <whence/cli/program_name.hpp>
#include <whence/cli/request.hpp>
#include <whence/cli/session.hpp>

namespace whence::inline v0::cli {
namespace {

exit_code print_manual(const request& request, session& session) {
  const std::vector<std::string>& words = request.arguments();
  manual_subject subject;
  if (!words.empty()) {
    const named_command found = command_named(words, [&](std::size_t place, const std::string& meant) {
      std::string line = "whence man";
      for (std::size_t i = 0; i < words.size(); ++i) line += " " + shell_word(i == place ? meant : words[i]);
      return line;
    });
    if (found.words < words.size()) {
      throw usage_error("argument", "`man` has no place for \"" + words[found.words] + "\"", "whence man --help");
    }
    subject.group = found.group_only;
    if (subject.group.empty()) subject.what = found.what;
  }
  session.print(session.form() == output_form::markdown ? markdown_manual(session.program(), subject)
                                                        : man_page(session.program(), subject));
  return exit_code::done;
}

constexpr std::string_view shells[] = {"bash", "zsh", "fish"};

exit_code print_completion(const request& request, session& session) {
  const auto found = std::find(std::begin(shells), std::end(shells), request.argument());
  if (found == std::end(shells)) {
    throw not_known({.reason = "value",
                     .what = "there is no completion for \"" + request.argument() + "\"",
                     .word = request.argument(),
                     .known = {std::begin(shells), std::end(shells)},
                     .remedy = "there are: bash, zsh, fish"},
                    [](const std::string& meant) { return "whence completion " + meant; });
  }
  session.print(completion_script(static_cast<shell>(found - std::begin(shells)), session.program()));
  return exit_code::done;
}

exit_code print_candidates(const request& request, session& session) {
  for (const candidate& one : completions(request.arguments(), session.around())) {
    session.print(one.word + (one.text.empty() ? "" : "\t" + one.text) + "\n");
  }
  return exit_code::done;
}

constexpr output_form man_forms[] = {output_form::table, output_form::markdown};
constexpr example man_examples[] = {
    {"whence man | man -l -", "the whole manual"},
    {"whence man event list | man -l -", "of one command"},
    {"whence man -o markdown", "the same as a web page"},
};
constexpr example completion_examples[] = {
    {"whence completion bash", "source <(…) in ~/.bashrc"},
    {"whence completion zsh", "source <(command …) in ~/.zshrc"},
    {"whence completion fish", "… | source in config.fish"},
};

constexpr command rows[] = {
    {.name = "man",
     .argument = "[COMMAND…]",
     .argument_by = completes::command_name,
     .summary = "print the manual",
     .text =
         "A man page, of the whole program, of a group of commands, or of one command; with -o markdown the same as "
         "Markdown. It says what --help says: both come from one table.",
     .examples = man_examples,
     .forms = man_forms,
     .log = access::none,
     .run = &print_manual},
    {.name = "completion",
     .argument = "SHELL",
     .argument_choices = shells,
     .summary = "print the completion for a shell: bash, zsh or fish",
     .text =
         "A script for the shell to source. It completes commands, options and their values, and from the log the "
         "names of streams and types.\n"
         "zsh and ksh have a builtin called whence. In zsh the script switches it off, so that the program is found; "
         "`env whence` finds it in every shell.",
     .examples = completion_examples,
     .forms = text_only,
     .log = access::none,
     .run = &print_completion},
    {.name = "__complete",
     .argument = "[WORD…]",
     .summary = "print what can come next: a word, a tab, what it is",
     .forms = text_only,
     .log = access::none,
     .hidden = true,
     .run = &print_candidates},
};

}  // namespace

std::span<const command> manual_commands() { return rows; }

}  // namespace whence::inline v0::cli
