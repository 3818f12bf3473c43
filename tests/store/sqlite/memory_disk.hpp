/// A disk in memory: all that SQLite and a log ask of the system, for a whole process, and each change of it in its order. What a
/// power cut after any of these changes would leave is in power_cut.hpp.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include <whence/core/files.hpp>

namespace tests {

/// Names and contents. Of equal images the files have equal numbers: 1, 2, … in the order of their names.
using disk_image = std::map<std::string, std::string>;

/// A change, as it was asked for; or a note of the test's between them.
struct disk_change {
  enum class kind { create, write, truncate, sync, failed_sync, rename, remove, sync_directory, note };
  kind what;
  std::uint64_t file = 0;    ///< its number
  std::uint64_t offset = 0;  ///< of a write; the new size; what is noted
  std::string bytes{};       ///< that are written
  std::string name{};        ///< of the file, or what it was
  std::string new_name{};
};

/// Which of the changes fail.
struct disk_fault {
  std::uint64_t first = 0;  ///< the first of those that can, from 1; 0: none
  std::uint64_t count = 1;
  bool no_room =
      false;  ///< what makes a file, or makes it longer, fails with ENOSPC; else, with EIO, all that changes or syncs something
  bool half_done = false;  ///< of a write that fails, the first half is done
};

/// Threads  any.
class memory_disk : public std::enable_shared_from_this<memory_disk> {
 public:
  struct node;

  explicit memory_disk(const disk_image& content);
  ~memory_disk();

  /// From now on each database that is opened stands on this one. Those that are open stay where they are.
  static void use(const std::shared_ptr<memory_disk>& disk);
  static std::shared_ptr<memory_disk> in_use();

  std::shared_ptr<whence::files> files();

  void note(std::uint64_t number);

  /// From now on.
  void fail(const disk_fault& fault);
  /// How many changes could have failed since, and how many have.
  std::uint64_t could_fail();
  std::uint64_t failed();

  /// What makes a file longer than all files together may be fails with ENOSPC.
  void limit(std::uint64_t bytes);
  /// How many bytes it has room for; nothing: without a limit.
  std::optional<std::uint64_t> free_bytes();

  /// All changes since the beginning.
  std::vector<disk_change> changes();
  disk_image content();

  // What the VFS and the files stand on. Numbers that are returned: 0, or an error of the system.
  std::shared_ptr<node> find(const std::string& name);
  std::shared_ptr<node> open(const std::string& name, bool make, bool entry_is_synced_with_it, int& error);
  std::size_t read(const node& from, std::uint64_t offset, char* into, std::size_t size);
  int write(node& to, std::uint64_t offset, const char* from, std::size_t size);
  int truncate(node& what, std::uint64_t size);
  int sync(node& what);
  void rename(const std::string& from, const std::string& to);
  bool remove(const std::string& name);
  void sync_directory();
  bool try_lock(const std::string& name);
  void unlock(const std::string& name);
  std::vector<std::string> names();

  std::mutex mutex;  ///< of locks and shared memory too

 private:
  int next_error(bool takes_room);
  std::uint64_t used() const;

  std::map<std::string, std::shared_ptr<node>> files_;
  std::map<std::string, bool> locked_;
  std::uint64_t next_file_ = 1;
  std::vector<disk_change> changes_;
  disk_fault fault_;
  std::uint64_t could_fail_ = 0;
  std::uint64_t failed_ = 0;
  std::optional<std::uint64_t> limit_;
};

/// What a name stands for. It lives on while it is open, also when it is removed.
struct memory_disk::node {
  std::uint64_t number = 0;
  std::string bytes;
  bool entry_is_synced_with_it = false;  // its next sync makes its name durable too, as SQLite does with a new WAL
  bool removed = false;

  // Of SQLite: locks of the database, and the memory that its connections share.
  int shared = 0;
  const void* reserved = nullptr;
  const void* pending = nullptr;
  const void* exclusive = nullptr;
  std::vector<std::unique_ptr<char[]>> memory;
  int memory_shared[8] = {};
  const void* memory_exclusive[8] = {};
};

}  // namespace tests
