#include <whence/cli/run_cli.hpp>

#include <csignal>
#include <string>
#include <vector>

#include <unistd.h>

#include <whence/cli/background_failures.hpp>
#include <whence/cli/exit_code.hpp>
#include <whence/cli/output.hpp>
#include <whence/cli/run.hpp>
#include <whence/cli/store_choice.hpp>
#include <whence/cli/surroundings.hpp>
#include <whence/cli/version.hpp>
#include <whence/cli/wrapped_text.hpp>

namespace whence::inline v0 {

namespace {

int run_process(int argc, char** argv, const cli_types* types) noexcept {
  std::signal(SIGXFSZ, SIG_IGN);  // at a limit on the size of files a write fails, and that is told
  try {
    cli::descriptor_output out(STDOUT_FILENO);
    cli::descriptor_output err(STDERR_FILENO);
    cli::surroundings around = cli::surroundings_of_process(out, err);
    around.types = types;
    if (types != nullptr) around.program = types->program();
    cli::background_failures background(around.runtime.executor);
    const exit_code ended = cli::run(std::vector<std::string>(argv + (argc > 0 ? 1 : 0), argv + argc), around);
    background.tell(ended);
    return static_cast<int>(ended);
  } catch (...) {
    return static_cast<int>(exit_code::our_bug);
  }
}

}  // namespace

bool asks_for_json(const std::vector<std::string>& words) {
  std::string before;
  for (const std::string& word : words) {
    if (word == "--") return false;
    if (word == "--json" || word == "-ojson" || word == "--output=json") return true;
    if (word == "json" && (before == "-o" || before == "--output")) return true;
    before = word;
  }
  return false;
}

std::string store_to_open(const std::optional<std::string>& named, unnamed_store otherwise,
                          const line_with_store& line) {
  cli::descriptor_output out(STDOUT_FILENO);
  cli::descriptor_output err(STDERR_FILENO);
  return cli::chosen_store(named, cli::surroundings_of_process(out, err), line, otherwise);
}

std::string version_line(std::string_view program) { return cli::version_text(program, cli::output_form::table); }
std::string version_document(std::string_view program) { return cli::version_text(program, cli::output_form::json); }

std::size_t terminal_columns(int descriptor) noexcept {
  return ::isatty(descriptor) == 1 ? cli::size_of_terminal(descriptor).columns : 0;
}

std::string fitted_help(std::string_view help, std::size_t columns) {
  return columns == 0 ? std::string(help) : cli::fitted_to(help, columns);
}

int run_cli(int argc, char** argv) noexcept { return run_process(argc, argv, nullptr); }
int run_cli(int argc, char** argv, const cli_types& types) noexcept { return run_process(argc, argv, &types); }

}  // namespace whence::inline v0
