#include <whence/cli/pager.hpp>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <utility>

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <whence/cli/display_text.hpp>

extern char** environ;

namespace whence::inline v0::cli {
namespace {

void write_all(int descriptor, std::string_view text) {
  while (!text.empty()) {
    const ssize_t written = ::write(descriptor, text.data(), text.size());
    if (written >= 0) {
      text.remove_prefix(static_cast<std::size_t>(written));
    } else if (errno != EINTR) {
      throw output_closed{};
    }
  }
}

}  // namespace

pager::pager(std::string program, output& direct, std::size_t rows, std::size_t columns)
    : program_(std::move(program)), direct_(direct), rows_(rows), columns_(columns) {}

pager::~pager() {
  if (pipe_ >= 0) ::close(pipe_);
  if (child_ > 0) {
    ::waitpid(child_, nullptr, 0);
    std::signal(SIGINT, interrupt_before_);
  }
}

void pager::write(std::string_view text) {
  if (failed_to_start_) return direct_.write(text);
  if (child_ > 0) return write_all(pipe_, text);
  held_ += text;
  for (std::size_t from = 0; from < text.size();) {
    const std::size_t end = std::min(text.find('\n', from), text.size());
    lines_ += 1 + display_width(text.substr(from, end - from)) / (columns_ + 1);
    from = end + 1;
  }
  if (lines_ >= rows_) start();
}

void pager::start() {
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) != 0) {
    failed_to_start_ = true;
  } else {
    posix_spawn_file_actions_t actions;
    ::posix_spawn_file_actions_init(&actions);
    ::posix_spawn_file_actions_adddup2(&actions, ends[0], STDIN_FILENO);
    const char* const words[] = {"sh", "-c", program_.c_str(), nullptr};
    failed_to_start_ =
        ::posix_spawn(&child_, "/bin/sh", &actions, nullptr, const_cast<char* const*>(words), environ) != 0;
    ::posix_spawn_file_actions_destroy(&actions);
    ::close(ends[0]);
    pipe_ = ends[1];
  }
  if (failed_to_start_) {
    child_ = 0;
    return direct_.write(std::exchange(held_, {}));
  }
  interrupt_before_ = std::signal(SIGINT, SIG_IGN);
  write_all(pipe_, std::exchange(held_, {}));
}

void pager::finish() {
  if (child_ > 0) {
    ::close(std::exchange(pipe_, -1));
    while (::waitpid(child_, nullptr, 0) < 0 && errno == EINTR) {
    }
    child_ = 0;
    std::signal(SIGINT, interrupt_before_);
    return;
  }
  direct_.write(std::exchange(held_, {}));
  direct_.flush();
}

}  // namespace whence::inline v0::cli
