/// How the program says that something did not go: the text on stderr, and the exit code.
#pragma once

#include <cstddef>
#include <exception>
#include <optional>
#include <ostream>
#include <string>
#include <string_view>
#include <utility>

#include <whence/cli/exit_code.hpp>
#include <whence/core/error.hpp>

namespace shop {

using whence::exit_code;

/// A failure of the program's own, with the code to exit with. README.md has the table.
struct failure final : whence::error {
  failure(exit_code exit_with, std::string_view code, whence::error_text text)
      : error(code, whence::next_move::change_request, std::move(text)), exit(exit_with) {}
  exit_code exit;
};

/// A fault of the storage in the middle of a long run, told with how far that has come: "invoice 536365". Nothing if it is
/// another fault.
std::optional<failure> stopped_at(const std::string& place, const whence::error& fault, const std::string& store);

/// What people are to read of a fault: what happened, where, why and, if a command can help, that command. `store` is the log
/// that was worked on; empty if none was named yet. `line` is the command line of one that writes, if it is advised to repeat it.
failure told(const std::exception& fault, const std::string& store = {}, const std::string& line = {});

/// The same of a log that is not whole, of which what is intact is shown all the same.
failure told_of_loss(const whence::error& loss, const std::string& store);

/// What cannot be written, for the folder that it should stand in is not there.
failure no_folder(const std::string& folder, const whence::error& fault);

/// `, "diagnostics": […]` of a document that is shown all the same; nothing if all is well.
std::string diagnostics_member(const std::optional<failure>& loss);

/// Prints that, with the stable code last; `columns` are those of a terminal, 0: it is none. Returns what to exit with.
int report(const failure& told, std::ostream& err, std::size_t columns);

}  // namespace shop
