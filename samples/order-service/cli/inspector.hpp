/// `order-service whence …`: the inspector of Whence, with the shop's types.
#pragma once

#include <whence/cli/cli_types.hpp>

namespace shop {

/// Whether the command line is for the inspector.
bool is_for_inspector(int argc, char** argv) noexcept;

int run_inspector(int argc, char** argv) noexcept;

/// What it knows besides the log.
whence::cli_types inspected_types();

}  // namespace shop
