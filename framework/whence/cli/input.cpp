#include <whence/cli/input.hpp>

#include <cerrno>
#include <utility>

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include <whence/core/files.hpp>

namespace whence::inline v0::cli {
namespace {

constexpr int milliseconds_between_looks = 100;

/// Asked before each read: one that waits hears nothing, since a signal lets it go on.
class descriptor_input final : public input {
 public:
  descriptor_input(int descriptor, std::string name, bool owned)
      : descriptor_(descriptor), owned_(owned), name_(std::move(name)) {}
  ~descriptor_input() override {
    if (owned_) ::close(descriptor_);
  }
  descriptor_input(const descriptor_input&) = delete;
  descriptor_input& operator=(const descriptor_input&) = delete;

  std::size_t read(std::span<char> into, const std::function<void()>& waiting) override {
    for (;;) {
      pollfd bytes{.fd = descriptor_, .events = POLLIN, .revents = 0};
      const int ready = ::poll(&bytes, 1, milliseconds_between_looks);
      if (ready <= 0) {
        if (ready < 0 && errno != EINTR) throw file_error("read", name_, errno);
        waiting();
        continue;
      }
      const ssize_t got = ::read(descriptor_, into.data(), into.size());
      if (got >= 0) return static_cast<std::size_t>(got);
      if (errno != EINTR && errno != EAGAIN) throw file_error("read", name_, errno);
    }
  }

 private:
  const int descriptor_;
  const bool owned_;
  const std::string name_;
};

}  // namespace

std::unique_ptr<input> input_of_process() {
  return std::make_unique<descriptor_input>(STDIN_FILENO, std::string(standard_input), false);
}

std::unique_ptr<input> open_input(const std::string& path) {
  // A pipe that nobody writes to would be waited for here, where no signal is heard.
  const int opened = ::open(path.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC);
  if (opened < 0) throw file_error("open", path, errno);
  return std::make_unique<descriptor_input>(opened, path, true);
}

}  // namespace whence::inline v0::cli
