/// What can be wrong with an export, and with importing one.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include <whence/core/error.hpp>
#include <whence/core/position.hpp>
#include <whence/store/append_outcome.hpp>

namespace whence::inline v0::cli {

/// `export.malformed`: a line of it is none of an export, or an event that cannot follow those before it.
struct import_malformed final : error {
  import_malformed(const std::string& file, std::uint64_t line, std::string why);
};

/// `export.malformed`: it is packed by gzip, as the help of `export` shows it.
struct import_compressed final : error {
  explicit import_compressed(const std::string& file);
};

/// `export.cut`: the export has no end.
struct import_cut final : error {
  import_cut(const std::string& file, std::uint64_t lines);
};

/// `export.altered`: it has an end, which does not belong to these lines.
struct import_altered final : error {
  import_altered(const std::string& file, std::string why);
};

/// `append.not_written`, `append.closed`, `append.unknown`: the log's files could not be written.
struct import_interrupted final : error {
  import_interrupted(std::string_view code, const std::string& log, storage_fault cause, std::string why);
};

/// `export.differs`: the log has another event there, or is another log.
struct import_differs final : error {
  import_differs(const std::string& log, std::string what, std::string why);
};

/// `export.gap`: the export goes on behind events that the log does not have.
struct import_gap final : error {
  import_gap(const std::string& log, global_position first, global_position head);
};

/// `export.not_here`: this log takes no import.
struct import_not_here final : error {
  explicit import_not_here(const std::string& log);
};

}  // namespace whence::inline v0::cli
