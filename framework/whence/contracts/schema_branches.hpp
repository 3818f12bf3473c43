/// A schema as the alternatives that it consists of, each of one kind of value: what can be compared with another schema's.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <whence/contracts/schema_nodes.hpp>

namespace whence::inline v0::detail {

/// The values of one kind that a node lets through.
struct branch {
  std::uint8_t kind = kind_null;  ///< one, or those of numbers
  const schema_node* node = nullptr;
  const schema_nodes* nodes = nullptr;

  const schema_node& at(node_index index) const { return (*nodes)[index]; }
};

struct branches {
  std::vector<branch> all;
  /// It uses what cannot be compared: `allOf`, `not`, a `oneOf` of what is not told apart by its kind or its one member,
  /// keywords beside a `$ref` or an alternative; or there are too many.
  bool opaque = false;
  std::size_t looked_at = 0;  ///< nodes
};

branches branches_of(const schema_nodes& nodes, const schema_node& node);

/// Whether it is `false`, or leads to it.
bool is_never(const schema_nodes& nodes, const schema_node& node);

/// The most elements that a list has: what `maxItems` says, or the place at which nothing fits. Nothing: there is no end.
std::optional<std::uint64_t> most_elements(const branch& list);

/// The name of the only member that an alternative of a variant has; empty: it is none.
std::string alternative_name(const branch& one);

/// Members that it does not name: passed over when reading, and in no document that was written.
bool is_tolerant(const branch& object);

}  // namespace whence::inline v0::detail
