/// A file before it has its name: made beside its place, so that it can take that name in one step, and is there whole and durable,
/// or not at all.
///
/// A draft has a name that nobody else's file has: that of the file, process, number and ".draft" (shop.backup.4182-1.draft); and a
/// lock beside it (….draft.lock). What a killed one left is known by the name and by the lock, which nobody holds: the next draft
/// for the same place removes it. No other file is ever removed or written over.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include <whence/core/files.hpp>

namespace whence::inline v0 {

/// Threads  one at a time.
/// Throws   file_error, of the file that is to be, and not of its draft.
class file_draft {
 public:
  /// Makes the draft, empty. If `to` is a link, the place is where it leads, also if nothing is there.
  /// `access`: who may do what with the file, from the beginning on, beside its owner; nothing: what the umask says.
  file_draft(files& files, const std::string& to, const std::optional<file_access>& access = {});
  /// Removes the draft, unless it has got its name.
  ~file_draft();
  file_draft(const file_draft&) = delete;
  file_draft& operator=(const file_draft&) = delete;

  /// Where it is while it is none, and SQLite's files beside it.
  const std::string& path() const noexcept { return path_; }
  /// Where it will be.
  const std::string& place() const noexcept { return place_; }
  /// The process that was making a draft for the same place when this one was begun; 0: of one that did not say; nothing: none.
  std::optional<long> rival() const noexcept { return rival_; }

  /// It gets its name, durably; then its drafts are gone. Throws file_error (`file.exists`): there is something of that name by
  /// now, which is left as it is. After a failure there is no file.
  void publish();
  /// As `publish`, and what is there of that name is replaced. After a failure it is there as it was, or `has_name`.
  void replace();
  /// It is the file of that name; where `replace` has failed, perhaps not durably.
  bool has_name() const noexcept { return has_name_; }
  /// Takes back what was published, if it is still that file: what had to come behind it failed.
  void withdraw() noexcept;

 private:
  void begin(const std::optional<file_access>& access);
  void remove_leftovers();
  void remove_if_left_over(const std::string& draft);
  bool is_free(const std::string& draft);
  void take_name(bool replacing);
  void remove_draft(const std::string& draft) noexcept;

  files& files_;
  const std::string place_;
  std::string path_;
  std::unique_ptr<file_lock> lock_;
  std::optional<long> rival_;
  bool has_name_ = false;
  std::uint64_t inode_ = 0;  // of what has got the name; 0: nothing has
};

/// Whether the name is one that drafts have.
bool is_name_of_draft(const std::string& path);

}  // namespace whence::inline v0
