/// The files of a log as they were before a repair, under a name of their own.
#pragma once

#include <cstdint>
#include <string>

#include <whence/core/files.hpp>
#include <whence/core/timestamp.hpp>
#include <whence/store/sqlite/format.hpp>

namespace whence::inline v0 {

/// Copies the database, its WAL and the witness, durably: `shop.db.before-repair-20260127T103000Z`, which can be opened as the log
/// that it was. No connection of this process has the log open. What an earlier attempt left halfway is replaced. Returns the name.
/// Throws   file_error: then there is none.
std::string keep_copy(files& files, const log_paths& paths, timestamp now);

/// Takes it back, of a repair that has changed nothing; as far as it can be: what stays is whole, or no log.
void remove_copy(files& files, const std::string& name) noexcept;

/// How large such a copy is.
std::uint64_t bytes_of_copy(files& files, const log_paths& paths);

/// Gives a file the owner and the rights of another one, as far as this user may: what is copied is no more readable than it was.
void own_like(const std::string& path, const std::string& original);

}  // namespace whence::inline v0
