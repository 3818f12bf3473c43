#include <whence/control/socket_file.hpp>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <functional>
#include <string_view>
#include <system_error>

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <whence/control/errors.hpp>
#include <whence/core/files.hpp>

namespace whence::inline v0::detail {
namespace {

constexpr int waiting_max = 64;
constexpr mode_t owner_only = S_IRUSR | S_IWUSR;

std::string said_of(int code) { return std::generic_category().message(code); }

std::string name_in(const std::string& path) {
  const std::size_t slash = path.find_last_of('/');
  return slash == std::string::npos ? path : path.substr(slash + 1);
}

std::string through(int descriptor, const std::string& name = {}) {
  return "/proc/self/fd/" + std::to_string(descriptor) + (name.empty() ? "" : "/" + name);
}

sockaddr_un address_of(const std::string& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::memcpy(address.sun_path, path.data(), std::min(path.size(), sizeof address.sun_path - 1));
  return address;
}

/// One for each name, so that what a dead process has left is found again.
std::string short_name(const std::string& name) {
  char text[32];
  std::snprintf(text, sizeof text, ".whence-%016zx", std::hash<std::string_view>()(name));
  return text;
}

descriptor new_socket() { return descriptor(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0)); }

std::optional<socket_obstacle> obstacle_in(int folder, const std::string& name, const std::string& path) {
  struct stat found{};
  if (::fstatat(folder, name.c_str(), &found, AT_SYMLINK_NOFOLLOW) != 0 || S_ISSOCK(found.st_mode)) return std::nullopt;
  if (S_ISREG(found.st_mode)) return socket_obstacle{path, "a file"};
  if (S_ISDIR(found.st_mode)) return socket_obstacle{path, "a folder"};
  if (S_ISFIFO(found.st_mode)) return socket_obstacle{path, "a named pipe"};
  if (!S_ISLNK(found.st_mode)) return socket_obstacle{path, "a device"};
  const bool leads_nowhere = ::fstatat(folder, name.c_str(), &found, 0) != 0;
  return socket_obstacle{path, leads_nowhere ? "a link that leads nowhere" : "a link"};
}

/// Takes away a socket of a holder that is dead. `of`: the control socket, for messages. Throws no_control_socket.
void make_room(int folder, const std::string& name, const std::string& of) {
  std::string path = of.substr(0, of.size() - name_in(of).size()) + name;
  if (std::optional<socket_obstacle> obstacle = obstacle_in(folder, name, path))
    throw no_control_socket(of, std::move(*obstacle));
  if (::unlinkat(folder, name.c_str(), 0) != 0 && errno != ENOENT) throw no_control_socket(of, said_of(errno));
}

}  // namespace

std::optional<socket_obstacle> obstacle_at(const std::string& path) { return obstacle_in(AT_FDCWD, path, path); }

descriptor::~descriptor() {
  if (number_ >= 0) ::close(number_);
}

std::optional<peer> peer_of(int socket) noexcept {
  ucred found{};
  socklen_t size = sizeof found;
  if (::getsockopt(socket, SOL_SOCKET, SO_PEERCRED, &found, &size) != 0) return std::nullopt;
  return peer{.uid = found.uid, .pid = found.pid};
}

listening_socket::listening_socket(std::string path) : path_(std::move(path)) {
  const auto refuse = [this](const std::string& why) { throw no_control_socket(path_, why); };
  const auto fail = [&] { refuse(said_of(errno)); };
  folder_ = descriptor(::open(directory_of(path_).c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
  if (folder_.number() < 0) fail();
  const std::string name = name_in(path_);
  const std::string bound = short_name(name);
  make_room(folder_.number(), name, path_);
  make_room(folder_.number(), bound, path_);

  socket_ = new_socket();
  if (socket_.number() < 0) fail();
  // Before it is bound: the file gets this mode when it is made, within the umask, and is never open to others.
  if (::fchmod(socket_.number(), owner_only) != 0) fail();
  const sockaddr_un address = address_of(through(folder_.number(), bound));
  if (::bind(socket_.number(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) fail();
  struct stat made{};
  const bool listens =
      ::fchmodat(folder_.number(), bound.c_str(), owner_only, 0) == 0 &&  // the umask may take from the owner
      ::fstatat(folder_.number(), bound.c_str(), &made, AT_SYMLINK_NOFOLLOW) == 0 &&
      ::listen(socket_.number(), waiting_max) == 0 &&
      ::renameat2(folder_.number(), bound.c_str(), folder_.number(), name.c_str(), RENAME_NOREPLACE) == 0;
  if (!listens) {
    const int code = errno;
    ::unlinkat(folder_.number(), bound.c_str(), 0);
    refuse(said_of(code));
  }
  device_ = made.st_dev;
  inode_ = made.st_ino;
}

void listening_socket::remove_file() noexcept {
  if (inode_ == 0) return;
  struct stat found{};
  const std::size_t slash = path_.find_last_of('/');
  const char* const name = path_.c_str() + (slash == std::string::npos ? 0 : slash + 1);
  if (::fstatat(folder_.number(), name, &found, AT_SYMLINK_NOFOLLOW) == 0 && found.st_dev == device_ &&
      found.st_ino == inode_)
    ::unlinkat(folder_.number(), name, 0);
  inode_ = 0;
}

connection connect_to(const std::string& path) {
  using result = connection::result;
  const auto refused = [](int code) -> connection {
    if (code == ENOENT || code == ENOTDIR || code == ECONNREFUSED) return {.how = result::none};
    if (code == EAGAIN) return {.how = result::full};
    if (code == EACCES || code == EPERM) return {.how = result::no_right};
    return {.how = result::impossible, .why = said_of(code)};
  };
  // A link is not followed: it could lead to somebody else's socket.
  const descriptor file(::open(path.c_str(), O_PATH | O_NOFOLLOW | O_CLOEXEC));
  if (file.number() < 0) return errno == EACCES ? connection{.how = result::no_folder} : refused(errno);
  struct stat found{};
  if (::fstat(file.number(), &found) != 0) return refused(errno);
  if (!S_ISSOCK(found.st_mode)) return {.how = result::no_socket};
  descriptor socket = new_socket();
  if (socket.number() < 0) return refused(errno);
  const sockaddr_un address = address_of(through(file.number()));
  if (::connect(socket.number(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0)
    return refused(errno);
  return {.how = result::connected, .socket = std::move(socket)};
}

}  // namespace whence::inline v0::detail
