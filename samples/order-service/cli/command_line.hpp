/// Reads the command line.
#pragma once

#include <ostream>
#include <string>
#include <variant>
#include <vector>

#include <cli/failure.hpp>
#include <cli/request.hpp>

namespace shop {

/// The request, or the end: help was asked for and printed. Throws   failure: the usage is wrong.
std::variant<request, exit_code> parse_command_line(const std::vector<std::string>& arguments, std::ostream& out);

}  // namespace shop
