#include <cli/output_buffer.hpp>

#include <poll.h>
#include <unistd.h>

#include <cerrno>
#include <cstddef>
#include <system_error>

namespace shop {

output_buffer::output_buffer(int descriptor) : descriptor_(descriptor), block_(std::size_t{1} << 16) {
  setp(block_.data(), block_.data() + block_.size());
}

std::string output_buffer::why_it_failed() const {
  return failed_with_ == 0 ? std::string() : std::generic_category().message(failed_with_);
}

output_buffer::int_type output_buffer::overflow(int_type character) {
  if (sync() != 0) return traits_type::eof();
  if (traits_type::eq_int_type(character, traits_type::eof())) return traits_type::not_eof(character);
  return sputc(traits_type::to_char_type(character));
}

int output_buffer::sync() {
  const char* at = pbase();
  while (at != pptr() && failed_with_ == 0) {
    const ssize_t written = ::write(descriptor_, at, static_cast<std::size_t>(pptr() - at));
    if (written >= 0) {
      at += written;
    } else if (errno == EAGAIN) {
      pollfd room{.fd = descriptor_, .events = POLLOUT, .revents = 0};  // whoever gave us the descriptor made it so
      ::poll(&room, 1, -1);
    } else if (errno != EINTR) {
      failed_with_ = errno;
    }
  }
  setp(block_.data(), block_.data() + block_.size());  // what failed is lost, and is not tried again
  return failed_with_ == 0 ? 0 : -1;
}

}  // namespace shop
