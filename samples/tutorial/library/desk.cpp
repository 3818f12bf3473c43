#include <iostream>
#include <string>
#include <vector>

#include <whence/cli/cli_types.hpp>
#include <whence/cli/exit_code.hpp>
#include <whence/cli/run_cli.hpp>

#include "loans.hpp"

static int tell(const whence::command_outcome& outcome) {
  const whence::rejected* refused = outcome.rejection();
  if (refused != nullptr) std::cerr << "desk: " << refused->message << '\n';
  return refused != nullptr ? 4 : 0;
}

static int write(const std::vector<std::string>& words) {
  auto app = whence::application::on(whence::sqlite("library.db")).aggregate<Book>().projection<Loans>().start();
  const whence::id<Book> book{words[1]};
  return words[0] == "lend" ? tell(app.send<Lend>(book, words[2]).get()) : tell(app.send<Return>(book).get());
}

static int show_loans() {
  const auto library = whence::visitor::to(whence::sqlite("library.db")).projection<Loans>().open();
  library.model<Loans>().read([](whence::sql::database& db) {
    auto rows = db.prepare("SELECT book, reader FROM loans ORDER BY book");
    while (rows.step()) std::cout << rows.text(0) << ": " << rows.text(1) << '\n';
  });
  return 0;
}

int main(int count, char** arguments) {
  const std::vector<std::string> words(arguments + 1, arguments + count);
  const std::string verb = words.empty() ? "" : words[0];
  if (verb == "whence") {  // all that `whence` can do, and what needs the program's own types
    const auto types = whence::cli_types("desk whence").aggregate<Book>().projection<Loans>();
    return whence::run_cli(count - 1, arguments + 1, types);
  }
  try {
    if ((verb == "lend" && count == 4) || (verb == "return" && count == 3)) return write(words);
    if (verb == "loans" && count == 2) return show_loans();
    std::cerr << "desk lend BOOK READER | desk return BOOK | desk loans\n";
    return 2;
  } catch (const whence::error& fault) {
    std::cerr << whence::failure_text("desk", fault);
    return static_cast<int>(whence::exit_code_of(fault));
  }
}
