// What SQLite asks of a disk in memory.
#include <algorithm>
#include <cerrno>
#include <cstring>
#include <new>
#include <utility>

#include <sqlite3.h>

#include <tests/store/sqlite/memory_disk.hpp>

namespace tests {
namespace {

using node = memory_disk::node;

// --- files ----------------------------------------------------------------------------------------------

struct database_file {
  sqlite3_file base;
  std::shared_ptr<memory_disk> disk;
  std::shared_ptr<node> what;
  int level = SQLITE_LOCK_NONE;
  bool read_only = false;
  int keeps_wal = 0;
  unsigned memory_shared = 0;  // bits of the slots that it holds
  unsigned memory_exclusive = 0;
};

database_file& opened(sqlite3_file* file) { return *reinterpret_cast<database_file*>(file); }

int unlock_file(sqlite3_file* file, int level) {
  database_file& self = opened(file);
  const std::lock_guard lock(self.disk->mutex);
  if (level >= self.level) return SQLITE_OK;
  for (const void** held : {&self.what->reserved, &self.what->pending, &self.what->exclusive}) {
    if (*held == file) *held = nullptr;
  }
  if (level == SQLITE_LOCK_NONE && self.level >= SQLITE_LOCK_SHARED) --self.what->shared;
  self.level = level;
  return SQLITE_OK;
}

int lock_file(sqlite3_file* file, int level) {
  database_file& self = opened(file);
  const std::lock_guard lock(self.disk->mutex);
  if (level <= self.level) return SQLITE_OK;
  if (self.read_only && level > SQLITE_LOCK_SHARED) return SQLITE_IOERR_LOCK;  // as fcntl, of a descriptor like that
  node& what = *self.what;
  const auto of_other = [file](const void* holder) { return holder != nullptr && holder != file; };
  if (self.level == SQLITE_LOCK_NONE) {
    if (of_other(what.pending) || of_other(what.exclusive)) return SQLITE_BUSY;
    ++what.shared;
    self.level = SQLITE_LOCK_SHARED;
  }
  if (level >= SQLITE_LOCK_RESERVED) {
    if (of_other(what.reserved) || of_other(what.pending)) return SQLITE_BUSY;
    what.reserved = file;
  }
  if (level == SQLITE_LOCK_EXCLUSIVE) {
    what.pending = file;
    if (what.shared > 1) return SQLITE_BUSY;
    what.exclusive = file;
  }
  self.level = std::max(self.level, level);
  return SQLITE_OK;
}

int shm_lock(sqlite3_file* file, int offset, int count, int flags) {
  database_file& self = opened(file);
  const std::lock_guard lock(self.disk->mutex);
  node& what = *self.what;
  for (int slot = offset; slot < offset + count && (flags & SQLITE_SHM_LOCK) != 0; ++slot) {
    const bool exclusive_of_other = what.memory_exclusive[slot] != nullptr && what.memory_exclusive[slot] != file;
    const int shared_of_others = what.memory_shared[slot] - static_cast<int>(self.memory_shared >> slot & 1U);
    if (exclusive_of_other || ((flags & SQLITE_SHM_EXCLUSIVE) != 0 && shared_of_others > 0)) return SQLITE_BUSY;
  }
  for (int slot = offset; slot < offset + count; ++slot) {
    const unsigned bit = 1U << slot;
    if ((flags & SQLITE_SHM_UNLOCK) != 0) {
      if ((self.memory_shared & bit) != 0) --what.memory_shared[slot];
      if ((self.memory_exclusive & bit) != 0) what.memory_exclusive[slot] = nullptr;
      self.memory_shared &= ~bit;
      self.memory_exclusive &= ~bit;
    } else if ((flags & SQLITE_SHM_SHARED) != 0) {
      if ((self.memory_shared & bit) == 0) ++what.memory_shared[slot];
      self.memory_shared |= bit;
    } else {
      what.memory_exclusive[slot] = file;
      self.memory_exclusive |= bit;
    }
  }
  return SQLITE_OK;
}

int close_file(sqlite3_file* file) {
  unlock_file(file, SQLITE_LOCK_NONE);
  shm_lock(file, 0, 8, SQLITE_SHM_UNLOCK | SQLITE_SHM_SHARED);
  opened(file).~database_file();
  return SQLITE_OK;
}

int read_file(sqlite3_file* file, void* into, int size, sqlite3_int64 offset) {
  const auto wanted = static_cast<std::size_t>(size);
  const std::size_t read =
      opened(file).disk->read(*opened(file).what, static_cast<std::uint64_t>(offset), static_cast<char*>(into), wanted);
  if (read == wanted) return SQLITE_OK;
  std::memset(static_cast<char*>(into) + read, 0, wanted - read);
  return SQLITE_IOERR_SHORT_READ;
}

int write_file(sqlite3_file* file, const void* from, int size, sqlite3_int64 offset) {
  const int error = opened(file).disk->write(*opened(file).what, static_cast<std::uint64_t>(offset),
                                             static_cast<const char*>(from), static_cast<std::size_t>(size));
  if (error == ENOSPC) return SQLITE_FULL;
  return error == 0 ? SQLITE_OK : SQLITE_IOERR_WRITE;
}

int truncate_file(sqlite3_file* file, sqlite3_int64 size) {
  const int error = opened(file).disk->truncate(*opened(file).what, static_cast<std::uint64_t>(size));
  return error == 0 ? SQLITE_OK : SQLITE_IOERR_TRUNCATE;
}

int sync_file(sqlite3_file* file, int) {
  return opened(file).disk->sync(*opened(file).what) == 0 ? SQLITE_OK : SQLITE_IOERR_FSYNC;
}

int size_file(sqlite3_file* file, sqlite3_int64* size) {
  const std::lock_guard lock(opened(file).disk->mutex);
  *size = static_cast<sqlite3_int64>(opened(file).what->bytes.size());
  return SQLITE_OK;
}

int check_reserved_lock(sqlite3_file* file, int* out) {
  const std::lock_guard lock(opened(file).disk->mutex);
  *out = opened(file).what->reserved != nullptr ? 1 : 0;
  return SQLITE_OK;
}

int control_file(sqlite3_file* file, int operation, void* argument) {
  database_file& self = opened(file);
  if (operation == SQLITE_FCNTL_PERSIST_WAL) {
    int& number = *static_cast<int*>(argument);
    if (number >= 0) self.keeps_wal = number;
    number = self.keeps_wal;
    return SQLITE_OK;
  }
  if (operation == SQLITE_FCNTL_HAS_MOVED) {
    const std::lock_guard lock(self.disk->mutex);
    *static_cast<int*>(argument) = self.what->removed ? 1 : 0;
    return SQLITE_OK;
  }
  return SQLITE_NOTFOUND;
}

int sector_size(sqlite3_file*) { return 512; }
int characteristics(sqlite3_file*) { return SQLITE_IOCAP_POWERSAFE_OVERWRITE; }

int shm_map(sqlite3_file* file, int page, int size, int extend, void volatile** out) {
  database_file& self = opened(file);
  const std::lock_guard lock(self.disk->mutex);
  auto& memory = self.what->memory;
  const auto wanted = static_cast<std::size_t>(page);
  while (extend != 0 && memory.size() <= wanted)
    memory.push_back(std::make_unique<char[]>(static_cast<std::size_t>(size)));
  *out = wanted < memory.size() ? memory[wanted].get() : nullptr;
  return SQLITE_OK;
}

void shm_barrier(sqlite3_file* file) { const std::lock_guard lock(opened(file).disk->mutex); }
int shm_unmap(sqlite3_file*, int) { return SQLITE_OK; }

constexpr sqlite3_io_methods file_methods{
    .iVersion = 2,
    .xClose = close_file,
    .xRead = read_file,
    .xWrite = write_file,
    .xTruncate = truncate_file,
    .xSync = sync_file,
    .xFileSize = size_file,
    .xLock = lock_file,
    .xUnlock = unlock_file,
    .xCheckReservedLock = check_reserved_lock,
    .xFileControl = control_file,
    .xSectorSize = sector_size,
    .xDeviceCharacteristics = characteristics,
    .xShmMap = shm_map,
    .xShmLock = shm_lock,
    .xShmBarrier = shm_barrier,
    .xShmUnmap = shm_unmap,
    .xFetch = nullptr,
    .xUnfetch = nullptr,
};

// --- the VFS ----------------------------------------------------------------------------------------------------------

struct current {
  std::mutex mutex;
  std::shared_ptr<memory_disk> disk;
};

current& the_current() {
  static current only;
  return only;
}

int open_in_vfs(sqlite3_vfs*, const char* name, sqlite3_file* file, int flags, int* flags_out) {
  file->pMethods = nullptr;
  std::shared_ptr<memory_disk> disk = memory_disk::in_use();
  const bool new_name_of_journal = (flags & (SQLITE_OPEN_WAL | SQLITE_OPEN_MAIN_JOURNAL)) != 0;
  int error = 0;
  std::shared_ptr<node> what = name != nullptr
                                   ? disk->open(name, (flags & SQLITE_OPEN_CREATE) != 0, new_name_of_journal, error)
                                   : std::make_shared<node>();
  if (!what) return SQLITE_CANTOPEN;
  auto* made = new (file) database_file{{&file_methods}, std::move(disk), std::move(what)};
  made->read_only = (flags & SQLITE_OPEN_READONLY) != 0;
  if (flags_out != nullptr) *flags_out = flags;
  return SQLITE_OK;
}

int remove_in_vfs(sqlite3_vfs*, const char* name, int sync_directory) {
  const std::shared_ptr<memory_disk> disk = memory_disk::in_use();
  if (!disk->remove(name)) return SQLITE_IOERR_DELETE_NOENT;
  if (sync_directory != 0) disk->sync_directory();
  return SQLITE_OK;
}

int access_in_vfs(sqlite3_vfs*, const char* name, int, int* out) {
  *out = memory_disk::in_use()->find(name) != nullptr ? 1 : 0;
  return SQLITE_OK;
}

int full_path_in_vfs(sqlite3_vfs*, const char* name, int size, char* out) {
  if (std::strlen(name) + 1 > static_cast<std::size_t>(size)) return SQLITE_CANTOPEN;
  std::strcpy(out, name);
  return SQLITE_OK;
}

void register_vfs() {
  static sqlite3_vfs made = [] {
    sqlite3_vfs vfs = *sqlite3_vfs_find("unix");
    vfs.iVersion = 2;
    vfs.szOsFile = static_cast<int>(sizeof(database_file));
    vfs.zName = "memory-disk";
    vfs.xOpen = open_in_vfs;
    vfs.xDelete = remove_in_vfs;
    vfs.xAccess = access_in_vfs;
    vfs.xFullPathname = full_path_in_vfs;
    return vfs;
  }();
  sqlite3_vfs_register(&made, 1);
}

}  // namespace

void memory_disk::use(const std::shared_ptr<memory_disk>& disk) {
  static const bool registered = (register_vfs(), true);
  static_cast<void>(registered);
  const std::lock_guard lock(the_current().mutex);
  the_current().disk = disk;
}

std::shared_ptr<memory_disk> memory_disk::in_use() {
  const std::lock_guard lock(the_current().mutex);
  return the_current().disk;
}

}  // namespace tests
