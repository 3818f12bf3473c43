/// Texts of cells: for people as they asked for them, exact for programs.
#pragma once

#include <chrono>
#include <functional>
#include <string>

#include <whence/cli/command.hpp>
#include <whence/core/timestamp.hpp>
#include <whence/core/uuid.hpp>

namespace whence::inline v0::cli {

enum class time_form { utc, local, relative };  // as flags::time_choices

struct cell_style {
  output_form form = output_form::table;
  bool on_terminal = false;
  time_form times = time_form::utc;
  timestamp now{};
  std::function<std::chrono::seconds(timestamp)> offset;  ///< of local time from UTC

  /// For programs: nothing is put together for people to read.
  bool exact() const noexcept { return form != output_form::table && form != output_form::markdown; }
  /// Numbers and times are exact but in tables.
  bool rounds() const noexcept { return form == output_form::table; }
  std::string time(timestamp time) const;
  /// On a terminal the end of an id is enough to find it again; a pipe gets all of it.
  std::string id(const uuid& id) const;
};

}  // namespace whence::inline v0::cli
