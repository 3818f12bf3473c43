#include <whence/store/binary_check.hpp>

#include <array>
#include <cstddef>
#include <cstdint>

#include <whence/core/json_text.hpp>
#include <whence/core/payload_form.hpp>
#include <whence/store/append_batch.hpp>
#include <whence/store/json_check.hpp>

namespace whence::inline v0 {
namespace {

constexpr std::size_t depth_max = append_limits::data_levels;

class binary_scanner {
 public:
  explicit binary_scanner(std::string_view data) noexcept : rest_(data) {}

  bool document() noexcept {
    // Of each open list and map, how many values are to come; the document is one.
    values_[0] = 1;
    for (;;) {
      while (values_[depth_] == 0) {
        if (depth_ == 0) return rest_.empty();
        --depth_;
      }
      --values_[depth_];
      if (!value()) return false;
    }
  }

 private:
  bool value() noexcept {
    if (rest_.empty()) return false;
    const auto first = static_cast<unsigned char>(rest_.front());
    rest_.remove_prefix(1);
    const unsigned kind = first >> 5;
    const unsigned low = first & 31u;
    if (kind == 7) return simple(low);
    std::uint64_t number = low;
    if (low >= 24 && !(low <= 27 && take(std::size_t{1} << (low - 24), number))) return false;
    switch (kind) {
      case 0:
      case 1: return true;
      case 2:
      case 3: return content(number, kind == 3);
      case 4: return open(number);
      case 5: return number <= rest_.size() && open(number * 2);
      default: return open(1);  // a tag, and its value
    }
  }

  bool simple(unsigned low) noexcept {
    std::uint64_t ignored = 0;
    if (low == 26 || low == 27) return take(low == 26 ? 4 : 8, ignored);
    return low >= 20 && low <= 22;  // false, true, null
  }

  bool take(std::size_t bytes, std::uint64_t& number) noexcept {
    if (rest_.size() < bytes) return false;
    number = 0;
    for (std::size_t i = 0; i < bytes; ++i) number = number << 8 | static_cast<unsigned char>(rest_[i]);
    rest_.remove_prefix(bytes);
    return true;
  }

  bool content(std::uint64_t size, bool text) noexcept {
    if (size > rest_.size()) return false;
    const std::string_view content = rest_.substr(0, size);
    rest_.remove_prefix(size);
    return !text || is_utf8(content);
  }

  bool open(std::uint64_t values) noexcept {
    if (values > rest_.size() || depth_ + 1 == depth_max) return false;  // each value has a byte at least
    values_[++depth_] = values;
    return true;
  }

  std::string_view rest_;
  std::array<std::uint64_t, depth_max> values_{};
  std::size_t depth_ = 0;
};

}  // namespace

bool is_binary_document(std::string_view data) noexcept {
  return form_of(data) == form::binary && binary_scanner(data.substr(binary_mark.size())).document();
}

std::string_view fault_in_data(std::string_view data) noexcept {
  if (form_of(data) == form::json) return is_json(data) ? "" : "its data are no JSON document";
  return is_binary_document(data) ? "" : "its data are no binary document";
}

}  // namespace whence::inline v0
