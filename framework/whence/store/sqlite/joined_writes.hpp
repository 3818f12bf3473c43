/// A layer over SQLite's own access to files that joins writes to the WAL which follow on each other: SQLite writes a frame in two
/// calls. Joined, they take a tenth of a commit's time less. Every other file is written as SQLite asks for it.
///
/// What was written may be in memory only until the next sync, read, lock, or anything else that is asked of the same file; the
/// order of writes stays. An error of a write is told by the next write, read, sync or truncation.
///
/// A WAL that must grow grows by 256 KiB, in zeros behind what was written, which readers take for its end: small commits are
/// synced in half the time. A full disk is no obstacle: then it grows by what it must.
///
/// Only for connections that sync each commit (synchronous=FULL): others look for a frame in the file as soon as the wal-index
/// names it. (https://www.sqlite.org/vfs.html, https://www.sqlite.org/walformat.html)
#pragma once

namespace whence::inline v0 {

/// The name to open a database with. It is registered with the first call, over what is the default at each opening.
///
/// Threads  any.
/// Throws   std::bad_alloc.
const char* joined_writes();

}  // namespace whence::inline v0
