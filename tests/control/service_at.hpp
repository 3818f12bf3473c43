/// What answers at a control socket as no service of ours would.
#pragma once

#include <cerrno>
#include <cstring>
#include <functional>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

namespace tests {

/// To each request it says what it is told to, byte for byte, and hangs up.
class service_at {
 public:
  using answers = std::function<std::string(const std::string& request)>;

  /// The path has to fit into an address.
  service_at(const std::string& path, answers answer)
      : socket_(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)), answer_(std::move(answer)) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    if (path.size() >= sizeof address.sun_path) throw std::runtime_error("the path is too long for this test");
    std::memcpy(address.sun_path, path.data(), path.size());
    if (::bind(socket_, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0 || ::listen(socket_, 16) != 0)
      throw std::runtime_error(std::strerror(errno));
    thread_ = std::thread([this] { serve(); });
  }
  service_at(const service_at&) = delete;
  service_at& operator=(const service_at&) = delete;
  ~service_at() {
    ::shutdown(socket_, SHUT_RDWR);  // who waits in accept wakes up
    thread_.join();
    ::close(socket_);
  }

 private:
  void serve() const {
    for (int peer = 0; (peer = ::accept4(socket_, nullptr, nullptr, SOCK_CLOEXEC)) >= 0;) {
      std::string request;
      for (char c = 0; ::recv(peer, &c, 1, 0) == 1 && c != '\n';) request += c;
      const std::string said = answer_(request);
      static_cast<void>(::send(peer, said.data(), said.size(), MSG_NOSIGNAL));
      ::close(peer);
    }
  }

  const int socket_;
  const answers answer_;
  std::thread thread_;
};

}  // namespace tests
