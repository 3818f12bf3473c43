/// Commands to paste into a shell.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace shop {

/// The text as one word of a shell: in quotes if it has to be, as $'\xff.db' if a screen would not show it as it is.
std::string for_shell(std::string_view text);

/// "order-service --store shop.db show order-1".
std::string command_line_of(std::string_view store, const std::vector<std::string>& words);

/// The command line that lists the orders in the log.
std::string list_of_orders(std::string_view store);

}  // namespace shop
