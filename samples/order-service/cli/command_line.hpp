/// Reads the command line.
#pragma once

#include <cstddef>
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

}  // namespace shop
