/// The archive: what a type's `serialize` is called with, whatever happens to the type: being written, read or described.
///
/// It is one class with virtual functions, so that a `serialize` is compiled once for all of them, and what carries them out
/// (JSON today) is compiled once in the library. A type names its members in order:
///
///     template <class Archive> void serialize(Archive& ar) {
///       ar(cereal::make_nvp("customerId", customer), cereal::make_nvp("items", lines));
///     }
#pragma once

#include <cereal/cereal.hpp>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

#include <whence/serialization/archivable.hpp>

namespace whence::inline v0 {

/// Threads  one at a time; an archive lives for one text.
class archive {
 public:
  archive(const archive&) = delete;
  archive& operator=(const archive&) = delete;

  /// Visits members, each named by `cereal::make_nvp`.
  template <class... Members>
  void operator()(Members&&... members);

  // What follows is for the visits below and for those who write another archive; a `serialize` needs none of it.

  /// True if values are taken from the object, false if they are put into it.
  bool writes() const noexcept { return writes_; }

  virtual void boolean(bool& value) = 0;
  virtual void integer(std::int64_t& value, std::int64_t least, std::int64_t most) = 0;
  virtual void natural(std::uint64_t& value, std::uint64_t most) = 0;
  virtual void decimal(double& value) = 0;
  virtual void text(std::string& value) = 0;
  virtual void identifier(uuid& value) = 0;
  virtual void time(timestamp& value) = 0;
  virtual void enumerator(std::size_t& index, std::span<const std::string_view> names) = 0;

  /// Whether there is a value to visit next. `has_value` counts when writing.
  virtual bool present(bool has_value) = 0;

  enum class need { required, optional };

  virtual void begin_object() = 0;
  /// The member to visit next. False: an optional one that isn't there.
  virtual bool member(std::string_view name, need how) = 0;
  virtual void end_object() = 0;

  enum class length { any, fixed };

  /// `size` counts when writing, or if the length is fixed.
  virtual void begin_list(std::size_t size, length allowed) = 0;
  /// Moves to the next element. False: there is none (never when writing).
  virtual bool next_element() = 0;
  virtual void end_list() = 0;

  virtual void begin_map(std::size_t size) = 0;
  /// Moves to the next entry, whose key is given (writing) or put into `key`. False: there is none (never when writing).
  virtual bool next_entry(std::string& key) = 0;
  virtual void end_map() = 0;

  /// The alternative to visit next.
  virtual void begin_variant(std::size_t& index, std::span<const std::string_view> names) = 0;
  virtual void end_variant() = 0;

 protected:
  enum class direction { writing, reading };
  explicit archive(direction way) noexcept : writes_(way == direction::writing) {}
  ~archive() = default;

 private:
  const bool writes_;
};

namespace detail {

template <class T>
void visit(archive& ar, T& value);

template <class Number>
void visit_number(archive& ar, Number& value) {
  if constexpr (std::is_signed_v<Number>) {
    std::int64_t wide = value;
    ar.integer(wide, std::numeric_limits<Number>::min(), std::numeric_limits<Number>::max());
    value = static_cast<Number>(wide);
  } else {
    std::uint64_t wide = value;
    ar.natural(wide, std::numeric_limits<Number>::max());
    value = static_cast<Number>(wide);
  }
}

template <class Enum>
void visit_enumerator(archive& ar, Enum& value) {
  static_cast<void>(must_have_different_names<Enum>{});
  auto index = static_cast<std::size_t>(value);
  ar.enumerator(index, names<Enum>);
  value = static_cast<Enum>(index);
}

template <class Optional>
void visit_optional(archive& ar, Optional& value) {
  static_cast<void>(must_not_be_optional_twice<Optional>{});
  if (!ar.present(value.has_value())) {
    value.reset();
    return;
  }
  if (!ar.writes()) value.emplace();
  visit(ar, *value);
}

template <class List>
void visit_list(archive& ar, List& values) {
  ar.begin_list(values.size(), archive::length::any);
  if (ar.writes()) {
    for (auto&& value : values) {
      ar.next_element();
      if constexpr (std::same_as<typename List::value_type, bool>) {
        bool copy = value;  // std::vector<bool> has no references to visit
        visit(ar, copy);
      } else {
        visit(ar, value);
      }
    }
  } else {
    values.clear();
    while (ar.next_element()) {
      if constexpr (std::same_as<typename List::value_type, bool>) {
        bool value = false;
        visit(ar, value);
        values.push_back(value);
      } else {
        values.emplace_back();
        visit(ar, values.back());
      }
    }
  }
  ar.end_list();
}

template <class Array>
void visit_array(archive& ar, Array& values) {
  ar.begin_list(values.size(), archive::length::fixed);
  for (auto& value : values) {
    ar.next_element();
    visit(ar, value);
  }
  ar.end_list();
}

template <class Map>
void visit_map(archive& ar, Map& map) {
  ar.begin_map(map.size());
  std::string key;
  if (ar.writes()) {
    for (auto& entry : map) {
      key = entry.first;
      ar.next_entry(key);
      visit(ar, entry.second);
    }
  } else {
    map.clear();
    while (ar.next_entry(key)) visit(ar, map[key]);
  }
  ar.end_map();
}

template <class Variant, std::size_t... Indices>
void visit_alternative(archive& ar, Variant& value, std::size_t index, std::index_sequence<Indices...>) {
  const auto visit_if = [&]<std::size_t Index>(std::integral_constant<std::size_t, Index>) {
    if (Index != index) return;
    if (!ar.writes()) value.template emplace<Index>();
    visit(ar, *std::get_if<Index>(&value));
  };
  (visit_if(std::integral_constant<std::size_t, Indices>{}), ...);
}

template <class Variant>
void visit_variant(archive& ar, Variant& value) {
  static_cast<void>(must_have_named_alternatives<Variant>{});
  if constexpr (alternatives<Variant>::all_named && alternatives<Variant>::all_default) {
    static constexpr auto names = alternatives<Variant>::names();
    static_assert(all_different(names), "the names of a variant's alternatives must differ and must not be empty");
    std::size_t index = value.index();
    ar.begin_variant(index, names);
    visit_alternative(ar, value, index, std::make_index_sequence<std::variant_size_v<Variant>>{});
    ar.end_variant();
  }
}

template <class T>
void visit_object(archive& ar, T& value) {
  ar.begin_object();
  if constexpr (has_serialize_member<T>)
    value.serialize(ar);
  else
    serialize(ar, value);
  ar.end_object();
}

template <class T>
void visit(archive& ar, T& value) {
  static_cast<void>(must_be_archivable<T>{});
  if constexpr (!archivable<T>) {
  } else if constexpr (std::same_as<T, bool>) {
    ar.boolean(value);
  } else if constexpr (whole_number<T>) {
    visit_number(ar, value);
  } else if constexpr (std::same_as<T, double>) {
    ar.decimal(value);
  } else if constexpr (std::same_as<T, std::string>) {
    ar.text(value);
  } else if constexpr (std::is_enum_v<T>) {
    visit_enumerator(ar, value);
  } else if constexpr (std::same_as<T, uuid>) {
    ar.identifier(value);
  } else if constexpr (uuid_like<T>) {
    uuid bare = value.value();
    ar.identifier(bare);
    value = T{bare};
  } else if constexpr (is_aggregate_id<T>) {
    std::string bare = value.value();
    ar.text(bare);
    value = T{std::move(bare)};
  } else if constexpr (std::same_as<T, timestamp>) {
    ar.time(value);
  } else if constexpr (is_optional<T>) {
    visit_optional(ar, value);
  } else if constexpr (is_variant<T>) {
    visit_variant(ar, value);
  } else if constexpr (is_array<T>) {
    visit_array(ar, value);
  } else if constexpr (has_serialize_member<T> || has_serialize_function<T>) {
    visit_object(ar, value);
  } else if constexpr (sorted_map<T>) {
    visit_map(ar, value);
  } else {
    visit_list(ar, value);
  }
}

template <class T>
inline constexpr bool is_named_member = false;
template <class T>
inline constexpr bool is_named_member<cereal::NameValuePair<T&>> = !std::is_const_v<T>;

template <class Member>
struct must_be_a_named_member {
  static_assert(
      is_named_member<Member>,
      "`ar(…)` takes members by name: `cereal::make_nvp(\"name\", member)`, of the member itself (no copy, no const)");
};

template <class Member>
void visit_member(archive& ar, Member& member) {
  static_cast<void>(must_be_a_named_member<Member>{});
  if constexpr (is_named_member<Member>) {
    using value_type = std::remove_reference_t<decltype(member.value)>;
    constexpr auto need = is_optional<value_type> ? archive::need::optional : archive::need::required;
    if (ar.member(member.name, need))
      visit(ar, member.value);
    else if constexpr (need == archive::need::optional)
      member.value.reset();
  }
}

/// How to visit a value whose type is forgotten: what the library's compiled half works with.
struct visitable {
  void (*visit)(archive&, void*);
  void* value;
};

template <class T>
visitable erase(T& value) {
  return {[](archive& ar, void* erased) { detail::visit(ar, *static_cast<T*>(erased)); }, &value};
}

}  // namespace detail

template <class... Members>
void archive::operator()(Members&&... members) {
  (detail::visit_member(*this, members), ...);
}

}  // namespace whence::inline v0
