#include <whence/cli/output.hpp>

#include <algorithm>
#include <cerrno>
#include <climits>

#include <poll.h>
#include <unistd.h>

#include <whence/cli/failure.hpp>

namespace whence::inline v0::cli {

void descriptor_output::write(std::string_view text) {
  buffer_ += text;
  if (buffer_.size() >= buffer_bytes) flush();
}

/// Where somebody is asked while it waits, a write that would wait is not begun: it hears nothing, since a signal lets it go on.
bool descriptor_output::can_be_written() {
  constexpr int milliseconds_between_calls = 100;
  pollfd room{.fd = descriptor_, .events = POLLOUT, .revents = 0};
  if (::poll(&room, 1, milliseconds_between_calls) > 0) return true;
  try {
    waiting_();
  } catch (...) {
    buffer_.clear();
    throw;
  }
  return false;
}

void descriptor_output::flush() {
  std::string_view rest = buffer_;
  while (!rest.empty()) {
    if (waiting_ && !can_be_written()) continue;
    // So much a pipe takes at once, if it takes anything.
    const ssize_t written =
        ::write(descriptor_, rest.data(), waiting_ ? std::min<std::size_t>(rest.size(), PIPE_BUF) : rest.size());
    if (written >= 0) {
      rest.remove_prefix(static_cast<std::size_t>(written));
    } else if (errno == EAGAIN) {
      pollfd room{.fd = descriptor_, .events = POLLOUT, .revents = 0};  // whoever gave us the descriptor made it so
      ::poll(&room, 1, waiting_ ? 0 : -1);
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
