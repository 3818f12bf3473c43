/// Reads the command line.
#pragma once

#include <cstddef>
#include <optional>
#include <ostream>
#include <string>
#include <variant>
#include <vector>

#include <cli/failure.hpp>
#include <cli/request.hpp>

namespace shop {

/// The request, or the end: help was asked for, or nothing at all, and it was printed, fitted to a terminal of so many columns
/// (0: there is none). Throws   failure: the usage is wrong.
std::variant<request, exit_code> parse_command_line(const std::vector<std::string>& arguments, std::ostream& out,
                                                    std::size_t columns = 0);

/// The command that the words name, wrong as they may be elsewhere; empty if they name none that there is.
std::string command_in(const std::vector<std::string>& arguments);

/// Where the word `whence` stands, behind options at most: what is behind it is for the inspector. Nothing: it is not for it.
std::optional<std::size_t> inspector_in(const std::vector<std::string>& arguments);

}  // namespace shop
