/// Where a command writes: a file descriptor, a pager, a string in a test.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <utility>

namespace whence::inline v0::cli {

/// Whoever read the output went away: nothing is wrong, and nothing more is wanted.
struct output_closed {};

/// Threads  one at a time.
/// Throws   output_closed; output_failed.
class output {
 public:
  virtual ~output() = default;
  virtual void write(std::string_view text) = 0;
  virtual void flush() = 0;
  /// Whether it is known, without writing, that nobody reads any more.
  virtual bool closed() const { return false; }
  /// Is called ten times a second from now on while whoever reads takes nothing; what it throws ends the wait, and gives up what
  /// was not taken. Empty: nobody is asked.
  virtual void while_waiting(std::function<void()> /*call*/) {}
};

/// Writes through a buffer to an open file descriptor, which stays open.
///
/// Limits   holds at most `buffer_bytes`.
class descriptor_output final : public output {
 public:
  static constexpr std::size_t buffer_bytes = 64u << 10;

  explicit descriptor_output(int descriptor) : descriptor_(descriptor) {}
  void write(std::string_view text) override;
  void flush() override;
  bool closed() const override;
  void while_waiting(std::function<void()> call) override { waiting_ = std::move(call); }

 private:
  bool can_be_written();

  int descriptor_;
  std::function<void()> waiting_;
  std::string buffer_;
};

/// Keeps what is written.
class kept_output final : public output {
 public:
  void write(std::string_view more) override { text += more; }
  void flush() override {}
  std::string text;
};

}  // namespace whence::inline v0::cli
