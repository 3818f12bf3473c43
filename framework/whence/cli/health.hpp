/// How a log is, with all that it depends on: one line for each thing that was looked at.
#pragma once

#include <cstdint>
#include <exception>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <whence/cli/cli_types.hpp>
#include <whence/cli/log_overview.hpp>
#include <whence/cli/surroundings.hpp>

namespace whence::inline v0::cli {

enum class health {
  well,
  warning,  ///< it works, and there is something that its owner should know
  problem,  ///< it does not work, or will not for long
  unknown,  ///< it could not be looked at
};

std::string_view name_of(health what);

struct health_check {
  std::string_view name;  ///< "disk", "projection"
  std::string of = {};    ///< which one, where there are several: "order_summary"
  health what = health::well;
  std::string found = {};                                                ///< a sentence; may have names and paths in it
  std::string remedy = {};                                               ///< what to do, if there is anything
  std::exception_ptr failure = {};                                       ///< what was thrown, if that is what is wrong
  std::vector<std::pair<std::string_view, std::uint64_t>> figures = {};  ///< what was measured
  std::string kind = {};  ///< a word for what was found that does not say whose log it is: "tmpfs"
};

/// Of the machine: the program, the file system, the disk, the clock. Opens no log.
std::vector<health_check> check_machine(const std::string& store, const surroundings& around);

/// Of the log as it was seen: whether it is whole, its -wal, its clock, its last events, its index, its read models.
/// Throws   what reading the log throws, but log_damaged.
std::vector<health_check> check_log(const log_overview& seen, log_reader& log, const surroundings& around);

}  // namespace whence::inline v0::cli
