#include <whence/contracts/schema_validator.hpp>

#include <algorithm>
#include <bit>
#include <utility>

#include <whence/contracts/schema_judge.hpp>
#include <whence/contracts/schema_nodes.hpp>
#include <whence/contracts/strict_json.hpp>
#include <whence/serialization/json.hpp>

namespace whence::inline v0 {
namespace detail {
namespace {

using nlohmann::json;
using violations = std::vector<schema_violation>;

// A judged schema counts as sixteen steps of a pattern. On a machine of 2024 that is less than two seconds.
constexpr std::uint64_t work_max = std::uint64_t{1} << 28;
constexpr std::uint64_t work_of_schema = 16;
constexpr std::uint64_t work_of_look = 4;  // at one value to compare, or at one name

/// The number of characters; of well-formed UTF-8.
std::size_t length_of(std::string_view text) {
  return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char c) { return (c & 0xC0) != 0x80; }));
}

std::string counted(std::uint64_t count, std::string_view things) {
  return std::to_string(count) + " " + std::string(things);
}

/// Where a value stands in the document. The pointer is made only when somebody is told: names can be long, and have much in them.
struct place {
  const place* above = nullptr;
  std::string_view name{};
  std::size_t index = 0;  ///< in a list

  std::string pointer() const {
    if (above == nullptr) return {};
    return name.data() != nullptr ? inside(above->pointer(), name) : inside(above->pointer(), index);
  }
};

/// Recursion is bounded by the levels of the document and, for each value, by what compile_schema allows.
class judge {
 public:
  explicit judge(const schema_nodes& nodes) : nodes_(nodes) {}

  violations judged(const schema_node& by, const json& document) {
    violations found;
    value(by, document, {}, found);
    return found;
  }

 private:
  static bool full(const violations& found) { return found.size() >= schema_validator::violations_max; }

  void spend(std::uint64_t cost, const place& at) {
    if (work_ < cost) throw schema_too_much_work(at.pointer());
    work_ -= cost;
  }

  void add(violations& to, const schema_node& by, std::string_view keyword, const place& at, std::string expected,
           std::string found) {
    if (full(to)) return;
    schema_violation added{at.pointer(), keyword.empty() ? by.pointer : inside(by.pointer, keyword),
                           std::move(expected), std::move(found)};
    // What is told takes memory until all alternatives were tried.
    spend(added.pointer.size() + added.keyword.size() + added.expected.size(), at);
    to.push_back(std::move(added));
  }

  void value(const schema_node& by, const json& it, const place& at, violations& to) {
    spend(work_of_schema, at);
    if (by.nothing_fits) return add(to, by, {}, at, "nothing", described(it));
    if ((kind_of(it) & by.kinds) == 0) return add(to, by, "type", at, words_for(by.kinds), described(it));
    spend(work_of_look * by.weight, at);
    if (by.constant && compare(*by.constant, it) != 0) add(to, by, "const", at, shown(*by.constant), described(it));
    if (by.choices) choice(by, it, at, to);
    if (it.is_number()) number(by, it, at, to);
    if (it.is_string()) text(by, it, at, to);
    if (it.is_array()) list(by, it, at, to);
    if (it.is_object()) object(by, it, at, to);
    combined(by, it, at, to);
  }

  void choice(const schema_node& by, const json& it, const place& at, violations& to) {
    if (std::any_of(by.choices->begin(), by.choices->end(), [&](const json& one) { return compare(one, it) == 0; }))
      return;
    std::string all = "one of ";
    constexpr std::size_t shown_max = 12;
    for (std::size_t i = 0; i < by.choices->size() && i < shown_max; ++i)
      all.append(i == 0 ? "" : ", ").append(shown((*by.choices)[i]));
    if (by.choices->size() > shown_max) all += ", …";
    add(to, by, "enum", at, std::move(all), described(it));
  }

  void number(const schema_node& by, const json& it, const place& at, violations& to) {
    if (by.minimum && compare(it, *by.minimum) < 0)
      add(to, by, "minimum", at, "at least " + by.minimum->dump(), described(it));
    if (by.maximum && compare(it, *by.maximum) > 0)
      add(to, by, "maximum", at, "at most " + by.maximum->dump(), described(it));
    if (by.exclusive_minimum && compare(it, *by.exclusive_minimum) <= 0)
      add(to, by, "exclusiveMinimum", at, "more than " + by.exclusive_minimum->dump(), described(it));
    if (by.exclusive_maximum && compare(it, *by.exclusive_maximum) >= 0)
      add(to, by, "exclusiveMaximum", at, "less than " + by.exclusive_maximum->dump(), described(it));
  }

  void text(const schema_node& by, const json& it, const place& at, violations& to) {
    const auto& characters = it.get_ref<const std::string&>();
    if (by.min_length || by.max_length) {
      spend(characters.size() / 4, at);
      const std::size_t length = length_of(characters);
      if (by.min_length && length < *by.min_length)
        add(to, by, "minLength", at, "at least " + counted(*by.min_length, "characters"), counted(length, "of them"));
      if (by.max_length && length > *by.max_length)
        add(to, by, "maxLength", at, "at most " + counted(*by.max_length, "characters"), counted(length, "of them"));
    }
    if (!by.like) return;
    const bool fits = by.like->matches(characters, work_);
    spend(1, at);  // a match for which no work was left is none
    if (!fits) add(to, by, "pattern", at, "a text like " + by.like->expression(), described(it));
  }

  void list(const schema_node& by, const json& it, const place& at, violations& to) {
    if (by.min_items && it.size() < *by.min_items)
      add(to, by, "minItems", at, "at least " + counted(*by.min_items, "elements"), described(it));
    if (by.max_items && it.size() > *by.max_items)
      add(to, by, "maxItems", at, "at most " + counted(*by.max_items, "elements"), described(it));
    if (by.unique) unique(by, it, at, to);
    const std::size_t judged = by.items ? it.size() : std::min(it.size(), by.prefix.size());
    for (std::size_t i = 0; i < judged && !full(to); ++i)
      value(nodes_[i < by.prefix.size() ? by.prefix[i] : *by.items], it[i], {.above = &at, .index = i}, to);
  }

  void unique(const schema_node& by, const json& it, const place& at, violations& to) {
    spend(work_of_look * weight_of(it) * static_cast<std::uint64_t>(std::bit_width(it.size())), at);
    std::vector<std::size_t> order(it.size());
    for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
    std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return compare(it[a], it[b]) < 0; });
    const auto twice = std::adjacent_find(order.begin(), order.end(),
                                          [&](std::size_t a, std::size_t b) { return compare(it[a], it[b]) == 0; });
    if (twice == order.end()) return;
    add(to, by, "uniqueItems", at, "no element twice",
        "element " + std::to_string(std::min(twice[0], twice[1])) + " again as element " +
            std::to_string(std::max(twice[0], twice[1])));
  }

  void object(const schema_node& by, const json& it, const place& at, violations& to) {
    if (by.min_properties && it.size() < *by.min_properties)
      add(to, by, "minProperties", at, "at least " + counted(*by.min_properties, "members"),
          counted(it.size(), "of them"));
    if (by.max_properties && it.size() > *by.max_properties)
      add(to, by, "maxProperties", at, "at most " + counted(*by.max_properties, "members"),
          counted(it.size(), "of them"));
    spend(by.required.size(), at);
    for (const std::string& name : by.required)
      if (!full(to) && !it.contains(name)) add(to, by, "required", {.above = &at, .name = name}, "a member", "nothing");
    if (by.properties.empty() && !by.additional) return;
    for (const auto& [name, member] : it.items()) {
      if (full(to)) return;
      spend(work_of_look + name.size() / 4, at);
      const place member_place{.above = &at, .name = name};
      const auto known = by.properties.find(name);
      if (known != by.properties.end())
        value(nodes_[known->second], member, member_place, to);
      else if (by.additional && nodes_[*by.additional].nothing_fits)
        add(to, by, "additionalProperties", member_place, "no such member", described(member));
      else if (by.additional)
        value(nodes_[*by.additional], member, member_place, to);
    }
  }

  void combined(const schema_node& by, const json& it, const place& at, violations& to) {
    if (by.reference) value(nodes_[*by.reference], it, at, to);
    for (const node_index one : by.all_of) value(nodes_[one], it, at, to);
    if (!by.any_of.empty()) alternatives(by, "anyOf", by.any_of, false, it, at, to);
    if (!by.one_of.empty()) alternatives(by, "oneOf", by.one_of, true, it, at, to);
    if (!by.none_of) return;
    violations wrong;
    value(nodes_[*by.none_of], it, at, wrong);
    if (wrong.empty()) add(to, by, "not", at, "something that does not fit the schema there", described(it));
  }

  void alternatives(const schema_node& by, std::string_view keyword, const std::vector<node_index>& all, bool only_one,
                    const json& it, const place& at, violations& to) {
    std::vector<violations> wrong(all.size());
    std::size_t fitting = 0;
    for (std::size_t i = 0; i < all.size(); ++i) {
      value(nodes_[all[i]], it, at, wrong[i]);
      fitting += wrong[i].empty() ? 1 : 0;
      if (fitting == 1 && !only_one) return;
      if (fitting == 2)
        return add(to, by, keyword, at, "what fits one alternative", described(it) + ", which fits two");
    }
    if (fitting == 1) return;
    if (const violations* const meant = meant_one(wrong, at.pointer())) {
      for (const schema_violation& one : *meant)
        if (!full(to)) to.push_back(one);
      return;
    }
    add(to, by, keyword, at, "what fits one of " + counted(all.size(), "alternatives"), described(it));
  }

  /// The alternative that was meant, if that can be told: the only one of this kind, or that has these members.
  static const violations* meant_one(const std::vector<violations>& wrong, const std::string& at) {
    const auto only_one = [&](const auto& excludes) -> const violations* {
      const violations* meant = nullptr;
      for (const violations& alternative : wrong) {
        if (std::any_of(alternative.begin(), alternative.end(), excludes)) continue;
        if (meant != nullptr) return nullptr;
        meant = &alternative;
      }
      return meant;
    };
    const auto* const by_kind =
        only_one([&](const schema_violation& one) { return one.pointer == at && one.keyword.ends_with("/type"); });
    if (by_kind != nullptr) return by_kind;
    return only_one([&](const schema_violation& one) {
      const bool of_a_member = one.pointer.find('/', at.size() + 1) == std::string::npos &&
                               (one.keyword.ends_with("/required") || one.keyword.ends_with("/additionalProperties"));
      return one.pointer == at || of_a_member;
    });
  }

  const schema_nodes& nodes_;
  std::uint64_t work_ = work_max;
};

}  // namespace

violations judge_value(const schema_nodes& nodes, const schema_node& by, const json& value) {
  return judge(nodes).judged(by, value);
}

}  // namespace detail

std::string schema_violation::text() const {
  return (pointer.empty() ? "" : pointer + ": ") + "expected " + expected + ", found " + found + " (by " + keyword +
         ")";
}

schema_validator::schema_validator(std::string_view schema)
    : nodes_(std::make_shared<const detail::schema_nodes>(detail::compile_schema(schema))) {}

std::vector<schema_violation> schema_validator::violations(std::string_view document) const {
  const nlohmann::json parsed = detail::parse_strictly(document, json_limits::depth_max);
  return detail::judge_value(*nodes_, nodes_->root(), parsed);
}

}  // namespace whence::inline v0
