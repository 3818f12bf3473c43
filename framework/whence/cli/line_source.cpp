#include <whence/cli/line_source.hpp>

#include <algorithm>
#include <cstring>
#include <new>
#include <utility>

#include <xxhash.h>

#include <whence/cli/json_line.hpp>

namespace whence::inline v0::cli {
namespace {

constexpr std::size_t read_at_once = 1u << 20;
constexpr std::size_t buffer_max = export_line_bytes_max + read_at_once;

/// Twice as large; the largest at once behind half of it, since the one before is there as long as it is filled.
std::size_t size_behind(std::size_t size) { return 4 * size > buffer_max ? buffer_max : 2 * size; }

}  // namespace

line_sum::line_sum() : state_(XXH3_createState(), [](XXH3_state_s* state) { XXH3_freeState(state); }) {
  if (!state_) throw std::bad_alloc();
  XXH3_128bits_reset(state_.get());
}

void line_sum::add(std::string_view bytes) { XXH3_128bits_update(state_.get(), bytes.data(), bytes.size()); }

line_checksum line_sum::value() const {
  XXH128_canonical_t canonical;
  XXH128_canonicalFromHash(&canonical, XXH3_128bits_digest(state_.get()));
  line_checksum sum;
  std::memcpy(sum.data(), canonical.digest, sum.size());
  return sum;
}

line_source::line_source(bytes_source from) : from_(std::move(from)), buffer_(read_at_once) {}

bool line_source::fill() {
  if (at_end_) return false;
  if (begin_ > 0) {
    std::memmove(buffer_.data(), buffer_.data() + begin_, end_ - begin_);
    before_ += begin_;
    end_ -= begin_;
    begin_ = 0;
  }
  if (end_ == buffer_.size()) buffer_.resize(size_behind(buffer_.size()));
  const std::size_t got = from_(std::span(buffer_).subspan(end_));
  end_ += got;
  at_end_ = got == 0;
  return got > 0;
}

std::optional<std::string_view> line_source::next() {
  std::size_t looked_at = 0;
  for (;;) {
    const char* const from = buffer_.data() + begin_;
    const std::size_t there = end_ - begin_;
    const auto* const found = static_cast<const char*>(std::memchr(from + looked_at, '\n', there - looked_at));
    const std::size_t length = found != nullptr ? static_cast<std::size_t>(found - from) : there;
    if (length > export_line_bytes_max) {
      ++number_;
      throw line_refused{"it has more than " + std::to_string(export_line_bytes_max) + " bytes"};
    }
    if (found == nullptr) {
      looked_at = there;
      if (fill()) continue;
      if (there == 0) return std::nullopt;
    }
    const std::string_view line(buffer_.data() + begin_, length);
    begin_ += std::min(length + 1, there);
    ++number_;
    return line;
  }
}

}  // namespace whence::inline v0::cli
