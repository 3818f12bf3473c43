#include <whence/contracts/schema_branches.hpp>

#include <algorithm>

namespace whence::inline v0::detail {
namespace {

/// No type has so many alternatives. A schema of a few lines may have more than there is memory for: alternatives of alternatives.
constexpr std::size_t looked_at_max = 2048;

constexpr std::uint8_t kinds_in_order[] = {kind_null, kind_boolean, kind_number, kind_string, kind_array, kind_object};

/// Whether it judges by itself, and not only by others.
bool judges(const schema_node& node) {
  return node.kinds != kind_any || node.constant || node.choices || node.minimum || node.maximum ||
         node.exclusive_minimum || node.exclusive_maximum || node.min_length || node.max_length || node.like ||
         node.min_items || node.max_items || node.unique || !node.prefix.empty() || node.items || node.min_properties ||
         node.max_properties || !node.properties.empty() || !node.required.empty() || node.additional;
}

/// The kinds of the values that it lists; all, if it lists none.
std::uint8_t kinds_listed(const schema_node& node) {
  if (!node.constant && !node.choices) return kind_any;
  std::uint8_t kinds = 0;
  if (node.constant) kinds = kind_of(*node.constant);
  if (node.choices)
    for (const nlohmann::json& one : *node.choices) kinds = static_cast<std::uint8_t>(kinds | kind_of(one));
  return kinds;
}

/// Whether no object fits, as it would need a member that nothing is.
bool requires_the_impossible(const schema_nodes& nodes, const schema_node& node) {
  return std::any_of(node.required.begin(), node.required.end(), [&](const std::string& name) {
    const auto known = node.properties.find(name);
    if (known != node.properties.end()) return is_never(nodes, nodes[known->second]);
    return node.additional && is_never(nodes, nodes[*node.additional]);
  });
}

/// Whether no value fits both.
bool are_apart(const branch& one, const branch& other) {
  if ((one.kind & other.kind) == 0) return true;
  const std::string name = alternative_name(one);
  return !name.empty() && !alternative_name(other).empty() && name != alternative_name(other);
}

void add(branches& to, const schema_nodes& nodes, const schema_node& node) {
  if (node.nothing_fits || to.opaque) return;
  if (++to.looked_at > looked_at_max) {
    to.opaque = true;
    return;
  }
  const std::size_t others = (node.reference ? 1u : 0u) + (node.any_of.empty() ? 0u : 1u) +
                             (node.one_of.empty() ? 0u : 1u) + (node.none_of ? 1u : 0u) + node.all_of.size();
  if (others == 0) {
    std::uint8_t kinds = static_cast<std::uint8_t>(node.kinds & kinds_listed(node));
    if (requires_the_impossible(nodes, node)) kinds = static_cast<std::uint8_t>(kinds & ~kind_object);
    for (const std::uint8_t kind : kinds_in_order)
      if ((kinds & kind) != 0) to.all.push_back({static_cast<std::uint8_t>(kinds & kind), &node, &nodes});
    return;
  }
  if (others > 1 || judges(node) || node.none_of || !node.all_of.empty()) {
    to.opaque = true;
    return;
  }
  // What leads to itself without going into the value does not compile: this ends.
  if (node.reference) return add(to, nodes, nodes[*node.reference]);
  for (const node_index one : node.any_of) add(to, nodes, nodes[one]);
  const std::size_t first = to.all.size();
  for (const node_index one : node.one_of) add(to, nodes, nodes[one]);
  // What fits two of them fits none.
  for (std::size_t i = first; !node.one_of.empty() && !to.opaque && i < to.all.size(); ++i)
    for (std::size_t j = first; j < i; ++j)
      if (!are_apart(to.all[i], to.all[j])) to.opaque = true;
}

}  // namespace

branches branches_of(const schema_nodes& nodes, const schema_node& node) {
  branches found;
  add(found, nodes, node);
  return found;
}

bool is_never(const schema_nodes& nodes, const schema_node& node) {
  const schema_node* at = &node;
  // What leads to itself without going into the value does not compile: this ends.
  while (!at->nothing_fits && at->reference) at = &nodes[*at->reference];
  return at->nothing_fits;
}

std::optional<std::uint64_t> most_elements(const branch& list) {
  const schema_node& node = *list.node;
  std::optional<std::uint64_t> most = node.max_items;
  const auto ends_at = [&](std::size_t place) { most = most ? std::min<std::uint64_t>(*most, place) : place; };
  for (std::size_t i = 0; i < node.prefix.size(); ++i)
    if (is_never(*list.nodes, list.at(node.prefix[i]))) ends_at(i);
  if (node.items && is_never(*list.nodes, list.at(*node.items))) ends_at(node.prefix.size());
  return most;
}

std::string alternative_name(const branch& one) {
  const schema_node& node = *one.node;
  const bool is_one = one.kind == kind_object && node.properties.size() == 1 && node.required.size() == 1 &&
                      node.required.front() == node.properties.begin()->first && node.additional &&
                      is_never(*one.nodes, one.at(*node.additional));
  return is_one ? node.required.front() : std::string();
}

bool is_tolerant(const branch& object) {
  if (!object.node->additional) return true;
  const schema_node& others = object.at(*object.node->additional);
  return others.kinds == kind_any && !judges(others) && !others.nothing_fits && !others.reference &&
         others.any_of.empty() && others.one_of.empty() && others.all_of.empty() && !others.none_of;
}

}  // namespace whence::inline v0::detail
