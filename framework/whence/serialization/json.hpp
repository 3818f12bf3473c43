/// A value as JSON text, and back.
///
/// The text is compact, UTF-8, members in the order in which `serialize` names them; the same value always gives the same
/// text. An empty optional member is left out. Reading is strict: a member that is missing, unknown or there twice, a value
/// of another type or out of its type's range is an error with the JSON pointer of its place. An optional member may be
/// absent or null.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

#include <whence/serialization/archive.hpp>
#include <whence/serialization/errors.hpp>

namespace whence::inline v0 {

/// What a document may be at most: checked before anything is built from it, and before one is given out.
struct json_limits {
  static constexpr std::size_t bytes_max = 4u << 20;  ///< of what is written, and of a text that `decode` reads
  /// Of an event's text. What was written as binary is up to six times as long as JSON; the rest is for what upcasters add.
  static constexpr std::size_t event_text_bytes_max = 8 * bytes_max;
  /// Of an event's text. Each was written with a byte at least.
  static constexpr std::size_t values_max = bytes_max;
  static constexpr std::size_t depth_max = 64;
};

/// Reads one text after the other into values, in buffers that it keeps. What is binary (binary.hpp) is read as that.
///
/// Threads  one at a time.
/// Limits   json_limits; a text may be as long as that of an event.
/// Costs    no allocation for a text that is no larger than those before, but what the values themselves need.
class json_decoder {
 public:
  json_decoder();
  /// Texts may be that long.
  explicit json_decoder(std::size_t bytes_max);
  json_decoder(json_decoder&&) noexcept;
  json_decoder& operator=(json_decoder&&) noexcept;
  ~json_decoder();

  /// Throws decode_error.
  template <class T>
  T decode(std::string_view json) {
    T value{};
    read(json, detail::erase(value));
    return value;
  }

 private:
  void read(std::string_view json, detail::visitable target);

  class document;
  class reader;
  std::unique_ptr<document> document_;
  std::size_t bytes_max_ = json_limits::event_text_bytes_max;
};

namespace detail {
std::string encode_json(visitable source, std::size_t bytes_max = json_limits::bytes_max);
}

/// Throws encode_error: a string that is no UTF-8, a number that is not finite, an enumerator without a name, a member
/// named twice, or more than json_limits allows.
template <class T>
std::string encode(const T& value) {
  // `serialize` cannot be const, as it reads too; a writing archive changes nothing.
  return detail::encode_json(detail::erase(const_cast<T&>(value)));
}

/// Reads what is binary as that. Throws decode_error: it is longer than json_limits::bytes_max, too.
template <class T>
T decode(std::string_view json) {
  return json_decoder(json_limits::bytes_max).decode<T>(json);
}

}  // namespace whence::inline v0
