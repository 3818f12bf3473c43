/// What Whence needs of the file system apart from SQLite. Replaceable: simulation brings its own.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <whence/core/error.hpp>

namespace whence::inline v0 {

/// The system refused something. The code is `file.missing`, `exists`, `no_space`, `no_permission`, `read_only`,
/// `too_large`, `too_many_open`, `name_too_long`, `not_a_directory` or `is_a_directory`, else `file.io`.
struct file_error final : error {
  /// `doing` as in "cannot <doing> <path>".
  file_error(std::string_view doing, std::string path, int system_code);
  std::string path;
  int system_code;  ///< errno
};

/// Who may do what with a file, beside the user that it belongs to.
struct file_access {
  unsigned mode = 0644;             ///< the nine bits
  std::optional<unsigned> group{};  ///< for which the three in the middle are; nothing: that of who makes it
};

/// An open file. Threads: any, as far as the ranges differ.
class file {
 public:
  virtual ~file() = default;

  /// Fills `into` from `offset` on. Returns how many bytes there were; fewer only at the end of the file.
  virtual std::size_t read_at(std::uint64_t offset, std::span<std::byte> into) = 0;
  /// Writes all of it. Durable after `sync`.
  virtual void write_at(std::uint64_t offset, std::span<const std::byte> bytes) = 0;
  virtual std::uint64_t size() = 0;
  /// What stands behind `size` is gone. Durable after `sync`. Throws file_error (`file.no_permission`): it may only grow.
  virtual void cut(std::uint64_t size) = 0;
  /// What was written is on the disk. After a failure nobody knows, and a second try says nothing: reopen and read.
  virtual void sync() = 0;
};

enum class open_file {
  read,    ///< must exist; a pipe is read from its beginning on, and is not waited for if nobody writes to it
  write,   ///< must exist; for reading too; as the rest, of a pipe it throws `file.exists`, and waits for nobody
  create,  ///< made if missing (mode 0644 within the umask); for reading too
  fresh,   ///< must not exist yet; for reading too
  append,  ///< as `create`; what is written goes to the end, wherever that is by then: also where a file may only grow (chattr +a)
};

/// Holds a lock on a file until it is destroyed. The system releases it as well when the process ends, however it ends.
class file_lock {
 public:
  virtual ~file_lock() = default;
};

struct lock_attempt {
  std::unique_ptr<file_lock> lock;  ///< null: somebody else holds it
  long holder_pid = 0;              ///< of the holder then; 0 if it has not written it yet
};

struct file_status {
  std::uint64_t size = 0;
  std::uint64_t inode = 0;
  bool directory = false;
  bool regular = true;  ///< false also of a pipe, a socket, a device
  file_access access{};
  /// When the file was made, in nanoseconds since 1970, by the clock of then. It stays when the file is renamed or written, and no
  /// copy has it. 0: the file system does not say.
  std::uint64_t made_at = 0;
};

/// Threads: any. Throws: file_error.
class files {
 public:
  virtual ~files() = default;

  virtual std::unique_ptr<file> open(const std::string& path, open_file how) = 0;
  /// Makes a file that must not exist yet, for its owner and those who `access` says, whatever the umask is. Nobody opens it
  /// before.
  /// Where this user may not give it to that group, all others get what both the group and the others may.
  virtual std::unique_ptr<file> make(const std::string& path, const file_access& /*access*/) {
    return open(path, open_file::fresh);
  }

  /// Tries to lock the file (flock), which is made if missing, and writes this process's id into it. Never waits.
  /// The file stays when the lock is let go: removing it would let two hold "the" lock.
  /// Throws   file_error (`file.exists`): there is a file that is no lock. It was left as it is.
  virtual lock_attempt try_lock(const std::string& path) = 0;

  /// The process that holds the lock, without touching it: whoever only looks must never be why a lock is refused. Nothing if
  /// nobody holds it. Sees the processes of this system that this one may see, not those of another machine or container.
  virtual std::optional<long> lock_holder(const std::string& path) = 0;

  /// Nothing if there is nothing of that name. Never opens the file.
  virtual std::optional<file_status> status(const std::string& path) = 0;

  /// How many bytes this user may still take of the disk that has the path; nothing: who knows. Never opens the file.
  virtual std::optional<std::uint64_t> free_bytes(const std::string& /*path*/) { return std::nullopt; }

  /// Replaces what `to` names, atomically. Durable after the directory is synced.
  virtual void rename(const std::string& from, const std::string& to) = 0;
  /// As `rename`, but throws file_error (`file.exists`) if `to` names something, a link that leads nowhere too. Who looks first
  /// cannot know that. Of a file system that has neither RENAME_NOREPLACE nor links, the system's error is told.
  virtual void rename_to_free(const std::string& from, const std::string& to) = 0;
  /// False if there was nothing. Removes files and empty directories.
  virtual bool remove(const std::string& path) = 0;
  /// One level; an existing directory is fine.
  virtual void make_directory(const std::string& path) = 0;
  /// The same; one that is made is entered by those who may read, and what is made in it later is that group's as well.
  virtual void make_directory_for(const std::string& path, const file_access& /*access*/) { make_directory(path); }
  /// Where a file of this name is, or would be made: behind the links that its last part is. Throws file_error: there is no end.
  virtual std::string behind_links(const std::string& path) { return path; }
  /// Makes creations, renames and removals in it durable.
  virtual void sync_directory(const std::string& path) = 0;
  /// The names in a directory, sorted, without "." and "..".
  virtual std::vector<std::string> list(const std::string& directory) = 0;

  /// The whole content. Nothing if there is no such file. Throws file_error (`file.too_large`) beyond `limit`.
  std::optional<std::string> read_whole(const std::string& path, std::size_t limit);

  /// Replaces the file whole, or leaves nothing behind: it has the old content or the new, also after a crash; durable on return.
  /// Who may read it stays the same. See file_draft.hpp.
  void replace(const std::string& path, std::string_view content);
};

/// The system's.
std::shared_ptr<files> system_files();

/// Whom the file is for: what is made of it is for the same. Nothing: it is not there.
std::optional<file_access> access_of(files& files, const std::string& path);

/// Makes an empty file for those who `access` says, before SQLite would make it for all. Nothing is done to one that is there, and
/// nothing where `access` is nothing.
void make_if_missing(files& files, const std::string& path, const std::optional<file_access>& access);

/// The directory part of a path: "." if it has none.
std::string directory_of(const std::string& path);

}  // namespace whence::inline v0
