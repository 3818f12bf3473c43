#include <cstddef>
#include <cstring>
#include <new>
#include <utility>

#include <sqlite3.h>

#include <whence/core/detail/fault_points.hpp>
#include <whence/sql/file_layer.hpp>
#include <whence/store/sqlite/joined_writes.hpp>

namespace whence::inline v0 {
namespace {

/// SQLite's own layer writes at most 128 KiB less a byte in one call.
constexpr std::size_t buffer_bytes = 127u << 10;

/// The WAL grows by so much more than is written, in zeros, for commits of at most so much: to sync bytes that have their place
/// takes half the time of making a file longer. A larger commit would write as much again as it gains.
constexpr std::size_t room_bytes = 256u << 10;
constexpr std::size_t small_bytes = 64u << 10;
alignas(4096) constexpr char zeros[small_bytes] = {};

constexpr sqlite3_int64 unknown = -1;

struct joined_file : sqlite3_file {
  sqlite3_file* below;
  char* buffer;  // null: of a kind that is not joined
  bool makes_room;
  sqlite3_int64 offset;
  std::size_t waiting;      // so many bytes of the buffer are to be written at the offset
  std::size_t unsynced;     // bytes written since the last sync
  sqlite3_int64 room_ends;  // the size of the file, where it makes room; or unknown
  int failure;              // of a write that nobody was told of

  void write_out() noexcept {
    if (waiting == 0) return;
    const std::size_t bytes = std::exchange(waiting, 0);
    unsynced += bytes;
    if (makes_room && room_ends == unknown && below->pMethods->xFileSize(below, &room_ends) != SQLITE_OK)
      room_ends = unknown;
    if (const int result = below->pMethods->xWrite(below, buffer, static_cast<int>(bytes), offset); result != SQLITE_OK)
      failure = result;
    else if (makes_room)
      make_room(offset + static_cast<sqlite3_int64>(bytes));
  }

  /// Readers of a WAL take zeros for its end. Whether they could be written is of no interest: what must be there was written.
  void make_room(sqlite3_int64 end) noexcept {
    if (room_ends == unknown || end <= room_ends) return;
    room_ends = detail::mutant(74) ? end - 1 : end;
    if (unsynced > small_bytes) return;
    for (std::size_t made = 0; made < room_bytes; made += sizeof zeros) {
      if (below->pMethods->xWrite(below, zeros, sizeof zeros, room_ends) != SQLITE_OK) {
        room_ends = unknown;
        return;
      }
      room_ends += static_cast<sqlite3_int64>(sizeof zeros);
    }
  }
  /// Whoever is told begins anew.
  int tell() noexcept { return std::exchange(failure, SQLITE_OK); }
};

joined_file& of(sqlite3_file* file) noexcept { return *static_cast<joined_file*>(file); }

/// Calls the layer below, once what waits is written. For calls whose failure SQLite heeds.
template <auto Method, class... Arguments>
int after_writing(sqlite3_file* file, Arguments... arguments) noexcept {
  joined_file& self = of(file);
  self.write_out();
  if (const int failed = self.tell(); failed != SQLITE_OK) return failed;
  return (self.below->pMethods->*Method)(self.below, arguments...);
}

/// For calls whose result SQLite ignores, here and there: a failure of what was written is kept for one that it heeds.
template <auto Method, class... Arguments>
int beside_writing(sqlite3_file* file, Arguments... arguments) noexcept {
  joined_file& self = of(file);
  self.write_out();
  return (self.below->pMethods->*Method)(self.below, arguments...);
}

template <auto Method, class... Arguments>
int at_once(sqlite3_file* file, Arguments... arguments) noexcept {
  joined_file& self = of(file);
  return (self.below->pMethods->*Method)(self.below, arguments...);
}

int write(sqlite3_file* file, const void* bytes, int count, sqlite3_int64 offset) noexcept {
  joined_file& self = of(file);
  const auto size = static_cast<std::size_t>(count);
  const bool follows = self.waiting != 0 && offset == self.offset + static_cast<sqlite3_int64>(self.waiting) &&
                       self.waiting + size <= buffer_bytes;
  if (!follows) {
    self.write_out();
    if (const int failed = self.tell(); failed != SQLITE_OK) return failed;
    if (self.buffer == nullptr || size > buffer_bytes) {
      self.room_ends = unknown;
      return self.below->pMethods->xWrite(self.below, bytes, count, offset);
    }
    self.offset = offset;
  }
  std::memcpy(self.buffer + self.waiting, bytes, size);
  self.waiting += size;
  return SQLITE_OK;
}

int sync(sqlite3_file* file, int flags) noexcept {
  const int result = after_writing<&sqlite3_io_methods::xSync>(file, flags);
  of(file).unsynced = 0;
  return result;
}

int truncate(sqlite3_file* file, sqlite3_int64 size) noexcept {
  const int result = after_writing<&sqlite3_io_methods::xTruncate>(file, size);
  of(file).room_ends = unknown;
  return result;
}

int close(sqlite3_file* file) noexcept {
  joined_file& self = of(file);
  self.write_out();
  const int written = self.tell();
  const int closed = self.below->pMethods->xClose(self.below);
  sqlite3_free(self.buffer);
  sqlite3_free(self.below);
  return written != SQLITE_OK ? written : closed;
}

void barrier(sqlite3_file* file) noexcept {
  joined_file& self = of(file);
  self.write_out();
  self.below->pMethods->xShmBarrier(self.below);
}

constexpr sqlite3_io_methods make_methods() noexcept {
  using methods = sqlite3_io_methods;
  methods made{};
  made.iVersion = 2;  // no memory maps
  made.xClose = close;
  made.xRead = after_writing<&methods::xRead, void*, int, sqlite3_int64>;
  made.xWrite = write;
  made.xTruncate = truncate;
  made.xSync = sync;
  made.xFileSize = beside_writing<&methods::xFileSize, sqlite3_int64*>;
  made.xLock = beside_writing<&methods::xLock, int>;
  made.xUnlock = beside_writing<&methods::xUnlock, int>;
  made.xCheckReservedLock = beside_writing<&methods::xCheckReservedLock, int*>;
  made.xFileControl = beside_writing<&methods::xFileControl, int, void*>;
  made.xSectorSize = at_once<&methods::xSectorSize>;
  made.xDeviceCharacteristics = at_once<&methods::xDeviceCharacteristics>;
  made.xShmMap = beside_writing<&methods::xShmMap, int, int, int, void volatile**>;
  made.xShmLock = beside_writing<&methods::xShmLock, int, int, int>;
  made.xShmBarrier = barrier;
  made.xShmUnmap = beside_writing<&methods::xShmUnmap, int>;
  return made;
}

constexpr sqlite3_io_methods joined_methods = make_methods();

int open(sqlite3_vfs*, const char* name, sqlite3_file* file, int flags, int* flags_out) noexcept {
  joined_file& self = *new (file) joined_file{};
  const auto size = static_cast<std::size_t>(sqlite3_vfs_find(nullptr)->szOsFile);
  self.below = static_cast<sqlite3_file*>(sqlite3_malloc64(size));
  if (self.below == nullptr) return SQLITE_NOMEM;
  std::memset(self.below, 0, size);
  const int result = sql::open_by_default(name, self.below, flags, flags_out);
  if (self.below->pMethods == nullptr) {
    sqlite3_free(self.below);
    return result;  // without methods it is not open, and SQLite does not close it
  }
  // A checkpoint that a reader keeps from the WAL's end asks nothing of the database after its last page: an error of a write that
  // waited until then would be told to nobody, and the page would be forgotten with its frame. So the database is not joined.
  const bool joins = (flags & SQLITE_OPEN_WAL) != 0;
  if (joins)
    self.buffer = static_cast<char*>(sqlite3_malloc64(buffer_bytes));  // without it, each write is written at once
  self.makes_room = joins;
  self.room_ends = unknown;
  self.pMethods = &joined_methods;
  return result;
}

}  // namespace

const char* joined_writes() {
  static sqlite3_vfs vfs = sql::layer_over_default("whence-joined-writes", sizeof(joined_file), &open);
  static const int registered = sqlite3_vfs_register(&vfs, 0);
  if (registered != SQLITE_OK) throw std::bad_alloc();
  return vfs.zName;
}

}  // namespace whence::inline v0
