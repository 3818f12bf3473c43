/// The place where an archive is to be made: whether it is free, and may be used.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include <whence/core/files.hpp>
#include <whence/store/sqlite/archive/archive_file.hpp>
#include <whence/store/sqlite/format.hpp>

namespace whence::inline v0 {

/// What an archive is called until all of it is on the disk.
std::string partial_of(const std::string& archive);

/// Beside the log, under the archive's number, or the next that is free. An archive of before a repair, or a restore, may have it:
/// that is nobody's any more, or another log's.
std::string free_place(files& files, const log_paths& log, const std::vector<archive_row>& archives,
                       std::uint64_t number);

/// Whether the archive with that name in the log would be made at that place: so it is that one.
bool is_at(const std::string& name, files& files, const log_paths& log, const std::string& place);

/// Nothing is written. Throws log_name_taken; file_error: there is no folder, this user may make nothing in it, the place is taken,
/// or has the name of one of the log's archives, also if there is no such file; or what stands at `partial_of` is none that an
/// attempt of this log left.
void must_be_free(files& files, const log_paths& log, const log_id& id, const std::vector<archive_row>& archives,
                  const std::string& place);

}  // namespace whence::inline v0
