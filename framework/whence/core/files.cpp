#include <whence/core/files.hpp>

#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <system_error>
#include <utility>

#include <whence/core/detail/mode_of_file.hpp>
#include <whence/core/file_draft.hpp>

namespace whence::inline v0 {
namespace {

struct verdict {
  std::string_view code;
  next_move next;
  std::string_view remedy;
};

verdict judge(int system_code) {
  switch (system_code) {
    case ENOENT: return {"file.missing", next_move::change_request, "look at the path"};
    case EEXIST:
    case ENOTEMPTY: return {"file.exists", next_move::change_request, "choose another path"};
    case ENAMETOOLONG: return {"file.name_too_long", next_move::change_request, "choose a shorter name"};
    case EISDIR: return {"file.is_a_directory", next_move::change_request, "name a file"};
    case ELOOP: return {"file.link_loop", next_move::change_request, "name the file that the link should lead to"};
    case ENOTDIR: return {"file.not_a_directory", next_move::change_request, "look at the path"};
    case ENOSPC:
    case EDQUOT: return {"file.no_space", next_move::retry, "free space on that file system, then try again"};
    case EFBIG: return {"file.too_large", next_move::operator_needed, "raise the limit on file sizes (ulimit -f)"};
    case EMFILE:
    case ENFILE: return {"file.too_many_open", next_move::retry, "raise the limit on open files (ulimit -n)"};
    case EACCES:
    case EPERM: return {"file.no_permission", next_move::operator_needed, "give this user the right to the path"};
    case EROFS:
      return {"file.read_only", next_move::operator_needed, "copy what you need to a disk that can be written"};
    default: return {"file.io", next_move::operator_needed, "dmesg | tail\n# look for what it says of the disk"};
  }
}

[[noreturn]] void fail(std::string_view doing, const std::string& path) { throw file_error(doing, path, errno); }

/// Calls again what a signal interrupted.
template <class Call>
auto uninterrupted(Call call) {
  for (;;) {
    const auto result = call();
    if (result != -1 || errno != EINTR) return result;
  }
}

/// Owns a file descriptor.
class descriptor {
 public:
  explicit descriptor(int number) noexcept : number_(number) {}
  descriptor(descriptor&& other) noexcept : number_(std::exchange(other.number_, -1)) {}
  descriptor& operator=(descriptor&&) = delete;
  ~descriptor() {
    if (number_ >= 0) ::close(number_);
  }
  int number() const noexcept { return number_; }

 private:
  int number_;
};

descriptor open_descriptor(const std::string& path, int flags, std::string_view doing) {
  descriptor opened(uninterrupted([&] { return ::open(path.c_str(), flags | O_CLOEXEC, 0644); }));
  if (opened.number() < 0) fail(doing, path);
  return opened;
}

/// Whoever opens a pipe would wait for its other end, and what is written to one is nowhere.
void must_be_no_pipe(int number, const std::string& path) {
  struct stat found{};
  if (::fstat(number, &found) != 0) fail("look at", path);
  if (S_ISFIFO(found.st_mode)) throw file_error("write to a pipe,", path, EEXIST);
}

/// Before that it is its owner's alone.
void give_to(const file_access& access, int number, const std::string& path, unsigned also = 0) {
  unsigned mode = access.mode;
  struct stat made{};
  if (::fstat(number, &made) != 0) fail("look at", path);
  if (access.group && made.st_gid != *access.group && ::fchown(number, static_cast<uid_t>(-1), *access.group) != 0) {
    mode = detail::mode_for_any_group(mode);
    also = 0;
  }
  if (::fchmod(number, static_cast<mode_t>(mode | also)) != 0) fail("set who may read", path);
}

class system_file final : public file {
 public:
  system_file(descriptor opened, std::string path) : descriptor_(std::move(opened)), path_(std::move(path)) {}

  std::size_t read_at(std::uint64_t offset, std::span<std::byte> into) override {
    std::size_t done = 0;
    while (done < into.size()) {
      ssize_t got = uninterrupted([&] {
        return ::pread(descriptor_.number(), into.data() + done, into.size() - done, static_cast<off_t>(offset + done));
      });
      // A pipe has no places. It can be read from its beginning to its end.
      if (got < 0 && errno == ESPIPE && offset + done == read_of_pipe_) {
        got = uninterrupted([&] { return ::read(descriptor_.number(), into.data() + done, into.size() - done); });
        read_of_pipe_ += got > 0 ? static_cast<std::uint64_t>(got) : 0;
      }
      if (got < 0) fail("read", path_);
      if (got == 0) break;
      done += static_cast<std::size_t>(got);
    }
    return done;
  }

  void write_at(std::uint64_t offset, std::span<const std::byte> bytes) override {
    std::size_t done = 0;
    while (done < bytes.size()) {
      const ssize_t put = uninterrupted([&] {
        return ::pwrite(descriptor_.number(), bytes.data() + done, bytes.size() - done,
                        static_cast<off_t>(offset + done));
      });
      if (put < 0) fail("write", path_);
      done += static_cast<std::size_t>(put);
    }
  }

  std::uint64_t size() override {
    struct stat found{};
    if (::fstat(descriptor_.number(), &found) != 0) fail("look at", path_);
    return static_cast<std::uint64_t>(found.st_size);
  }

  void cut(std::uint64_t size) override {
    if (uninterrupted([&] { return ::ftruncate(descriptor_.number(), static_cast<off_t>(size)); }) != 0)
      fail("cut", path_);
  }

  void sync() override {
    // Not repeated after EINTR or any other error: a second fsync may succeed without the data.
    if (::fsync(descriptor_.number()) != 0) fail("sync", path_);
  }

 private:
  descriptor descriptor_;
  std::string path_;
  std::uint64_t read_of_pipe_ = 0;
};

class system_lock final : public file_lock {
 public:
  explicit system_lock(descriptor held) : held_(std::move(held)) {}

 private:
  descriptor held_;  // closing it lets go
};

long read_pid(int number) {
  char text[24];
  const ssize_t size = uninterrupted([&] { return ::pread(number, text, sizeof text, 0); });
  long pid = 0;
  if (size <= 0 || std::from_chars(text, text + size, pid).ec != std::errc{}) return 0;
  return pid;
}

/// Whether a lock is all that the file is: what somebody else keeps under its name is neither locked nor written over.
bool is_lock(int number) {
  char text[24];
  const ssize_t size = uninterrupted([&] { return ::pread(number, text, sizeof text, 0); });
  if (size < 0 || size == sizeof text) return false;
  std::string_view pid(text, static_cast<std::size_t>(size));
  if (pid.ends_with('\n')) pid.remove_suffix(1);
  return pid.find_first_not_of("0123456789") == std::string_view::npos;
}

/// Writes nothing if this process was the last one to hold it: a file that was cut to nothing is written to the disk when it is
/// closed (ext4), and a lock may be taken and let go a thousand times a second.
void name_holder(int number, const std::string& path) {
  const std::string pid = std::to_string(::getpid()) + "\n";
  std::string there(pid.size() + 1, '\0');
  const ssize_t size = uninterrupted([&] { return ::pread(number, there.data(), there.size(), 0); });
  if (size == static_cast<ssize_t>(pid.size()) && there.starts_with(pid)) return;
  if (::ftruncate(number, 0) != 0 ||
      uninterrupted([&] { return ::pwrite(number, pid.data(), pid.size(), 0); }) != static_cast<ssize_t>(pid.size())) {
    fail("write", path);
  }
}

/// A line of /proc/locks: "3: FLOCK  ADVISORY  WRITE 4182 fe:00:9977909 0 EOF", the device in hexadecimal. Some file systems
/// show another device there than stat does: then the file has to name the process too.
std::optional<long> holder_in(const std::string& line, const struct stat& locked, long written) {
  long pid = 0;
  unsigned major_number = 0;
  unsigned minor_number = 0;
  unsigned long inode = 0;
  const int read =
      std::sscanf(line.c_str(), "%*d: FLOCK %*s WRITE %ld %x:%x:%lu", &pid, &major_number, &minor_number, &inode);
  if (read != 4 || inode != locked.st_ino) return std::nullopt;
  const bool same_device = major_number == major(locked.st_dev) && minor_number == minor(locked.st_dev);
  return same_device || pid == written ? std::optional(pid) : std::nullopt;
}

class posix_files final : public files {
 public:
  std::unique_ptr<file> open(const std::string& path, open_file how) override {
    int flags = O_RDONLY;
    if (how == open_file::write) flags = O_RDWR;
    if (how == open_file::create) flags = O_RDWR | O_CREAT;
    if (how == open_file::fresh) flags = O_RDWR | O_CREAT | O_EXCL;
    if (how == open_file::append) flags = O_RDWR | O_CREAT | O_APPEND;
    descriptor opened = open_descriptor(path, flags | O_NONBLOCK, "open");
    if (how == open_file::read && ::fcntl(opened.number(), F_SETFL, O_RDONLY) != 0) fail("open", path);
    if (how != open_file::read) must_be_no_pipe(opened.number(), path);
    return std::make_unique<system_file>(std::move(opened), path);
  }

  std::unique_ptr<file> make(const std::string& path, const file_access& access) override {
    constexpr int flags = O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC;
    descriptor made(uninterrupted([&] { return ::open(path.c_str(), flags, 0600); }));
    if (made.number() < 0) fail("open", path);
    give_to({.mode = access.mode | 0600, .group = access.group}, made.number(), path);
    return std::make_unique<system_file>(std::move(made), path);
  }

  lock_attempt try_lock(const std::string& path) override {
    descriptor opened = open_descriptor(path, O_RDWR | O_CREAT, "open");
    if (uninterrupted([&] { return ::flock(opened.number(), LOCK_EX | LOCK_NB); }) != 0) {
      if (errno != EWOULDBLOCK) fail("lock", path);
      // Whoever may read the file may lock it, and writes no number into it.
      const long holder = lock_holder(path).value_or(0);
      return {nullptr, holder > 0 ? holder : read_pid(opened.number())};
    }
    if (!is_lock(opened.number())) throw file_error("make the lock", path, EEXIST);
    name_holder(opened.number(), path);
    return {std::make_unique<system_lock>(std::move(opened)), ::getpid()};
  }

  std::optional<long> lock_holder(const std::string& path) override {
    struct stat found{};
    if (::stat(path.c_str(), &found) != 0) {
      if (errno == ENOENT) return std::nullopt;
      fail("look at", path);
    }
    const descriptor opened(uninterrupted([&] { return ::open(path.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC); }));
    const long written = opened.number() >= 0 ? read_pid(opened.number()) : 0;
    std::ifstream locks("/proc/locks");
    if (!locks) {  // then what the file says has to do
      const bool lives = written > 0 && (::kill(static_cast<pid_t>(written), 0) == 0 || errno == EPERM);
      return lives ? std::optional(written) : std::nullopt;
    }
    for (std::string line; std::getline(locks, line);) {
      const std::optional<long> holder = holder_in(line, found, written);
      if (holder) return holder;
    }
    return std::nullopt;
  }

  /// Does not ask when the file was changed, as stat would: since Linux 6.13 a change after such a question gets a time of its
  /// own, and the next sync of the file has the inode to write too. Of a WAL that is looked at after each commit that was 75 of
  /// 250 us.
  std::optional<file_status> status(const std::string& path) override {
    constexpr unsigned asked = STATX_TYPE | STATX_MODE | STATX_GID | STATX_INO | STATX_SIZE | STATX_BTIME;
    struct statx found{};
    if (::statx(AT_FDCWD, path.c_str(), AT_STATX_SYNC_AS_STAT, asked, &found) != 0) {
      if (errno == ENOENT) return std::nullopt;
      fail("look at", path);
    }
    file_status status{.size = found.stx_size,
                       .inode = found.stx_ino,
                       .directory = S_ISDIR(found.stx_mode),
                       .regular = S_ISREG(found.stx_mode),
                       .access = {.mode = found.stx_mode & 0777u, .group = found.stx_gid}};
    if ((found.stx_mask & STATX_BTIME) != 0 && found.stx_btime.tv_sec > 0)
      status.made_at = static_cast<std::uint64_t>(found.stx_btime.tv_sec) * 1'000'000'000 + found.stx_btime.tv_nsec;
    return status;
  }

  std::optional<std::uint64_t> free_bytes(const std::string& path) override {
    struct statvfs disk{};
    if (::statvfs(path.c_str(), &disk) != 0) return std::nullopt;
    return std::uint64_t{disk.f_bavail} * disk.f_frsize;
  }

  void rename(const std::string& from, const std::string& to) override {
    if (::rename(from.c_str(), to.c_str()) != 0) fail("rename to " + to + " the file", from);
  }

  void rename_to_free(const std::string& from, const std::string& to) override {
    const std::string doing = "rename to " + to + " the file";
    if (::renameat2(AT_FDCWD, from.c_str(), AT_FDCWD, to.c_str(), RENAME_NOREPLACE) == 0) return;
    if (errno != EINVAL && errno != ENOSYS) fail(doing, from);
    // The file system does not know that flag. A name that is there gets no link either.
    if (::linkat(AT_FDCWD, from.c_str(), AT_FDCWD, to.c_str(), 0) != 0 || ::unlink(from.c_str()) != 0)
      fail(doing, from);
  }

  std::string behind_links(const std::string& path) override {
    constexpr int links_max = 40;  // as the system has it
    std::string at = path;
    for (int links = 0; links <= links_max; ++links) {
      std::error_code none;
      const std::filesystem::path next = std::filesystem::read_symlink(at, none);
      if (none) return at;
      at = next.is_absolute() || at.find('/') == std::string::npos ? next.string()
                                                                   : directory_of(at) + "/" + next.string();
    }
    throw file_error("look at", path, ELOOP);
  }

  bool remove(const std::string& path) override {
    if (::remove(path.c_str()) == 0) return true;
    if (errno != ENOENT) fail("remove", path);
    return false;
  }

  void make_directory(const std::string& path) override {
    if (::mkdir(path.c_str(), 0755) == 0) return;
    const int refused = errno;
    const auto there = refused == EEXIST ? status(path) : std::nullopt;
    if (!there || !there->directory) throw file_error("make the directory", path, refused);
  }

  void make_directory_for(const std::string& path, const file_access& access) override {
    if (::mkdir(path.c_str(), 0700) != 0) return make_directory(path);
    constexpr unsigned owner = 0700;
    constexpr unsigned reading = 0444;
    const descriptor made = open_descriptor(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW, "open");
    give_to({.mode = access.mode | owner | (access.mode & reading) >> 2, .group = access.group}, made.number(), path,
            S_ISGID);
  }

  void sync_directory(const std::string& path) override {
    const descriptor directory = open_descriptor(path, O_RDONLY | O_DIRECTORY, "open");
    if (::fsync(directory.number()) != 0) fail("sync", path);
  }

  std::vector<std::string> list(const std::string& directory) override {
    const std::unique_ptr<DIR, int (*)(DIR*)> open(::opendir(directory.c_str()), ::closedir);
    if (!open) fail("list", directory);
    std::vector<std::string> names;
    errno = 0;
    while (const dirent* const entry = ::readdir(open.get())) {
      const std::string name = entry->d_name;
      if (name != "." && name != "..") names.push_back(name);
      errno = 0;
    }
    if (errno != 0) fail("list", directory);
    std::sort(names.begin(), names.end());
    return names;
  }
};

}  // namespace

file_error::file_error(std::string_view doing, std::string where, int code)
    : error(judge(code).code, judge(code).next,
            {.what = "cannot " + std::string(doing) + " " + where,
             .where = where,
             .why = std::generic_category().message(code),
             .remedy = std::string(judge(code).remedy)}),
      path(std::move(where)),
      system_code(code) {}

std::optional<std::string> files::read_whole(const std::string& path, std::size_t limit) {
  const auto there = status(path);
  if (!there) return std::nullopt;
  const auto opened = open(path, open_file::read);
  std::string content;
  std::byte chunk[16'384];
  while (const std::size_t got = opened->read_at(content.size(), chunk)) {
    if (content.size() + got > limit) throw file_error("read the whole of", path, EFBIG);
    content.append(reinterpret_cast<const char*>(chunk), got);
  }
  return content;
}

void files::replace(const std::string& path, std::string_view content) {
  file_draft draft(*this, path, access_of(*this, path));
  try {
    const auto opened = open(draft.path(), open_file::write);
    opened->write_at(0, std::as_bytes(std::span(content)));
  } catch (const file_error& failure) {
    throw file_error("write", path, failure.system_code);
  }
  draft.replace();
}

std::shared_ptr<files> system_files() { return std::make_shared<posix_files>(); }

std::optional<file_access> access_of(files& files, const std::string& path) {
  const std::optional<file_status> there = files.status(path);
  return there ? std::optional(there->access) : std::nullopt;
}

void make_if_missing(files& files, const std::string& path, const std::optional<file_access>& access) {
  if (!access || files.status(path)) return;
  try {
    static_cast<void>(files.make(path, *access));
  } catch (const file_error& refused) {
    if (refused.system_code != EEXIST) throw;  // another one was first
  }
}

std::string directory_of(const std::string& path) {
  const std::size_t slash = path.find_last_of('/');
  if (slash == std::string::npos) return ".";
  return slash == 0 ? "/" : path.substr(0, slash);
}

}  // namespace whence::inline v0
