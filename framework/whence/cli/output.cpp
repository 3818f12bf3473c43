#include <whence/cli/output.hpp>

#include <cerrno>

#include <poll.h>
#include <unistd.h>

#include <whence/cli/failure.hpp>

namespace whence::inline v0::cli {

void descriptor_output::write(std::string_view text) {
  buffer_ += text;
  if (buffer_.size() >= buffer_bytes) flush();
}

void descriptor_output::flush() {
  std::string_view rest = buffer_;
  while (!rest.empty()) {
    const ssize_t written = ::write(descriptor_, rest.data(), rest.size());
    if (written >= 0) {
      rest.remove_prefix(static_cast<std::size_t>(written));
    } else if (errno == EAGAIN) {
      pollfd room{.fd = descriptor_, .events = POLLOUT, .revents = 0};  // whoever gave us the descriptor made it so
      ::poll(&room, 1, -1);
    } else if (errno != EINTR) {
      const int code = errno;
      buffer_.clear();  // it is lost, and must not be tried again
      if (code == EPIPE) throw output_closed{};
      throw output_failed(code);
    }
  }
  buffer_.clear();
}

bool descriptor_output::closed() const {
  pollfd reader{.fd = descriptor_, .events = 0, .revents = 0};
  return ::poll(&reader, 1, 0) > 0 && (reader.revents & POLLERR) != 0;
}

}  // namespace whence::inline v0::cli
