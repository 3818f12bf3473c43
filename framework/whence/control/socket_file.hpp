/// The file of a control socket: made so that nobody but its owner ever reaches it, replaced if its maker is dead, and found by
/// names of any length.
///
/// A socket's address has room for 107 bytes of a path. So a path is never given to bind or connect: its folder, or the socket
/// itself, is opened (O_PATH), and named through /proc/self/fd. The name that is bound is a short one in the same folder; it is
/// renamed to the real one when the socket listens, so that who finds it is answered.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>

#include <sys/types.h>

#include <whence/control/errors.hpp>

namespace whence::inline v0::detail {

/// Owns a file descriptor.
class descriptor {
 public:
  explicit descriptor(int number = -1) noexcept : number_(number) {}
  descriptor(descriptor&& other) noexcept : number_(std::exchange(other.number_, -1)) {}
  descriptor& operator=(descriptor&& other) noexcept {
    std::swap(number_, other.number_);
    return *this;
  }
  ~descriptor();
  int number() const noexcept { return number_; }
  /// Whoever calls owns it from now on.
  int release() noexcept { return std::exchange(number_, -1); }

 private:
  int number_;
};

/// The user and the process at the other end.
struct peer {
  std::uint32_t uid = 0;
  std::int64_t pid = 0;  ///< 0: in another namespace of processes
};
/// Nothing: the system does not say.
std::optional<peer> peer_of(int socket) noexcept;

/// A socket that listens at a path, with mode 0600 from its first moment on. Only the holder of the log's lock may make one: what a
/// dead holder has left there is replaced. Anything that is no socket is left as it is.
class listening_socket {
 public:
  /// Throws no_control_socket.
  explicit listening_socket(std::string path);
  listening_socket(const listening_socket&) = delete;
  listening_socket& operator=(const listening_socket&) = delete;
  ~listening_socket() { remove_file(); }

  /// For who accepts.
  descriptor take() noexcept { return std::move(socket_); }

  /// Unless somebody else's is there by now.
  void remove_file() noexcept;

 private:
  const std::string path_;
  descriptor folder_;
  descriptor socket_;
  dev_t device_ = 0;
  ino_t inode_ = 0;
};

/// Nothing: there is nothing, or a socket, or it cannot be looked at.
std::optional<socket_obstacle> obstacle_at(const std::string& path);

/// How looking for a socket ended.
struct connection {
  enum class result {
    connected,   ///< `socket`, without blocking
    none,        ///< there is nothing, or nobody listens: its maker is dead
    full,        ///< as many wait as the system lets wait
    no_socket,   ///< there is something, and it is no socket
    no_right,    ///< this user may not
    no_folder,   ///< this user may not enter its folder, and so does not know whether there is one
    impossible,  ///< see `why`
  };
  result how = result::none;
  descriptor socket{};
  std::string why{};
};

/// Never waits.
connection connect_to(const std::string& path);

}  // namespace whence::inline v0::detail
