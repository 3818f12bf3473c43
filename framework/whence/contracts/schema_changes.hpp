/// What changed between two schemas, and who can still read whom.
///
///     for (const whence::schema_change& one : whence::schema_changes(before, after)) std::cout << one.what << '\n';
///
/// Backward: code of the new schema reads data of the old one. Forward: code of the old schema reads data of the new one. Reading
/// is as strict as it is for events: a member that is missing, or that is not named, is refused, unless the schema allows it.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <whence/contracts/schema_validator.hpp>

namespace whence::inline v0 {

/// Who can read whom.
enum class compatibility {
  both,      ///< either reads the data of the other
  backward,  ///< new code reads old data
  forward,   ///< old code reads new data
  breaking   ///< neither reads the other's
};

/// "both", "backward", "forward", "breaking"
std::string_view name_of(compatibility how);

constexpr bool reads_old(compatibility how) { return how == compatibility::both || how == compatibility::backward; }
constexpr bool reads_new(compatibility how) { return how == compatibility::both || how == compatibility::forward; }

struct schema_change {
  std::string
      pointer;  ///< JSON pointer of the value in a document, `*` for each element: "/lines/*/price"; empty: the whole
  std::string what;  ///< "a member is new, and required"
  compatibility reads;
  std::string why;        ///< who cannot read what
  std::string remedy;     ///< what to do: an upcaster, a default, the order in which programs are replaced
  std::string meaning{};  ///< which old data say something else now, though new code reads them; empty: none
};

/// None: what fits one fits the other, whichever keywords say so. Sorted by place. A member that is `false` is none.
///
/// Data of a schema are the documents that fit it, without members that it does not name: a tolerant type passes over them, and
/// writes none. Where a schema uses what no type's schema does (`allOf`, `not`, a `oneOf` of what is not told apart by its kind
/// or its one member), only what is the same is found compatible.
std::vector<schema_change> schema_changes(const schema_validator& before, const schema_validator& after);

/// Of all changes together: what each of them allows. `both` if there are none.
compatibility compatibility_of(const std::vector<schema_change>& changes);

}  // namespace whence::inline v0
