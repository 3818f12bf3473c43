/// Brings an export into a log: what is there already is recognised, what follows is appended.
#pragma once

#include <cstdint>
#include <stop_token>
#include <string>

#include <whence/cli/export_line.hpp>
#include <whence/cli/input.hpp>
#include <whence/cli/long_work.hpp>
#include <whence/core/runtime.hpp>
#include <whence/store/log_source.hpp>

namespace whence::inline v0::cli {

struct import_options {
  std::string path;       ///< of the file
  std::string file;       ///< how it is called
  input* pipe = nullptr;  ///< read instead of the file: once, and looked at only as it comes
  bool dry_run = false;   ///< only look: nothing is made or appended
  std::stop_token stop;
};

struct import_result {
  export_begin begin;
  line_form form = line_form::events;
  std::uint64_t events = 0;    ///< of the export
  std::uint64_t there = 0;     ///< of those, in the log before
  std::uint64_t appended = 0;  ///< or to be appended, in a dry run
  std::uint64_t epoch = 0;     ///< of the log now; in a dry run, as it will be
  bool unfinished = false;     ///< another import has brought more, and has not come to its end
};

/// A file is looked at from end to end before anything is made: that it is whole, and as it was exported. `so_far` says at any time
/// what has come of it.
///
/// Throws   import_malformed, import_cut, import_altered, import_differs, import_gap, import_not_here; operation_cancelled; what
///          opening and reading a log throws. What stands before the fault may be imported then, and nothing behind it.
void import_events(const import_options& options, const log_source& log, const runtime& runtime,
                   const report_progress& report, import_result& so_far);

}  // namespace whence::inline v0::cli
