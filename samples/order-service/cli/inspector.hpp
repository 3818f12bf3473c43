/// `order-service whence …`: the inspector of Whence, with the shop's types.
#pragma once

#include <optional>

#include <whence/cli/cli_types.hpp>

namespace shop {

/// Runs it, if the command line is for it, and returns what to exit with. Options may stand before the word `whence`.
std::optional<int> run_inspector(int argc, char** argv) noexcept;

/// What it knows besides the log.
whence::cli_types inspected_types();

}  // namespace shop
