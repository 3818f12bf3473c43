/// An event's data on their way from one version to the next: a JSON object whose members are looked at and changed.
///
///     data.rename("custId", "customer");
///     data.set("total", whence::money{data.get<whence::decimal>("total"), whence::currency_code("EUR")});
///     data.each("lines", [](whence::document& line) { line.remove("colour"); });
///
/// What is not touched stays as it was written, to the byte: a number of forty digits, a text's escapes. Values are read and
/// written as events are, strictly, by the type's `serialize`: `get<std::vector<Line>>("lines")`.
#pragma once

#include <cstddef>
#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include <whence/serialization/json.hpp>

namespace whence::inline v0 {

/// A value: copies are documents of their own.
///
/// Threads  one at a time.
/// Costs    one look at the text, which is not parsed: values that nobody asks for are carried as they stand. No allocation for
///          a document that is no larger than those that this object held before, but what new values need.
/// Limits   json_limits, those of an event's text.
class document {
 public:
  /// An object without members.
  document();
  /// Throws decode_error: no JSON object, a member twice in it. What is wrong inside a member's value shows when it is read.
  explicit document(std::string_view json);
  document(const document& other);
  document(document&&) noexcept = default;
  document& operator=(const document& other);
  document& operator=(document&&) noexcept = default;
  ~document() = default;

  bool has(std::string_view name) const;

  /// The member's value. Throws decode_error, with its JSON pointer: it is missing, or not of that type.
  template <class T>
  T get(std::string_view name) const {
    const std::string_view value = text_of(name);
    if constexpr (std::is_same_v<T, std::string>)
      if (is_plain_text(value)) return T(value.substr(1, value.size() - 2));
    try {
      return json_decoder{}.decode<T>(value);
    } catch (const decode_error& inside) {
      throw_from_inside(name, inside);
    }
  }

  /// Makes the member be that, in its place if it is there, else as the last one. Throws encode_error.
  template <class T>
  void set(std::string_view name, const T& value) {
    if constexpr (std::is_convertible_v<const T&, std::string_view>)
      set_text(name, text_from(std::string(std::string_view(value))));
    else
      set_text(name, text_from(value));
  }

  /// The member keeps its place and its value. Throws decode_error: it is missing, or another has that name. encode_error: the name
  /// is no UTF-8.
  void rename(std::string_view from, std::string_view to);

  /// Throws decode_error: it is missing.
  void remove(std::string_view name);

  /// Calls `change(document&)` with the object that the member is. Throws decode_error: it is missing, or no object.
  template <class Change>
  void change(std::string_view name, Change&& change_it) {
    change_member(name, std::ref(change_it));
  }

  /// Calls `change(document&)` with each object of the list that the member is, in order.
  /// Throws decode_error: it is missing, no list, or holds something that is no object.
  template <class Change>
  void each(std::string_view name, Change&& change_it) {
    change_elements(name, std::ref(change_it));
  }

  /// The whole as a value of a type: of an event's struct as it was. Throws decode_error.
  template <class T>
  T as() const {
    return json_decoder{}.decode<T>(json());
  }
  /// From here on it is that value, all of it. Throws encode_error.
  template <class T>
  void become(const T& value) {
    *this = document(text_from(value));
  }

  /// The text: compact where it was changed.
  std::string json() const;

  /// Takes another text in, in the buffers that it has. Throws as the constructor does.
  void assign(std::string_view json);
  /// The same without a copy: the text has to outlive all use of the document, up to the next `assign`.
  void assign_view(std::string_view json);
  /// Appends the text.
  void append_to(std::string& out) const;

 private:
  using on_document = std::function<void(document&)>;

  /// As `encode`, but as long as an event's text may be.
  template <class T>
  static std::string text_from(const T& value) {
    return detail::encode_json(detail::erase(const_cast<T&>(value)), json_limits::event_text_bytes_max);
  }

  struct member {
    std::string_view name;   ///< as a text
    std::string_view key;    ///< as it is written, in quotes
    std::string_view value;  ///< as it is written
  };

  void refuse_twice() const;
  const member* find(std::string_view name) const;
  member& must_find(std::string_view name);
  const member& must_find(std::string_view name) const;
  std::string_view keep(std::string text);

  std::string_view text_of(std::string_view name) const;
  /// A text that is written just as it reads: no decoder is needed for it.
  static bool is_plain_text(std::string_view value) noexcept;
  [[noreturn]] static void throw_from_inside(std::string_view name, const decode_error& inside);
  void set_text(std::string_view name, std::string value);
  void change_member(std::string_view name, const on_document& change_it);
  void change_elements(std::string_view name, const on_document& change_it);

  std::vector<member> members_;
  std::vector<char> text_;        ///< what `assign` took in: a move leaves it where it is
  std::deque<std::string> kept_;  ///< what was set since; its texts stay where they are
};

}  // namespace whence::inline v0
