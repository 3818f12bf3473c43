/// The lines of a file or a pipe, one after another, in memory that is bounded by the longest line.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include <whence/cli/export_line.hpp>

struct XXH3_state_s;

namespace whence::inline v0::cli {

/// XXH3-128 over the lines of an export.
class line_sum {
 public:
  line_sum();
  void add(std::string_view bytes);
  line_checksum value() const;

 private:
  std::unique_ptr<XXH3_state_s, void (*)(XXH3_state_s*)> state_;
};

/// Threads  one at a time.
/// Limits   `export_line_bytes_max`.
class line_source {
 public:
  /// What comes next, at least a byte; 0: it is over.
  using bytes_source = std::function<std::size_t(std::span<char> into)>;

  explicit line_source(bytes_source from);

  /// The next line without its line feed, as long as no other is asked for; nothing at the end. What the last line lacks of a line
  /// feed doesn't matter.
  /// Throws   line_refused: it is too long. What the source throws.
  std::optional<std::string_view> next();

  std::uint64_t number() const noexcept { return number_; }  ///< of the line that came last, from 1
  std::uint64_t bytes() const noexcept { return before_ + begin_; }

 private:
  bool fill();

  const bytes_source from_;
  std::vector<char> buffer_;
  std::size_t begin_ = 0;     // of what was not given out
  std::size_t end_ = 0;       // of what was read
  std::uint64_t before_ = 0;  // bytes of the file before the buffer's first
  std::uint64_t number_ = 0;
  bool at_end_ = false;
};

}  // namespace whence::inline v0::cli
