/// How each kind of value is visited: what `serialize` and the library call of an archive. Included by archive.hpp.
#pragma once

#include <algorithm>
#include <concepts>
#include <limits>
#include <type_traits>
#include <utility>

#include <whence/serialization/archive.hpp>
#include <whence/serialization/member.hpp>

namespace whence::inline v0 {

template <class Archive>
void serialize(Archive& ar, money& value) {
  ar(cereal::make_nvp("amount", value.amount), cereal::make_nvp("currency", value.currency));
}

namespace detail {

template <class T>
void visit(archive& ar, T& value);

template <class T>
visitable erase(T& value) {
  return {[](archive& ar, void* erased) { detail::visit(ar, *static_cast<T*>(erased)); }, &value};
}

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

template <class Duration>
void visit_time(archive& ar, std::chrono::sys_time<Duration>& value) {
  using std::chrono::microseconds;
  constexpr microseconds step = std::chrono::duration_cast<microseconds>(Duration{1});
  // What would not fit into 64 bits of microseconds is far from any year that can be written.
  constexpr auto most = std::numeric_limits<std::int64_t>::max() / step.count();
  const auto count = std::clamp<std::int64_t>(value.time_since_epoch().count(), -most, most);
  timestamp wide{microseconds{count * step.count()}};
  ar.time(wide, step);
  value = std::chrono::sys_time<Duration>{
      Duration{static_cast<typename Duration::rep>(wide.time_since_epoch().count() / step.count())}};
}

template <class Count, class Period>
void visit_duration(archive& ar, std::chrono::duration<Count, Period>& value) {
  static constexpr archive::tick unit{.numerator = Period::num,
                                      .denominator = Period::den,
                                      .least = std::numeric_limits<Count>::min(),
                                      .most = std::numeric_limits<Count>::max()};
  std::int64_t ticks = value.count();
  ar.duration(ticks, unit);
  value = std::chrono::duration<Count, Period>{static_cast<Count>(ticks)};
}

template <std::size_t Size>
void visit_bytes(archive& ar, std::array<std::byte, Size>& value) {
  std::vector<std::byte> copy(value.begin(), value.end());
  ar.bytes(copy, Size);
  std::copy_n(copy.begin(), std::min(Size, copy.size()), value.begin());
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
  ar.begin_list(values.size(), archive::elements::any);
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

template <class Set>
void visit_set(archive& ar, Set& values) {
  ar.begin_list(values.size(), archive::elements::unique);
  if (ar.writes()) {
    for (const auto& value : values) {
      ar.next_element();
      auto copy = value;
      visit(ar, copy);
    }
  } else {
    values.clear();
    while (ar.next_element()) {
      typename Set::key_type value{};
      visit(ar, value);
      if (!values.insert(std::move(value)).second) ar.found_twice();
    }
  }
  ar.end_list();
}

template <class Array>
void visit_array(archive& ar, Array& values) {
  ar.begin_list(values.size(), archive::elements::fixed);
  for (auto& value : values) {
    if (!ar.next_element()) break;
    visit(ar, value);
  }
  ar.end_list();
}

template <class... Values>
void visit_tuple(archive& ar, Values&... values) {
  ar.begin_list(sizeof...(Values), archive::elements::tuple);
  ((ar.next_element(), visit(ar, values)), ...);
  ar.end_list();
}

template <class Map>
void visit_map_by_name(archive& ar, Map& map) {
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

/// A list of pairs: JSON has no keys but strings.
template <class Map>
void visit_map(archive& ar, Map& map) {
  ar.begin_list(map.size(), archive::elements::unique);
  if (ar.writes()) {
    for (auto& entry : map) {
      ar.next_element();
      auto key = entry.first;
      visit_tuple(ar, key, entry.second);
    }
  } else {
    map.clear();
    while (ar.next_element()) {
      typename Map::key_type key{};
      typename Map::mapped_type value{};
      visit_tuple(ar, key, value);
      if (!map.emplace(std::move(key), std::move(value)).second) ar.found_twice();
    }
  }
  ar.end_list();
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
    do {
      visit_alternative(ar, value, index, std::make_index_sequence<std::variant_size_v<Variant>>{});
    } while (ar.end_variant(index));
  }
}

template <class T>
void visit_object(archive& ar, T& value) {
  if (!ar.begin_object(&type_key<T>)) return;
  if constexpr (has_serialize_member<T>)
    value.serialize(ar);
  else
    serialize(ar, value);
  ar.end_object();
}

template <scalar T>
void visit_scalar(archive& ar, T& value) {
  if constexpr (std::same_as<T, bool>) {
    ar.boolean(value);
  } else if constexpr (whole_number<T>) {
    visit_number(ar, value);
  } else if constexpr (std::same_as<T, double>) {
    ar.real(value, archive::precision::of_double);
  } else if constexpr (std::same_as<T, float>) {
    double wide = value;
    ar.real(wide, archive::precision::of_float);
    value = static_cast<float>(wide);
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
  } else if constexpr (is_archivable_time<T>) {
    visit_time(ar, value);
  } else if constexpr (is_duration<T>) {
    visit_duration(ar, value);
  } else if constexpr (std::same_as<T, decimal>) {
    ar.exact(value);
  } else if constexpr (std::same_as<T, currency_code>) {
    ar.currency(value);
  } else if constexpr (std::same_as<T, std::vector<std::byte>>) {
    ar.bytes(value, archive::any_size);
  } else {
    visit_bytes(ar, value);
  }
}

template <class T>
void visit(archive& ar, T& value) {
  static_cast<void>(must_be_archivable<T>{});
  if constexpr (archivable<T>) {
    if constexpr (scalar<T>) {
      visit_scalar(ar, value);
    } else if constexpr (is_optional<T>) {
      visit_optional(ar, value);
    } else if constexpr (is_variant<T>) {
      visit_variant(ar, value);
    } else if constexpr (is_array<T>) {
      visit_array(ar, value);
    } else if constexpr (is_tuple<T>) {
      std::apply([&ar](auto&... values) { visit_tuple(ar, values...); }, value);
    } else if constexpr (has_serialize_member<T> || has_serialize_function<T>) {
      visit_object(ar, value);
    } else if constexpr (map_by_name<T>) {
      visit_map_by_name(ar, value);
    } else if constexpr (sorted_map<T>) {
      visit_map(ar, value);
    } else if constexpr (sorted_set<T>) {
      visit_set(ar, value);
    } else {
      visit_list(ar, value);
    }
  }
}

template <class T>
inline constexpr bool is_named_member = false;
template <class T>
inline constexpr bool is_named_member<cereal::NameValuePair<T&>> = !std::is_const_v<T>;

template <class T>
inline constexpr bool is_defaulted_member = false;
template <class T>
inline constexpr bool is_defaulted_member<defaulted_member<T>> = !std::is_const_v<T>;

template <class Member>
inline constexpr bool is_told_to_archive =
    is_named_member<Member> || is_defaulted_member<Member> || std::same_as<Member, const tolerance>;

template <class Member>
struct must_be_a_named_member {
  static_assert(
      is_told_to_archive<Member>,
      "`ar(…)` takes members by name: `cereal::make_nvp(\"name\", member)`, of the member itself (no copy, no const)");
};

template <class Member>
void visit_member(archive& ar, Member& member) {
  static_cast<void>(must_be_a_named_member<Member>{});
  if constexpr (is_defaulted_member<Member>) {
    const visitable standard = erase(member.standard);
    if (ar.member(member.name, archive::need::defaulted, &standard))
      visit(ar, member.value);
    else
      member.value = std::move(member.standard);
  } else if constexpr (is_named_member<Member>) {
    using value_type = std::remove_reference_t<decltype(member.value)>;
    constexpr auto need = is_optional<value_type> ? archive::need::optional : archive::need::required;
    if (ar.member(member.name, need, nullptr))
      visit(ar, member.value);
    else if constexpr (need == archive::need::optional)
      member.value.reset();
  } else if constexpr (std::same_as<Member, const tolerance>) {
    ar.tolerate_unknown();
  }
}

}  // namespace detail

template <class... Members>
void archive::operator()(Members&&... members) {
  (detail::visit_member(*this, members), ...);
}

}  // namespace whence::inline v0
