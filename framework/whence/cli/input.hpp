/// Where a command reads what comes once, and may have to be waited for: standard input, a pipe.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>

namespace whence::inline v0::cli {

/// How errors call it.
inline constexpr std::string_view standard_input = "standard input";

/// Threads  one at a time.
/// Throws   file_error.
class input {
 public:
  virtual ~input() = default;
  /// What has come, at least a byte; 0: it is over. While nothing comes, `waiting` is called ten times a second, and what that
  /// throws ends the wait.
  virtual std::size_t read(std::span<char> into, const std::function<void()>& waiting) = 0;
};

/// Reads from where the process's standard input stands, whatever it is.
std::unique_ptr<input> input_of_process();

/// Opens what has no places: a pipe with a name, a device. Who writes into it is waited for when it is read.
/// Throws file_error.
std::unique_ptr<input> open_input(const std::string& path);

}  // namespace whence::inline v0::cli
