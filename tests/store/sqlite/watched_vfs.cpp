#include <tests/store/sqlite/watched_vfs.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstring>
#include <map>
#include <mutex>
#include <new>
#include <string_view>
#include <vector>

#include <fcntl.h>
#include <sqlite3.h>
#include <sys/stat.h>
#include <unistd.h>

namespace tests::watched_vfs {
namespace {

constexpr sqlite3_int64 page_bytes = 4096;  // the kernel's

/// What would be left of a file after a power cut.
struct durability {
  enum class state { dirty, doomed };
  struct page {
    state what;
    std::vector<char> durable;  // its bytes as they are on the disk; may be short at the end of the file
  };
  std::map<sqlite3_int64, page> pages;
  sqlite3_int64 durable_size = 0;
  // A file system cuts a file off wholly or not at all, and what is written afterwards stands in new blocks: until a sync, the
  // disk has either all of the old file, or the empty one with some of these pages.
  bool emptied = false;
  std::map<sqlite3_int64, page> pages_since;
};

struct state {
  std::optional<fault> armed;
  bool counting = false;
  bool fired = false;
  std::uint64_t calls = 0;
  std::array<std::uint64_t, 3> changes{};
  bool remembering = false;
  bool without_power = false;
  std::map<std::string, durability> files;
};

struct watch : state {
  std::mutex mutex;
};

watch& the_watch() {
  static watch only;
  return only;
}

std::optional<place> place_of(std::string_view name) {
  if (name.ends_with("-wal")) return name.ends_with(".index-wal") ? place::index : place::wal;
  if (name.ends_with(".index") || name.find(".models/") != std::string_view::npos) return place::index;
  if (name.ends_with(".db")) return place::log;
  return std::nullopt;
}

bool is_change(call what) {
  return what == call::write || what == call::sync || what == call::truncate || what == call::remove;
}

int own_error(call what) {
  switch (what) {
    case call::read: return SQLITE_IOERR_READ;
    case call::write: return SQLITE_IOERR_WRITE;
    case call::sync: return SQLITE_IOERR_FSYNC;
    case call::truncate: return SQLITE_IOERR_TRUNCATE;
    case call::size: return SQLITE_IOERR_FSTAT;
    case call::open: return SQLITE_CANTOPEN;
    case call::remove: return SQLITE_IOERR_DELETE;
  }
  return SQLITE_IOERR;
}

/// Decides about one call. Returns the manner in which it has to fail, and the error.
std::optional<std::pair<manner, int>> judge(watch& w, std::optional<place> where, call what) {
  if (w.without_power) return std::pair{manner::before, SQLITE_IOERR};
  if (!where) return std::nullopt;
  if (is_change(what)) ++w.changes[static_cast<std::size_t>(*where)];
  if (!w.counting) return std::nullopt;
  const fault asked = w.armed.value_or(fault{});
  const bool right_place = asked.where ? *asked.where == *where : *where != place::index;
  const bool right_call = asked.what ? *asked.what == what : is_change(what);
  if (!right_place || !right_call) return std::nullopt;
  ++w.calls;
  if (!w.armed || w.calls < asked.number || (w.calls > asked.number && !asked.for_good)) return std::nullopt;
  w.fired = true;
  return std::pair{asked.how, asked.no_space && what == call::write ? SQLITE_FULL : own_error(what)};
}

// --- what is durable --------------------------------------------------------------------------------------------------

struct watched_file {
  sqlite3_file base;
  std::optional<place> where;
  const char* name;
  sqlite3_file* real() { return reinterpret_cast<sqlite3_file*>(this + 1); }
};

watched_file& watched(sqlite3_file* file) { return *reinterpret_cast<watched_file*>(file); }

sqlite3_int64 size_of(sqlite3_file* real) {
  sqlite3_int64 size = 0;
  real->pMethods->xFileSize(real, &size);
  return size;
}

/// Before bytes are changed: keeps what the disk has of their pages.
void remember(watch& w, watched_file& file, sqlite3_int64 offset, sqlite3_int64 size) {
  if (!w.remembering || !file.where || *file.where == place::index || file.name == nullptr) return;
  sqlite3_file* real = file.real();
  const auto [found, is_new] = w.files.try_emplace(file.name);
  durability& kept = found->second;
  const sqlite3_int64 now = size_of(real);
  if (is_new) kept.durable_size = now;
  for (sqlite3_int64 page = offset / page_bytes; page * page_bytes < offset + size; ++page) {
    const auto [entry, fresh] = (kept.emptied ? kept.pages_since : kept.pages).try_emplace(page);
    entry->second.what = durability::state::dirty;
    if (!fresh || kept.emptied) continue;
    const sqlite3_int64 there = std::clamp<sqlite3_int64>(now - page * page_bytes, 0, page_bytes);
    entry->second.durable.resize(static_cast<std::size_t>(there));
    if (there > 0)
      real->pMethods->xRead(real, entry->second.durable.data(), static_cast<int>(there), page * page_bytes);
  }
}

void emptied(watch& w, watched_file& file) {
  if (!w.remembering || file.name == nullptr) return;
  const auto found = w.files.find(file.name);
  if (found == w.files.end()) return;
  found->second.emptied = true;
  found->second.pages_since.clear();
}

void synced(watch& w, watched_file& file, bool well) {
  if (!w.remembering || file.name == nullptr) return;
  const auto found = w.files.find(file.name);
  if (found == w.files.end()) return;
  durability& kept = found->second;
  if (well) {
    kept.durable_size = size_of(file.real());
    if (kept.emptied) kept.pages = std::move(kept.pages_since);
    kept.emptied = false;
    kept.pages_since.clear();
    std::erase_if(kept.pages, [](const auto& entry) { return entry.second.what == durability::state::dirty; });
  } else {
    for (auto& [number, page] : kept.pages) page.what = durability::state::doomed;
    for (auto& [number, page] : kept.pages_since) page.what = durability::state::doomed;
  }
}

// --- the methods of a file --------------------------------------------------------------------------------------------

int close_file(sqlite3_file* file) {
  sqlite3_file* real = watched(file).real();
  return real->pMethods != nullptr ? real->pMethods->xClose(real) : SQLITE_OK;
}

int read_file(sqlite3_file* file, void* into, int size, sqlite3_int64 offset) {
  auto& w = the_watch();
  const std::lock_guard lock(w.mutex);
  if (const auto fails = judge(w, watched(file).where, call::read)) return fails->second;
  sqlite3_file* real = watched(file).real();
  return real->pMethods->xRead(real, into, size, offset);
}

int write_file(sqlite3_file* file, const void* from, int size, sqlite3_int64 offset) {
  auto& w = the_watch();
  const std::lock_guard lock(w.mutex);
  const auto fails = judge(w, watched(file).where, call::write);
  if (fails && fails->first == manner::before) return fails->second;
  const int written = fails && fails->first == manner::half ? size / 2 : size;
  sqlite3_file* real = watched(file).real();
  remember(w, watched(file), offset, written);
  const int result = real->pMethods->xWrite(real, from, written, offset);
  return fails ? fails->second : result;
}

int truncate_file(sqlite3_file* file, sqlite3_int64 size) {
  auto& w = the_watch();
  const std::lock_guard lock(w.mutex);
  const auto fails = judge(w, watched(file).where, call::truncate);
  if (fails && fails->first != manner::after) return fails->second;
  sqlite3_file* real = watched(file).real();
  if (const sqlite3_int64 now = size_of(real); now > size) remember(w, watched(file), size, now - size);
  const int result = real->pMethods->xTruncate(real, size);
  if (size == 0) emptied(w, watched(file));
  return fails ? fails->second : result;
}

int sync_file(sqlite3_file* file, int flags) {
  auto& w = the_watch();
  const std::lock_guard lock(w.mutex);
  const auto fails = judge(w, watched(file).where, call::sync);
  if (fails && fails->first != manner::after) {
    synced(w, watched(file), false);
    return fails->second;
  }
  sqlite3_file* real = watched(file).real();
  const int result = real->pMethods->xSync(real, flags);
  synced(w, watched(file), result == SQLITE_OK);
  return fails ? fails->second : result;
}

int size_file(sqlite3_file* file, sqlite3_int64* size) {
  auto& w = the_watch();
  const std::lock_guard lock(w.mutex);
  if (const auto fails = judge(w, watched(file).where, call::size)) return fails->second;
  sqlite3_file* real = watched(file).real();
  return real->pMethods->xFileSize(real, size);
}

int lock_file(sqlite3_file* file, int level) {
  sqlite3_file* real = watched(file).real();
  return real->pMethods->xLock(real, level);
}
int unlock_file(sqlite3_file* file, int level) {
  sqlite3_file* real = watched(file).real();
  return real->pMethods->xUnlock(real, level);
}
int check_reserved_lock(sqlite3_file* file, int* out) {
  sqlite3_file* real = watched(file).real();
  return real->pMethods->xCheckReservedLock(real, out);
}
int control_file(sqlite3_file* file, int operation, void* argument) {
  sqlite3_file* real = watched(file).real();
  return real->pMethods->xFileControl(real, operation, argument);
}
int sector_size(sqlite3_file* file) {
  sqlite3_file* real = watched(file).real();
  return real->pMethods->xSectorSize(real);
}
int characteristics(sqlite3_file* file) {
  sqlite3_file* real = watched(file).real();
  return real->pMethods->xDeviceCharacteristics(real);
}
int shm_map(sqlite3_file* file, int page, int size, int extend, void volatile** out) {
  sqlite3_file* real = watched(file).real();
  return real->pMethods->xShmMap(real, page, size, extend, out);
}
int shm_lock(sqlite3_file* file, int offset, int count, int flags) {
  sqlite3_file* real = watched(file).real();
  return real->pMethods->xShmLock(real, offset, count, flags);
}
void shm_barrier(sqlite3_file* file) {
  sqlite3_file* real = watched(file).real();
  real->pMethods->xShmBarrier(real);
}
int shm_unmap(sqlite3_file* file, int remove) {
  sqlite3_file* real = watched(file).real();
  return real->pMethods->xShmUnmap(real, remove);
}

constexpr sqlite3_io_methods file_methods{
    .iVersion = 2,  // no memory-mapped reads: each read is seen
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

// --- the methods of the VFS -------------------------------------------------------------------------------------------

sqlite3_vfs* unix_vfs(sqlite3_vfs* self) { return static_cast<sqlite3_vfs*>(self->pAppData); }

int open_in_vfs(sqlite3_vfs* self, const char* name, sqlite3_file* file, int flags, int* flags_out) {
  auto& w = the_watch();
  auto* opened = new (file) watched_file{{nullptr}, name != nullptr ? place_of(name) : std::nullopt, name};
  {
    const std::lock_guard lock(w.mutex);
    if (const auto fails = judge(w, opened->where, call::open)) return fails->second;
  }
  int flags_given = flags;
  const int result = unix_vfs(self)->xOpen(unix_vfs(self), name, opened->real(), flags, &flags_given);
  if (flags_out != nullptr) *flags_out = flags_given;
  if (opened->real()->pMethods != nullptr) opened->base.pMethods = &file_methods;
  return result;
}

int remove_in_vfs(sqlite3_vfs* self, const char* name, int sync_directory) {
  auto& w = the_watch();
  const std::lock_guard lock(w.mutex);
  const auto fails = judge(w, place_of(name), call::remove);
  if (fails && fails->first != manner::after) return fails->second;
  const int result = unix_vfs(self)->xDelete(unix_vfs(self), name, sync_directory);
  return fails ? fails->second : result;
}

int access_in_vfs(sqlite3_vfs* self, const char* name, int flags, int* out) {
  return unix_vfs(self)->xAccess(unix_vfs(self), name, flags, out);
}
int full_path_in_vfs(sqlite3_vfs* self, const char* name, int size, char* out) {
  return unix_vfs(self)->xFullPathname(unix_vfs(self), name, size, out);
}
int randomness_in_vfs(sqlite3_vfs* self, int size, char* out) {
  return unix_vfs(self)->xRandomness(unix_vfs(self), size, out);
}
int sleep_in_vfs(sqlite3_vfs* self, int microseconds) { return unix_vfs(self)->xSleep(unix_vfs(self), microseconds); }
int time_in_vfs(sqlite3_vfs* self, double* out) { return unix_vfs(self)->xCurrentTime(unix_vfs(self), out); }
int last_error_in_vfs(sqlite3_vfs* self, int size, char* out) {
  return unix_vfs(self)->xGetLastError(unix_vfs(self), size, out);
}
int time64_in_vfs(sqlite3_vfs* self, sqlite3_int64* out) {
  return unix_vfs(self)->xCurrentTimeInt64(unix_vfs(self), out);
}

}  // namespace

void install() {
  static sqlite3_vfs watching{};
  {
    auto& w = the_watch();
    const std::lock_guard lock(w.mutex);
    static_cast<state&>(w) = state{};
  }
  if (watching.pAppData != nullptr) return;
  sqlite3_vfs* below = sqlite3_vfs_find("unix");
  watching = *below;
  watching.iVersion = 2;
  watching.szOsFile = static_cast<int>(sizeof(watched_file)) + below->szOsFile;
  watching.zName = "watched";
  watching.pAppData = below;
  watching.xOpen = open_in_vfs;
  watching.xDelete = remove_in_vfs;
  watching.xAccess = access_in_vfs;
  watching.xFullPathname = full_path_in_vfs;
  watching.xRandomness = randomness_in_vfs;
  watching.xSleep = sleep_in_vfs;
  watching.xCurrentTime = time_in_vfs;
  watching.xGetLastError = last_error_in_vfs;
  watching.xCurrentTimeInt64 = time64_in_vfs;
  sqlite3_vfs_register(&watching, 1);
}

void arm(const std::optional<fault>& fault) {
  auto& w = the_watch();
  const std::lock_guard lock(w.mutex);
  w.armed = fault;
  w.counting = true;
  w.fired = false;
  w.calls = 0;
}

void disarm() {
  auto& w = the_watch();
  const std::lock_guard lock(w.mutex);
  w.armed.reset();
  w.counting = false;
}

std::uint64_t calls_since_armed() {
  auto& w = the_watch();
  const std::lock_guard lock(w.mutex);
  return w.calls;
}

bool has_fired() {
  auto& w = the_watch();
  const std::lock_guard lock(w.mutex);
  return w.fired;
}

std::uint64_t changes_of(place where) {
  auto& w = the_watch();
  const std::lock_guard lock(w.mutex);
  return w.changes[static_cast<std::size_t>(where)];
}

void remember_unsynced() {
  auto& w = the_watch();
  const std::lock_guard lock(w.mutex);
  w.remembering = true;
}

void lose_unsynced(std::uint64_t seed) {
  auto& w = the_watch();
  const std::lock_guard lock(w.mutex);
  w.without_power = true;
  const bool all = seed == 0;
  const auto is_lost = [&] {
    seed = seed * 6'364'136'223'846'793'005U + 1'442'695'040'888'963'407U;
    return all || (seed >> 63U) == 0;
  };
  for (const auto& [name, kept] : w.files) {
    const int descriptor = ::open(name.c_str(), O_WRONLY | O_CLOEXEC);
    if (descriptor < 0) continue;
    const bool stays_empty = kept.emptied && !is_lost();
    const bool whole = kept.emptied && !stays_empty;
    for (const auto& [number, page] : stays_empty ? kept.pages_since : kept.pages) {
      if (!whole && !is_lost()) continue;
      std::vector<char> bytes = page.durable;
      bytes.resize(page_bytes);  // beyond what was there, a lost page reads as zeros
      [[maybe_unused]] const auto written = ::pwrite(descriptor, bytes.data(), bytes.size(), number * page_bytes);
    }
    if (!stays_empty && !kept.pages.empty()) [[maybe_unused]]
      const auto cut = ::ftruncate(descriptor, kept.durable_size);
    ::close(descriptor);
  }
}

}  // namespace tests::watched_vfs
