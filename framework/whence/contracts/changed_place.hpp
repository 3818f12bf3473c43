/// Where in an event's data a change is, and the words of an upcaster that gets there.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace whence::inline v0::detail {

/// What is done with the document of that name, as text: `data.remove("x");`.
using written_change = std::function<std::string(const std::string& document)>;

class changed_place {
 public:
  /// JSON pointer, `*` for each element, or for each member of any name: "/lines/*/price".
  const std::string& pointer() const noexcept { return pointer_; }

  /// `is_required`: there is no event of before without it.
  changed_place member(const std::string& name, bool is_required) const;
  changed_place element(std::size_t index) const;
  changed_place each_element() const;
  changed_place each_member() const;
  /// The value here may be null as well.
  changed_place or_null() const;

  /// The body of an upcaster that changes the object here; of one that a document does not lead to, the member that it is in.
  std::string change_object(const written_change& change) const;
  /// The same, for a value of any kind: the object that it is in is changed.
  std::string change_value(const std::string& change) const;

  /// A member by its name, in quotes.
  static std::string in_quotes(const std::string& name);

 private:
  enum class step_kind : std::uint8_t {
    member,        ///< always there
    maybe_member,  ///< only if it is there
    elements,      ///< each of a list
    out_of_reach   ///< by its place in a list, or under any name; or an element that may be null
  };
  struct step {
    step_kind kind;
    std::string name{};
    bool is_member() const { return kind == step_kind::member || kind == step_kind::maybe_member; }
  };

  changed_place with(std::string pointer, step next) const;
  static std::string if_there(const std::string& document, const step& member);
  std::string lead_on(std::size_t from, std::size_t end, const written_change& change) const;

  std::string pointer_;
  std::vector<step> steps_;
};

}  // namespace whence::inline v0::detail
