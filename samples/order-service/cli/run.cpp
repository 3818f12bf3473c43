#include <unistd.h>
#include <cli/background_failures.hpp>
#include <cli/command_line.hpp>
#include <cli/commands.hpp>
#include <cli/output_buffer.hpp>
#include <cli/run.hpp>
#include <csignal>
#include <iostream>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include <whence/cli/run_cli.hpp>

namespace shop {

namespace {

failure not_written(const terminal& terminal, std::string remedy) {
  return {exit_code::not_now,
          "output.failed",
          {.what = "the output could not be written",
           .where = "standard output",
           .why = terminal.why_not_written ? terminal.why_not_written() : std::string(),
           .remedy = std::move(remedy)}};
}

}  // namespace

int run(const std::vector<std::string>& arguments, const terminal& given) noexcept {
  request asked;  // empty until the command line is understood
  terminal terminal = given;
  std::optional<int> lost;  // what to exit with, whatever else there is to say
  try {
    const auto failures = std::make_shared<background_failures>();
    terminal.background = [failures, &terminal, &asked](const std::exception_ptr& failure) {
      if (!background_failures::print_at_once(failure, terminal.err, asked.store, terminal.err_columns))
        failures->take(failure);
    };
    terminal.lost = [&](const whence::error& loss) {
      terminal.loss->emplace(told_of_loss(loss, asked.store));
      lost = report(**terminal.loss, terminal.err, terminal.err_columns);
    };
    auto parsed = parse_command_line(arguments, terminal.out, terminal.out_columns);
    if (const auto* ended = std::get_if<exit_code>(&parsed)) {
      if (!terminal.out.flush()) throw not_written(terminal, "what was printed is incomplete: repeat the command");
      return static_cast<int>(*ended);
    }
    asked = std::move(std::get<request>(parsed));
    std::visit([&](const auto& wanted) { carry_out(wanted, asked, terminal); }, asked.command);
    if (!terminal.out.flush())
      throw not_written(terminal,
                        "what was asked for is done: look (show, report) before you repeat a command that writes");
    failures->print(terminal.err, asked.store, terminal.err_columns);
    return lost.value_or(static_cast<int>(exit_code::done));
  } catch (const std::exception& fault) {
    const failure wrong = told(fault, asked.store, asked.line);
    if (whence::asks_for_json(arguments) && terminal.out) {
      std::vector<const whence::error*> all{&wrong};
      if (*terminal.loss) all.insert(all.begin(), &**terminal.loss);
      terminal.out << whence::failure_document(command_in(arguments), all) << std::flush;
    }
    const int exit = report(wrong, terminal.err, terminal.err_columns);
    return lost.value_or(exit);
  }
}

int run(int argc, char** argv) noexcept {
  std::signal(SIGXFSZ, SIG_IGN);  // at a limit on the size of files a write fails, and that is told
  output_buffer buffer(STDOUT_FILENO);
  std::ostream out(&buffer);
  std::ostream* const tied_before = std::cerr.tie(&out);  // what is told of a result stands behind it
  const int exit = run({argv + 1, argv + argc}, {.out = out,
                                                 .err = std::cerr,
                                                 .out_columns = whence::terminal_columns(STDOUT_FILENO),
                                                 .err_columns = whence::terminal_columns(STDERR_FILENO),
                                                 .why_not_written = [&buffer] { return buffer.why_it_failed(); }});
  std::cerr.tie(tied_before);
  return exit;
}

}  // namespace shop
