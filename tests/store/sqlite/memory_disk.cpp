#include <tests/store/sqlite/memory_disk.hpp>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <new>
#include <utility>

#include <sqlite3.h>

namespace tests {

using kind = disk_change::kind;
using node = memory_disk::node;

memory_disk::memory_disk(const disk_image& content) {
  for (const auto& [name, bytes] : content) {
    auto made = std::make_shared<node>();
    made->number = next_file_++;
    made->bytes = bytes;
    files_.emplace(name, std::move(made));
  }
}

memory_disk::~memory_disk() = default;

void memory_disk::note(std::uint64_t number) {
  const std::lock_guard lock(mutex);
  changes_.push_back({.what = kind::note, .offset = number});
}

void memory_disk::fail(const disk_fault& fault) {
  const std::lock_guard lock(mutex);
  fault_ = fault;
  could_fail_ = failed_ = 0;
}

std::uint64_t memory_disk::could_fail() {
  const std::lock_guard lock(mutex);
  return could_fail_;
}

std::uint64_t memory_disk::failed() {
  const std::lock_guard lock(mutex);
  return failed_;
}

int memory_disk::next_error(bool takes_room) {
  if (fault_.no_room && !takes_room) return 0;
  ++could_fail_;
  if (fault_.first == 0 || could_fail_ < fault_.first || could_fail_ - fault_.first >= fault_.count) return 0;
  ++failed_;
  return fault_.no_room ? ENOSPC : EIO;
}

std::vector<disk_change> memory_disk::changes() {
  const std::lock_guard lock(mutex);
  return changes_;
}

disk_image memory_disk::content() {
  const std::lock_guard lock(mutex);
  disk_image now;
  for (const auto& [name, file] : files_) now.emplace(name, file->bytes);
  return now;
}

std::shared_ptr<node> memory_disk::find(const std::string& name) {
  const std::lock_guard lock(mutex);
  const auto found = files_.find(name);
  return found == files_.end() ? nullptr : found->second;
}

std::shared_ptr<node> memory_disk::open(const std::string& name, bool make, bool entry_is_synced_with_it, int& error) {
  const std::lock_guard lock(mutex);
  if (const auto found = files_.find(name); found != files_.end()) return found->second;
  error = make ? next_error(true) : ENOENT;
  if (error != 0) return nullptr;
  auto made = std::make_shared<node>();
  made->number = next_file_++;
  made->entry_is_synced_with_it = entry_is_synced_with_it;
  files_.emplace(name, made);
  changes_.push_back({.what = kind::create, .file = made->number, .name = name});
  return made;
}

std::size_t memory_disk::read(const node& from, std::uint64_t offset, char* into, std::size_t size) {
  const std::lock_guard lock(mutex);
  if (offset >= from.bytes.size()) return 0;
  const std::size_t there = std::min<std::size_t>(size, from.bytes.size() - offset);
  std::memcpy(into, from.bytes.data() + offset, there);
  return there;
}

int memory_disk::write(node& to, std::uint64_t offset, const char* from, std::size_t size) {
  const std::lock_guard lock(mutex);
  const int error = to.number != 0 ? next_error(offset + size > to.bytes.size()) : 0;
  if (error != 0) size = fault_.half_done ? size / 2 : 0;
  if (size == 0) return error;
  if (to.bytes.size() < offset + size) to.bytes.resize(offset + size);
  std::memcpy(to.bytes.data() + offset, from, size);
  if (to.number != 0)
    changes_.push_back({.what = kind::write, .file = to.number, .offset = offset, .bytes = {from, size}});
  return error;
}

int memory_disk::truncate(node& what, std::uint64_t size) {
  const std::lock_guard lock(mutex);
  if (what.number == 0) return 0;
  if (const int error = next_error(false); error != 0) return error;
  what.bytes.resize(size);
  changes_.push_back({.what = kind::truncate, .file = what.number, .offset = size});
  return 0;
}

int memory_disk::sync(node& what) {
  const std::lock_guard lock(mutex);
  if (what.number == 0) return 0;
  const int error = next_error(false);
  changes_.push_back({.what = error == 0 ? kind::sync : kind::failed_sync, .file = what.number});
  if (error != 0) return error;
  if (std::exchange(what.entry_is_synced_with_it, false)) changes_.push_back({.what = kind::sync_directory});
  return 0;
}

void memory_disk::rename(const std::string& from, const std::string& to) {
  const std::lock_guard lock(mutex);
  const auto found = files_.find(from);
  if (found == files_.end()) throw whence::file_error("rename", from, ENOENT);
  if (const auto replaced = files_.find(to); replaced != files_.end()) replaced->second->removed = true;
  files_[to] = std::move(found->second);
  files_.erase(from);
  changes_.push_back({.what = kind::rename, .name = from, .new_name = to});
}

bool memory_disk::remove(const std::string& name) {
  const std::lock_guard lock(mutex);
  const auto found = files_.find(name);
  if (found == files_.end()) return false;
  found->second->removed = true;
  files_.erase(found);
  changes_.push_back({.what = kind::remove, .name = name});
  return true;
}

void memory_disk::sync_directory() {
  const std::lock_guard lock(mutex);
  changes_.push_back({.what = kind::sync_directory});
}

bool memory_disk::try_lock(const std::string& name) {
  const std::lock_guard lock(mutex);
  return !std::exchange(locked_[name], true);
}

void memory_disk::unlock(const std::string& name) {
  const std::lock_guard lock(mutex);
  locked_[name] = false;
}

std::vector<std::string> memory_disk::names() {
  const std::lock_guard lock(mutex);
  std::vector<std::string> all;
  for (const auto& [name, file] : files_) all.push_back(name);
  return all;
}

// --- the log's own files ----------------------------------------------------------------------------------------------

namespace {

class open_file_on_disk final : public whence::file {
 public:
  open_file_on_disk(std::shared_ptr<memory_disk> disk, std::shared_ptr<node> what)
      : disk_(std::move(disk)), node_(std::move(what)) {}

  std::size_t read_at(std::uint64_t offset, std::span<std::byte> into) override {
    return disk_->read(*node_, offset, reinterpret_cast<char*>(into.data()), into.size());
  }
  void write_at(std::uint64_t offset, std::span<const std::byte> bytes) override {
    fail_if(disk_->write(*node_, offset, reinterpret_cast<const char*>(bytes.data()), bytes.size()), "write");
  }
  std::uint64_t size() override {
    const std::lock_guard lock(disk_->mutex);
    return node_->bytes.size();
  }
  void sync() override { fail_if(disk_->sync(*node_), "sync"); }

 private:
  static void fail_if(int error, std::string_view doing) {
    if (error != 0) throw whence::file_error(doing, "a file", error);
  }

  const std::shared_ptr<memory_disk> disk_;
  const std::shared_ptr<node> node_;
};

class lock_on_disk final : public whence::file_lock {
 public:
  lock_on_disk(std::shared_ptr<memory_disk> disk, std::string name) : disk_(std::move(disk)), name_(std::move(name)) {}
  ~lock_on_disk() override { disk_->unlock(name_); }

 private:
  const std::shared_ptr<memory_disk> disk_;
  const std::string name_;
};

class files_on_disk final : public whence::files {
 public:
  explicit files_on_disk(std::shared_ptr<memory_disk> disk) : disk_(std::move(disk)) {}

  std::unique_ptr<whence::file> open(const std::string& path, whence::open_file how) override {
    if (how == whence::open_file::fresh && disk_->find(path)) throw whence::file_error("open", path, EEXIST);
    const bool make = how == whence::open_file::create || how == whence::open_file::fresh;
    int error = 0;
    std::shared_ptr<node> opened = disk_->open(path, make, false, error);
    if (!opened) throw whence::file_error("open", path, error);
    return std::make_unique<open_file_on_disk>(disk_, std::move(opened));
  }
  whence::lock_attempt try_lock(const std::string& path) override {
    if (!disk_->try_lock(path)) return {nullptr, 1};
    return {std::make_unique<lock_on_disk>(disk_, path), 1};
  }
  std::optional<long> lock_holder(const std::string&) override { return std::nullopt; }
  std::optional<whence::file_status> status(const std::string& path) override {
    const std::shared_ptr<node> found = disk_->find(path);
    if (!found) return std::nullopt;
    const std::lock_guard lock(disk_->mutex);
    return whence::file_status{found->bytes.size(), found->number, false};
  }
  void rename(const std::string& from, const std::string& to) override { disk_->rename(from, to); }
  bool remove(const std::string& path) override { return disk_->remove(path); }
  void make_directory(const std::string&) override {}
  void sync_directory(const std::string&) override { disk_->sync_directory(); }
  std::vector<std::string> list(const std::string&) override { return disk_->names(); }

 private:
  const std::shared_ptr<memory_disk> disk_;
};

// --- the files of SQLite ----------------------------------------------------------------------------------------------

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
  int& number = *static_cast<int*>(argument);
  if (operation == SQLITE_FCNTL_PERSIST_WAL) {
    if (number >= 0) self.keeps_wal = number;
    number = self.keeps_wal;
    return SQLITE_OK;
  }
  if (operation == SQLITE_FCNTL_HAS_MOVED) {
    const std::lock_guard lock(self.disk->mutex);
    number = self.what->removed ? 1 : 0;
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

std::shared_ptr<whence::files> memory_disk::files() { return std::make_shared<files_on_disk>(shared_from_this()); }

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
