#include <whence/contracts/schema_containment.hpp>

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>
#include <set>
#include <string_view>

#include <whence/contracts/schema_judge.hpp>
#include <whence/contracts/strict_json.hpp>

namespace whence::inline v0::detail {
namespace {

using nlohmann::json;

constexpr std::size_t depth_max = 256;
constexpr std::uint64_t endless = std::numeric_limits<std::uint64_t>::max();

struct bound {
  std::optional<long double> value{};
  bool open = false;  ///< the value itself is excluded
};

// `towards`: 1 for a lower bound, which is the stricter the greater it is; -1 for an upper one.

/// The stricter one of the two that a node can have.
bound bound_of(const std::optional<json>& closed, const std::optional<json>& open, int towards) {
  if (open && (!closed || compare(*open, *closed) * towards >= 0)) return {exactly(*open), true};
  if (closed) return {exactly(*closed), false};
  return {};
}

/// The first whole number within: above 0 begins at 1, as from 0.5 on does.
bound of_whole_numbers(const bound& any, int towards) {
  // Beyond 64 bits the next whole number is the next double.
  constexpr long double counted_end = 0x1p64L;
  if (!any.value || *any.value * towards >= counted_end || std::abs(*any.value) > counted_end) return any;
  const long double inside = *any.value * static_cast<long double>(towards);
  return {(any.open ? std::floor(inside) + 1 : std::ceil(inside)) * static_cast<long double>(towards), false};
}

/// What is between the bounds of a node, of whole numbers or of all.
struct range {
  range(const schema_node& node, bool whole)
      : lower(bound_of(node.minimum, node.exclusive_minimum, 1)),
        upper(bound_of(node.maximum, node.exclusive_maximum, -1)) {
    if (!whole) return;
    lower = of_whole_numbers(lower, 1);
    upper = of_whole_numbers(upper, -1);
  }
  bool empty() const {
    if (!lower.value || !upper.value) return false;
    return *lower.value > *upper.value || (*lower.value == *upper.value && (lower.open || upper.open));
  }
  bound lower;
  bound upper;
};

bool is_stricter(const bound& one, const bound& other, int towards) {
  if (!other.value) return true;
  if (!one.value) return false;
  if (*one.value == *other.value) return one.open || !other.open;
  return (*one.value > *other.value) == (towards > 0);
}

/// The groups that look ahead at the begin of `^…`, and the rest.
std::pair<std::set<std::string>, std::string> conditions_of(const std::string& expression) {
  std::set<std::string> conditions;
  std::string_view rest = expression;
  if (!rest.starts_with('^')) return {conditions, expression};
  rest.remove_prefix(1);
  while (rest.starts_with("(?=") || rest.starts_with("(?!")) {
    std::size_t open = 0;
    std::size_t at = 0;
    bool in_class = false;
    for (; at < rest.size(); ++at) {
      if (rest[at] == '\\')
        ++at;
      else if (rest[at] == '[')
        in_class = true;
      else if (rest[at] == ']')
        in_class = false;
      else if (!in_class && rest[at] == '(')
        ++open;
      else if (!in_class && rest[at] == ')' && --open == 0)
        break;
    }
    if (at >= rest.size()) break;
    conditions.emplace(rest.substr(0, at + 1));
    rest.remove_prefix(at + 1);
  }
  return {conditions, std::string(rest)};
}

bool fits(const branch& by, const json& value) { return judge_value(*by.nodes, *by.node, value).empty(); }

const schema_node* element_at(const branch& list, std::size_t index) {
  const schema_node& node = *list.node;
  if (index < node.prefix.size()) return &list.at(node.prefix[index]);
  return node.items ? &list.at(*node.items) : nullptr;
}

/// No value, if a member of that name is refused.
const schema_node* member_of(const branch& object, const std::string& name, const schema_node& anything) {
  const auto known = object.node->properties.find(name);
  if (known != object.node->properties.end()) return &object.at(known->second);
  if (!object.node->additional) return &anything;
  const schema_node& others = object.at(*object.node->additional);
  return is_never(*object.nodes, others) ? nullptr : &others;
}

bool requires_member(const branch& object, const std::string& name) {
  return std::find(object.node->required.begin(), object.node->required.end(), name) != object.node->required.end();
}

const schema_node any_value{};

/// Whether what is written has no members but those that it names.
bool writes_named_only(const branch& object) {
  return is_tolerant(object) || is_never(*object.nodes, object.at(*object.node->additional));
}

/// The most members that are written.
std::uint64_t most_members(const branch& object) {
  const schema_node& node = *object.node;
  const std::uint64_t most = node.max_properties.value_or(endless);
  if (!writes_named_only(object)) return most;
  std::set<std::string_view> names(node.required.begin(), node.required.end());
  for (const auto& [name, index] : node.properties)
    if (!is_never(*object.nodes, object.at(index))) names.insert(name);
  return std::min<std::uint64_t>(most, names.size());
}

std::uint64_t fewest_members(const branch& object) {
  const std::set<std::string_view> required(object.node->required.begin(), object.node->required.end());
  return std::max<std::uint64_t>(object.node->min_properties.value_or(0), required.size());
}

/// Two schemas side by side, pair by pair of their nodes.
class likeness {
 public:
  likeness(const schema_nodes& nodes, const schema_nodes& others) : nodes_(nodes), others_(others) {}

  bool holds(const schema_node& one, const schema_node& other) {
    if (&one == &other || !met_.emplace(&one, &other).second) return true;
    if (++depth_ > depth_max) return false;
    const bool same = says_the_same(one, other) && all_alike(one.prefix, other.prefix) &&
                      all_alike(one.all_of, other.all_of) && all_alike(one.any_of, other.any_of) &&
                      all_alike(one.one_of, other.one_of) && both_alike(one.items, other.items) &&
                      both_alike(one.additional, other.additional) && both_alike(one.none_of, other.none_of) &&
                      both_alike(one.reference, other.reference) &&
                      std::equal(one.properties.begin(), one.properties.end(), other.properties.begin(),
                                 other.properties.end(), [&](const auto& left, const auto& right) {
                                   return left.first == right.first && alike(left.second, right.second);
                                 });
    --depth_;
    return same;
  }

 private:
  static bool says_the_same(const schema_node& one, const schema_node& other) {
    const bool same_pattern = (one.like == nullptr) == (other.like == nullptr) &&
                              (!one.like || one.like->expression() == other.like->expression());
    return one.nothing_fits == other.nothing_fits && one.kinds == other.kinds && one.constant == other.constant &&
           one.choices == other.choices && one.minimum == other.minimum && one.maximum == other.maximum &&
           one.exclusive_minimum == other.exclusive_minimum && one.exclusive_maximum == other.exclusive_maximum &&
           one.min_length == other.min_length && one.max_length == other.max_length && same_pattern &&
           one.min_items == other.min_items && one.max_items == other.max_items && one.unique == other.unique &&
           one.min_properties == other.min_properties && one.max_properties == other.max_properties &&
           one.required == other.required;
  }
  bool alike(node_index left, node_index right) { return holds(nodes_[left], others_[right]); }
  bool all_alike(const std::vector<node_index>& left, const std::vector<node_index>& right) {
    return std::equal(left.begin(), left.end(), right.begin(), right.end(),
                      [this](node_index a, node_index b) { return alike(a, b); });
  }
  bool both_alike(const std::optional<node_index>& left, const std::optional<node_index>& right) {
    return left.has_value() == right.has_value() && (!left || alike(*left, *right));
  }

  const schema_nodes& nodes_;
  const schema_nodes& others_;
  std::set<std::pair<const schema_node*, const schema_node*>> met_;
  std::size_t depth_ = 0;
};

}  // namespace

bool is_narrower(const pattern& one, const pattern& other) {
  if (one.expression() == other.expression()) return true;
  const auto [conditions, rest] = conditions_of(one.expression());
  const auto [others, other_rest] = conditions_of(other.expression());
  return rest == other_rest && one.expression().starts_with('^') == other.expression().starts_with('^') &&
         std::includes(conditions.begin(), conditions.end(), others.begin(), others.end());
}

std::vector<json> listed_values(const branch& one) {
  std::vector<json> values;
  if (one.kind == kind_null) values.emplace_back(nullptr);
  if (one.kind == kind_boolean) values = {false, true};
  if (one.node->constant) values = {*one.node->constant};
  if (one.node->choices) values = *one.node->choices;
  std::erase_if(values, [&](const json& value) { return (kind_of(value) & one.kind) == 0 || !fits(one, value); });
  if (one.kind == kind_string && one.node->max_length == 0 && fits(one, "")) values.emplace_back("");
  return values;
}

bool schema_containment::contains(const schema_nodes& written_nodes, const schema_node& written,
                                  const schema_nodes& read_nodes, const schema_node& read) {
  const pair_of_nodes both{&written, &read};
  const auto [known, is_new] = known_.emplace(both, true);
  // Met inside itself: it holds if nothing else speaks against it.
  if (!is_new) return known->second;
  const std::size_t place = order_.size();
  order_.push_back(both);
  const branches left = branches_of(written_nodes, written);
  const branches right = branches_of(read_nodes, read);
  bool all = true;
  if (left.opaque || right.opaque || depth_ >= depth_max) {
    all = are_alike(written_nodes, written, read_nodes, read);
  } else {
    ++depth_;
    for (const branch& one : left.all) {
      all = all &&
            std::any_of(right.all.begin(), right.all.end(), [&](const branch& other) { return contains(one, other); });
    }
    --depth_;
  }
  if (all) return true;
  // What held inside may have held only because this was assumed to.
  for (; order_.size() > place + 1; order_.pop_back())
    if (known_[order_.back()]) known_.erase(order_.back());
  return known_[both] = false;
}

bool schema_containment::contains(const branch& written, const branch& read) {
  if ((written.kind & read.kind) != written.kind) {
    const bool both_numbers = (written.kind & kind_number) != 0 && (read.kind & kind_number) != 0;
    if (!both_numbers || listed_values(written).empty()) return false;
  }
  const bool is_listed = written.node->constant || written.node->choices;
  const bool may_be_listed = written.kind != kind_object && written.kind != kind_array;
  if (is_listed || (may_be_listed && !listed_values(written).empty())) return choices_fit(written, read);
  if (read.node->choices || read.node->constant) return false;
  switch (written.kind) {
    case kind_string: return texts(written, read);
    case kind_array: return lists(written, read);
    case kind_object: return objects(written, read);
    case kind_null:
    case kind_boolean: return true;
    default: return numbers(written, read);
  }
}

bool schema_containment::choices_fit(const branch& written, const branch& read) {
  const std::vector<json> values = listed_values(written);
  return std::all_of(values.begin(), values.end(), [&](const json& value) { return fits(read, value); });
}

bool schema_containment::numbers(const branch& written, const branch& read) {
  const bool whole = written.kind == kind_integer;
  const range one(*written.node, whole);
  const range other(*read.node, whole);
  return one.empty() || (is_stricter(one.lower, other.lower, 1) && is_stricter(one.upper, other.upper, -1));
}

bool schema_containment::texts(const branch& written, const branch& read) {
  const schema_node& one = *written.node;
  const schema_node& other = *read.node;
  return one.min_length.value_or(0) >= other.min_length.value_or(0) &&
         one.max_length.value_or(endless) <= other.max_length.value_or(endless) &&
         (!other.like || (one.like && is_narrower(*one.like, *other.like)));
}

bool schema_containment::lists(const branch& written, const branch& read) {
  const schema_node& one = *written.node;
  const schema_node& other = *read.node;
  const std::uint64_t most = most_elements(written).value_or(endless);
  if (one.min_items.value_or(0) < other.min_items.value_or(0) || most > most_elements(read).value_or(endless))
    return false;
  if (other.unique && !one.unique && most > 1) return false;
  // Behind all that have a place of their own, one element stands for the rest.
  const std::size_t places = std::max(one.prefix.size(), other.prefix.size()) + 1;
  for (std::size_t i = 0; i < places && i < most; ++i) {
    const schema_node* const mine = element_at(written, i);
    const schema_node* const theirs = element_at(read, i);
    if (theirs == nullptr) continue;
    if (!contains(*written.nodes, mine == nullptr ? any_value : *mine, *read.nodes, *theirs)) return false;
  }
  return true;
}

bool schema_containment::objects(const branch& written, const branch& read) {
  const schema_node& one = *written.node;
  const schema_node& other = *read.node;
  if (other.min_properties.value_or(0) > fewest_members(written) ||
      other.max_properties.value_or(endless) < most_members(written))
    return false;
  if (!std::all_of(other.required.begin(), other.required.end(),
                   [&](const std::string& name) { return requires_member(written, name); }))
    return false;
  for (const auto& [name, index] : one.properties) {
    const schema_node& mine = written.at(index);
    if (is_never(*written.nodes, mine)) continue;
    const schema_node* const theirs = member_of(read, name, any_value);
    if (theirs == nullptr || !contains(*written.nodes, mine, *read.nodes, *theirs)) return false;
  }
  for (const std::string& name : one.required) {
    if (one.properties.contains(name)) continue;
    const schema_node* const mine = member_of(written, name, any_value);
    const schema_node* const theirs = member_of(read, name, any_value);
    if (mine == nullptr) continue;
    if (theirs == nullptr || !contains(*written.nodes, *mine, *read.nodes, *theirs)) return false;
  }
  // Members of any name: of a map, each of the other's members is one of them.
  if (writes_named_only(written)) return true;
  const schema_node& values = written.at(*one.additional);
  for (const auto& [name, index] : other.properties)
    if (!one.properties.contains(name) && !contains(*written.nodes, values, *read.nodes, read.at(index))) return false;
  if (!other.additional) return true;
  return contains(*written.nodes, values, *read.nodes, read.at(*other.additional));
}

bool are_alike(const schema_nodes& nodes, const schema_node& one, const schema_nodes& other_nodes,
               const schema_node& other) {
  return likeness(nodes, other_nodes).holds(one, other);
}

}  // namespace whence::inline v0::detail
