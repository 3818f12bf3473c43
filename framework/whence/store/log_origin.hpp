/// Whether a log is a copy: what was made of its files by `cp`, and not by `back_up`.
#pragma once

#include <string>

#include <whence/core/files.hpp>

namespace whence::inline v0 {

/// Whether the file at the path is another one than who wrote the log last had open, as the log's witness notes it: it was copied
/// (cp, rsync, tar, mv to another file system), and nobody has written it since. A file that was renamed is the same file.
///
/// False also where that is not known: there is no witness, or none that a writer of this version has opened; the file system does
/// not say when a file was made. Nor is a copy known by this once it was opened for writing: from then on it is a log like the
/// other.
///
/// Throws   file_error.
bool is_copied_file(files& files, const std::string& path);

}  // namespace whence::inline v0
