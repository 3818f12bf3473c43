/// How the program says that something did not go: the text on stderr, and the exit code.
#pragma once

#include <exception>
#include <ostream>
#include <string>
#include <string_view>
#include <utility>

#include <whence/core/error.hpp>

namespace shop {

/// README.md has the table.
enum class exit_code : int {
  done = 0,
  answer_is_no = 1,  ///< a handler failed
  wrong_usage = 2,
  missing = 3,
  refused = 4,
  not_now = 5,
  not_trusted = 6,
  our_fault = 70,
  interrupted = 130,
  terminated = 143,
};

/// A failure of the program's own, with the code to exit with.
struct failure final : whence::error {
  failure(exit_code exit_with, std::string_view code, whence::error_text text)
      : error(code, whence::next_move::change_request, std::move(text)), exit(exit_with) {}
  exit_code exit;
};

/// Prints what happened, where, why and what to do, with the stable code last. Returns what to exit with.
int report_failure(const std::exception& fault, std::ostream& err);

}  // namespace shop
