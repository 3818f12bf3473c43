/// Operations on a document, read from a line, and the same on a tree.
///
///     rold=new;xgone;in=-7;tt=a text;ll=1,2,3;gname;cobject;xinside;elist;iindex=1
///
/// r renames, x removes, i, t and l set a whole number, a text and a list, g gets; c and e do the next one inside an object, and
/// inside each object of a list.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json.hpp>

#include <whence/upcasting/document.hpp>

namespace fuzzing {

/// What the tree says of an operation that cannot be done.
struct refused {};

/// Throws refused.
void rename(nlohmann::ordered_json& data, const std::string& from, const std::string& to);

/// Up to the first that is refused: by both, or a property does not hold. Without a tree it is only carried out.
void carry_out(std::string_view operations, whence::document& data, nlohmann::ordered_json* tree);

}  // namespace fuzzing
