#include <bitset>
#include <cstddef>

#include <whence/core/json_text.hpp>
#include <whence/store/append_batch.hpp>
#include <whence/store/json_check.hpp>

namespace whence::inline v0 {
namespace {

constexpr std::size_t depth_max = append_limits::data_levels;

class json_scanner {
 public:
  explicit json_scanner(std::string_view text) noexcept : at_(text.data()), end_(text.data() + text.size()) {}

  bool document() noexcept {
    for (;;) {
      // A value begins here.
      white();
      if (at_ == end_) return false;
      const char first = *at_;
      if (first == '{' || first == '[') {
        if (depth_ == depth_max) return false;
        objects_[depth_++] = first == '{';
        ++at_;
        white();
        if (at_ != end_ && *at_ == (first == '{' ? '}' : ']')) {
          ++at_;
          --depth_;
        } else if (first == '{') {
          if (!name()) return false;
          continue;
        } else {
          continue;
        }
      } else if (!scalar(first)) {
        return false;
      }
      if (!after_value()) return false;
      if (depth_ == 0) return at_ == end_;
    }
  }

 private:
  void white() noexcept {
    while (at_ != end_ && (*at_ == ' ' || *at_ == '\n' || *at_ == '\t' || *at_ == '\r')) ++at_;
  }

  /// Closes what ends here, up to where the next value begins, or the document ends.
  bool after_value() noexcept {
    for (;;) {
      white();
      if (depth_ == 0) return true;
      if (at_ == end_) return false;
      const bool object = objects_[depth_ - 1];
      const char here = *at_++;
      if (here == ',') return !object || name();
      if (here != (object ? '}' : ']')) return false;
      --depth_;
    }
  }

  bool name() noexcept {
    white();
    if (at_ == end_ || *at_ != '"' || !string()) return false;
    white();
    return at_ != end_ && *at_++ == ':';
  }

  bool scalar(char first) noexcept {
    switch (first) {
      case '"': return string();
      case 't': return word("true");
      case 'f': return word("false");
      case 'n': return word("null");
      default: return number();
    }
  }

  bool word(std::string_view wanted) noexcept {
    if (static_cast<std::size_t>(end_ - at_) < wanted.size() || std::string_view(at_, wanted.size()) != wanted)
      return false;
    at_ += wanted.size();
    return true;
  }

  bool digits() noexcept {
    const char* const begin = at_;
    while (at_ != end_ && *at_ >= '0' && *at_ <= '9') ++at_;
    return at_ != begin;
  }

  bool number() noexcept {
    if (at_ != end_ && *at_ == '-') ++at_;
    if (at_ != end_ && *at_ == '0') {
      ++at_;
    } else if (!digits()) {
      return false;
    }
    if (at_ != end_ && *at_ == '.') {
      ++at_;
      if (!digits()) return false;
    }
    if (at_ != end_ && (*at_ == 'e' || *at_ == 'E')) {
      ++at_;
      if (at_ != end_ && (*at_ == '+' || *at_ == '-')) ++at_;
      if (!digits()) return false;
    }
    return true;
  }

  bool string() noexcept {
    ++at_;
    const char* const begin = at_;
    bool plain = true;
    for (; at_ != end_; ++at_) {
      const auto byte = static_cast<unsigned char>(*at_);
      if (byte == '"') {
        const std::string_view content(begin, static_cast<std::size_t>(at_ - begin));
        ++at_;
        return plain || is_utf8(content);
      }
      if (byte < 0x20) return false;
      if (byte >= 0x80) plain = false;
      if (byte == '\\' && !escape()) return false;
    }
    return false;
  }

  /// On the backslash; ends on the last character of the escape.
  bool escape() noexcept {
    if (++at_ == end_) return false;
    if (*at_ != 'u') return std::string_view("\"\\/bfnrt").find(*at_) != std::string_view::npos;
    for (int i = 0; i < 4; ++i) {
      if (++at_ == end_) return false;
      const char c = *at_;
      if (!((c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F'))) return false;
    }
    return true;
  }

  const char* at_;
  const char* const end_;
  std::bitset<depth_max> objects_;
  std::size_t depth_ = 0;
};

}  // namespace

bool is_json(std::string_view text) noexcept { return json_scanner(text).document(); }

}  // namespace whence::inline v0
