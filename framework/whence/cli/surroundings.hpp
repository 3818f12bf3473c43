/// All that a command gets from outside, in one place, so that tests can replace it.
#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include <whence/cli/cli_types.hpp>
#include <whence/cli/input.hpp>
#include <whence/cli/interruption.hpp>
#include <whence/cli/machine.hpp>
#include <whence/cli/output.hpp>
#include <whence/core/runtime.hpp>
#include <whence/core/timestamp.hpp>
#include <whence/store/log_source.hpp>

namespace whence::inline v0::cli {

struct terminal_size {
  std::size_t columns = 80;
  std::size_t rows = 24;
};

/// As the terminal itself says, else COLUMNS. Throws nothing.
terminal_size size_of_terminal(int descriptor) noexcept;

struct surroundings {
  std::string program = "whence";    ///< how help and errors call it
  const cli_types* types = nullptr;  ///< what this program knows of its application; null: nothing
  output* out = nullptr;
  output* err = nullptr;
  bool in_is_terminal = false;
  bool out_is_terminal = false;
  bool err_is_terminal = false;
  terminal_size size;
  std::string directory = ".";  ///< where a store is looked for that nobody named
  std::function<std::optional<std::string>(std::string_view)> environment;
  std::function<log_source(const std::string&)> store_at;                        ///< the log at a path
  std::function<bool(const std::string&)> is_store;                              ///< whether there is a log at a path
  std::function<std::chrono::seconds(timestamp)> offset_of_local_time;           ///< from UTC, at that time
  std::function<std::optional<file_system>(const std::string&)> file_system_at;  ///< see file_system_of
  std::function<std::optional<bool>()> clock_is_kept;
  std::function<std::unique_ptr<interruption>()> catch_interrupts;
  std::function<std::string(std::size_t)> read_input;     ///< all of standard input; beyond that size usage_error
  std::function<std::optional<std::string>()> read_line;  ///< of standard input; nothing: it has ended
  std::function<std::unique_ptr<input>()> open_input;     ///< standard input, from where it stands
  whence::runtime runtime;
};

/// The process's own. The outputs must live as long.
surroundings surroundings_of_process(output& out, output& err);

}  // namespace whence::inline v0::cli
