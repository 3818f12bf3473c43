/// Shows what does not fit on a screen through a pager.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include <sys/types.h>

#include <whence/cli/output.hpp>

namespace whence::inline v0::cli {

/// Holds one screen; with more than that it starts the pager, else it prints at once when it is flushed at the end. While the
/// pager runs, SIGINT is its own.
class pager final : public output {
 public:
  /// `program` is a command for the shell; `size` is that of the terminal behind `direct`.
  pager(std::string program, output& direct, std::size_t rows, std::size_t columns);
  ~pager() override;
  pager(const pager&) = delete;
  pager& operator=(const pager&) = delete;

  void write(std::string_view text) override;
  /// Nothing: a pager is not hurried, and whether there is more than a screen shows at the end.
  void flush() override {}
  /// Prints what is held, or waits until the reader leaves the pager.
  void finish();

 private:
  void start();

  std::string program_;
  output& direct_;
  std::size_t rows_;
  std::size_t columns_;
  std::size_t lines_ = 0;
  std::string held_;
  pid_t child_ = 0;
  int pipe_ = -1;
  bool failed_to_start_ = false;
  void (*interrupt_before_)(int) = nullptr;
};

}  // namespace whence::inline v0::cli
