/// The archive: what a type's `serialize` is called with, whatever happens to the type: being written, read, described or made up.
///
/// It is one class with virtual functions, so that a `serialize` is compiled once for all of them, and what carries them out
/// (JSON, binary, JSON Schema) is compiled once in the library. A type names its members in order:
///
///     template <class Archive> void serialize(Archive& ar) {
///       ar(cereal::make_nvp("customerId", customer), cereal::make_nvp("items", lines));
///     }
#pragma once

#include <cereal/cereal.hpp>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <whence/serialization/archivable.hpp>

namespace whence::inline v0 {

namespace detail {

/// How to visit a value whose type is forgotten: what the library's compiled half works with.
struct visitable {
  void (*visit)(archive&, void*);
  void* value;
};

/// From here on, numbers are nearer to infinity than to the largest float.
inline constexpr double float_end = 0x1.ffffffp127;

/// Its address stands for the type.
template <class T>
inline constexpr char type_key = 0;

}  // namespace detail

/// Threads  one at a time; an archive lives for one value.
class archive {
 public:
  archive(const archive&) = delete;
  archive& operator=(const archive&) = delete;

  /// Visits members, each named by `cereal::make_nvp`, or by `or_default` around it; `tolerant` is said here too.
  template <class... Members>
  void operator()(Members&&... members);

  // What follows is for the visits in detail/visit.hpp and for those who write another archive; a `serialize` needs none of it.

  /// True if values are taken from the object, false if they are put into it.
  bool writes() const noexcept { return writes_; }

  virtual void boolean(bool& value) = 0;
  virtual void integer(std::int64_t& value, std::int64_t least, std::int64_t most) = 0;
  virtual void natural(std::uint64_t& value, std::uint64_t most) = 0;

  enum class precision { of_float, of_double };

  virtual void real(double& value, precision how) = 0;
  virtual void text(std::string& value) = 0;

  static constexpr std::size_t any_size = static_cast<std::size_t>(-1);

  /// Exactly `size` of them, unless that is `any_size`.
  virtual void bytes(std::vector<std::byte>& value, std::size_t size) = 0;
  virtual void identifier(uuid& value) = 0;
  /// A whole number of steps since 1970.
  virtual void time(timestamp& value, std::chrono::microseconds step) = 0;

  /// A tick of a duration is numerator / denominator seconds; a billion is a multiple of the denominator.
  struct tick {
    std::int64_t numerator = 1;
    std::int64_t denominator = 1;
    std::int64_t least = 0;
    std::int64_t most = 0;
  };

  virtual void duration(std::int64_t& ticks, const tick& unit) = 0;
  virtual void exact(decimal& value) = 0;
  virtual void currency(currency_code& value) = 0;
  virtual void enumerator(std::size_t& index, std::span<const std::string_view> names) = 0;

  /// Whether there is a value to visit next. `has_value` counts when writing.
  virtual bool present(bool has_value) = 0;

  /// Of a member that isn't there: an error, an empty optional, the value that `or_default` gives.
  enum class need { required, optional, defaulted };

  /// `type` is another address for each type. False: there is nothing to visit inside, not even the end.
  virtual bool begin_object(const void* type) = 0;
  /// From here on, members of this object that it does not name are passed over.
  virtual void tolerate_unknown() = 0;
  /// The member to visit next. False: it isn't there, and isn't required. `standard`: what it is then, if its need is `defaulted`.
  virtual bool member(std::string_view name, need how, const detail::visitable* standard) = 0;
  virtual void end_object() = 0;

  /// A list has any length, a fixed one, a fixed one of values that differ in type, or any length without a value twice.
  enum class elements { any, fixed, tuple, unique };

  /// `size` counts when writing, or if the length is fixed.
  virtual void begin_list(std::size_t size, elements kind) = 0;
  /// Moves to the next element. False: there is none (never when writing).
  virtual bool next_element() = 0;
  virtual void end_list() = 0;
  /// The element visited last is one that was there before, in a list that has none twice.
  virtual void found_twice() = 0;

  virtual void begin_map(std::size_t size) = 0;
  /// Moves to the next entry, whose key is given (writing) or put into `key`. False: there is none (never when writing).
  virtual bool next_entry(std::string& key) = 0;
  virtual void end_map() = 0;

  /// The alternative to visit next.
  virtual void begin_variant(std::size_t& index, std::span<const std::string_view> names) = 0;
  /// True: `index` is another alternative to visit (only where a type is described).
  virtual bool end_variant(std::size_t& index) = 0;

 protected:
  enum class direction { writing, reading };
  explicit archive(direction way) noexcept : writes_(way == direction::writing) {}
  ~archive() = default;

 private:
  const bool writes_;
};

}  // namespace whence::inline v0

#include <whence/serialization/detail/visit.hpp>
