/// A peer at a control socket that sends what no program of ours would.
#pragma once

#include <cerrno>
#include <chrono>
#include <cstring>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

namespace tests {

class peer_at {
 public:
  /// Throws if nobody listens there. The path has to fit into an address.
  explicit peer_at(const std::string& path) : socket_(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    if (path.size() >= sizeof address.sun_path) throw std::runtime_error("the path is too long for this test");
    std::memcpy(address.sun_path, path.data(), path.size());
    if (::connect(socket_, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
      const int code = errno;
      ::close(socket_);
      throw std::runtime_error(std::strerror(code));
    }
  }
  peer_at(peer_at&& other) noexcept : socket_(std::exchange(other.socket_, -1)) {}
  peer_at& operator=(peer_at&&) = delete;
  ~peer_at() { hang_up(); }

  void hang_up() noexcept {
    if (socket_ >= 0) ::close(std::exchange(socket_, -1));
  }

  /// False: the other side takes nothing more.
  bool send(std::string_view bytes) const {
    while (!bytes.empty()) {
      const ssize_t put = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (put < 0 && errno == EINTR) continue;
      if (put < 0) return false;
      bytes.remove_prefix(static_cast<std::size_t>(put));
    }
    return true;
  }

  /// All that comes until the connection ends; throws if it has not ended after a minute of silence.
  std::string all() const {
    std::string came;
    char chunk[65'536];
    for (;;) {
      pollfd waiting{.fd = socket_, .events = POLLIN, .revents = 0};
      if (::poll(&waiting, 1, 60'000) == 0) throw std::runtime_error("nothing comes");
      const ssize_t got = ::recv(socket_, chunk, sizeof chunk, 0);
      if (got < 0 && errno == EINTR) continue;
      if (got <= 0) return came;
      came.append(chunk, static_cast<std::size_t>(got));
    }
  }

  /// The same, up to the end of a line.
  std::string line() const {
    std::string came;
    for (char c = 0; ::recv(socket_, &c, 1, 0) == 1;) {
      if (c == '\n') return came;
      came += c;
    }
    return came;
  }

 private:
  int socket_;
};

}  // namespace tests
