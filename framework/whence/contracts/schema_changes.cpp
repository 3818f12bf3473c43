#include <whence/contracts/schema_changes.hpp>

#include <algorithm>
#include <cmath>
#include <optional>
#include <set>
#include <utility>

#include <whence/contracts/changed_place.hpp>
#include <whence/contracts/schema_containment.hpp>
#include <whence/contracts/strict_json.hpp>

namespace whence::inline v0 {
namespace detail {
namespace {

using nlohmann::json;
using changes = std::vector<schema_change>;

compatibility compatibility_from(bool backward, bool forward) {
  if (backward) return forward ? compatibility::both : compatibility::backward;
  return forward ? compatibility::forward : compatibility::breaking;
}

/// What who reads `object` says of a member that it does not take.
std::string refusal(std::string_view who, const branch& object, const std::string& name) {
  const bool is_named = object.node->properties.contains(name);
  return std::string(who) + (is_named ? " refuses that member" : " refuses a member that it does not name");
}

/// Of values that are listed: the first few.
std::string words_for_listed(const std::vector<json>& listed) {
  constexpr std::size_t named_max = 8;
  std::string words;
  for (std::size_t i = 0; i < listed.size() && i < named_max; ++i) words += (i == 0 ? "" : ", ") + listed[i].dump();
  if (listed.size() > named_max) words += " and " + std::to_string(listed.size() - named_max) + " more";
  return (listed.size() == 1 ? "only " : "one of ") + words;
}

/// Whole numbers of which some are no double.
bool goes_beyond_doubles(const branch& numbers) {
  constexpr double whole_max = 9007199254740992;  // what is above it may be rounded to it
  const schema_node& node = *numbers.node;
  const auto within = [](const std::optional<json>& bound, const std::optional<json>& exclusive) {
    return (bound && std::abs(bound->get<double>()) < whole_max) ||
           (exclusive && std::abs(exclusive->get<double>()) < whole_max);
  };
  return !within(node.minimum, node.exclusive_minimum) || !within(node.maximum, node.exclusive_maximum);
}

/// Which values there are, in a few words.
std::string words_for_values(const branch& one) {
  const schema_node& node = *one.node;
  if (one.kind == kind_string || (one.kind & kind_number) != 0) {
    std::vector<json> listed;
    if (node.constant) listed.push_back(*node.constant);
    if (node.choices && !node.constant) listed = *node.choices;
    std::erase_if(listed, [&](const json& value) { return (kind_of(value) & one.kind) == 0; });
    if (!listed.empty()) return words_for_listed(listed);
  }
  const auto bounded = [](const std::optional<json>& bound, std::string_view word) {
    return bound ? " " + std::string(word) + " " + bound->dump() : std::string();
  };
  switch (one.kind) {
    case kind_string: {
      std::string words = node.like ? "texts like " + node.like->expression() : "any text";
      if (node.min_length) words += " of at least " + std::to_string(*node.min_length) + " characters";
      if (node.max_length) words += " of at most " + std::to_string(*node.max_length) + " characters";
      return words;
    }
    case kind_array: {
      std::string words = node.unique ? "lists without an element twice" : "lists";
      if (node.min_items) words += " of at least " + std::to_string(*node.min_items);
      if (const auto most = most_elements(one)) words += " of at most " + std::to_string(*most);
      return words;
    }
    case kind_object: return "objects";
    case kind_boolean: return "booleans";
    case kind_null: return "null";
    default:
      return std::string(one.kind == kind_integer ? "whole numbers" : "numbers") + bounded(node.minimum, "from") +
             bounded(node.exclusive_minimum, "above") + bounded(node.maximum, "to") +
             bounded(node.exclusive_maximum, "below");
  }
}

std::string words_for_values(const branches& all) {
  if (all.opaque) return "what the schema says";
  std::string words;
  for (const branch& one : all.all) words.append(words.empty() ? "" : ", ").append(words_for_values(one));
  return words.empty() ? "nothing" : words;
}

bool requires_member(const branch& object, const std::string& name) {
  return std::find(object.node->required.begin(), object.node->required.end(), name) != object.node->required.end();
}

class comparison {
 public:
  comparison(const schema_nodes& before, const schema_nodes& after) : before_(before), after_(after) { name_event(); }

  changes compare_all() {
    values(before_.root(), after_.root(), changed_place());
    const compatibility whole = of(before_.root(), after_.root());
    // What the parts do not tell: no change is ever passed over.
    const compatibility told = compatibility_of(found_);
    if ((reads_old(told) && !reads_old(whole)) || (reads_new(told) && !reads_new(whole)))
      add(changed_place(), "the values as a whole are others", whole);
    std::stable_sort(found_.begin(), found_.end(),
                     [](const schema_change& a, const schema_change& b) { return a.pointer < b.pointer; });
    return std::move(found_);
  }

 private:
  /// `upcast<OrderPlaced, 1>`, if the schema's title tells.
  void name_event() {
    const std::string& title = before_.root().title;
    const std::size_t middle = title.find(" version ");
    upcast_ = middle == std::string::npos ? "upcast<Event, N>"
                                          : "upcast<" + title.substr(0, middle) + ", " + title.substr(middle + 9) + ">";
  }

  std::string upcaster(const std::string& body) const {
    return "give the event a new version and " + upcast_ + "([](document& data) { " + body + " })";
  }
  /// One that changes the object there.
  std::string upcaster(const changed_place& at, const written_change& change) const {
    return upcaster(at.change_object(change));
  }
  static std::string in_quotes(const std::string& name) { return changed_place::in_quotes(name); }
  static std::string set_if_missing(const std::string& document, const std::string& name) {
    return "if (!" + document + ".has(" + in_quotes(name) + ")) " + document + ".set(" + in_quotes(name) + ", …);";
  }

  compatibility of(const schema_node& one, const schema_node& other) {
    return compatibility_from(containment_.contains(before_, one, after_, other),
                              containment_.contains(after_, other, before_, one));
  }
  compatibility of(const branch& one, const branch& other) {
    return compatibility_from(containment_.contains(one, other), containment_.contains(other, one));
  }

  schema_change& add(const changed_place& at, std::string what, compatibility how, std::string why = {},
                     std::string remedy = {}) {
    if (why.empty() && how != compatibility::both) {
      why = how == compatibility::backward  ? "code of before does not read all that is written now"
            : how == compatibility::forward ? "events of before may have what is not read any more"
                                            : "neither reads what the other writes";
    }
    if (remedy.empty()) remedy = usual_remedy(at, how);
    return found_.emplace_back(schema_change{at.pointer(), std::move(what), how, std::move(why), std::move(remedy)});
  }

  std::string usual_remedy(const changed_place& at, compatibility how) const {
    switch (how) {
      case compatibility::both: return "nothing";
      case compatibility::backward: return "nothing for the log; replace all programs that read before one that writes";
      default: return upcaster(at.change_value("… make of the old value a new one …"));
    }
  }

  void values(const schema_node& one, const schema_node& other, const changed_place& at) {
    if (at.pointer().size() > pointer_max || !met_.emplace(&one, &other).second) return;
    const branches left = branches_of(before_, one);
    const branches right = branches_of(after_, other);
    const compatibility how = of(one, other);
    if (left.opaque || right.opaque) {
      if (how != compatibility::both)
        add(at, "the schema is another, and uses what cannot be compared", how,
            "nothing shows that they read each other");
      return;
    }
    const auto of_kind = [](const branches& all, bool null) {
      std::vector<branch> some;
      for (const branch& each : all.all)
        if ((each.kind == kind_null) == null) some.push_back(each);
      return some;
    };
    const std::vector<branch> mine = of_kind(left, false);
    const std::vector<branch> theirs = of_kind(right, false);
    const bool are_variants = is_variant(mine) && is_variant(theirs);
    const bool are_one = mine.size() == 1 && theirs.size() == 1 && are_of_one_kind(mine[0], theirs[0]);
    if (!are_one && !are_variants) {
      if (how != compatibility::both) add(at, "was " + words_for_values(left) + ", is " + words_for_values(right), how);
      return;
    }
    null(!of_kind(left, true).empty(), !of_kind(right, true).empty(), at);
    const changed_place& inside = of_kind(left, true).empty() ? at : at.or_null();
    if (are_one)
      branch_of_one_kind(mine[0], theirs[0], inside);
    else
      variants(mine, theirs, inside);
  }

  static bool is_variant(const std::vector<branch>& all) {
    return !all.empty() &&
           std::all_of(all.begin(), all.end(), [](const branch& one) { return !alternative_name(one).empty(); });
  }

  static bool are_of_one_kind(const branch& one, const branch& other) {
    return one.kind == other.kind || ((one.kind & kind_number) != 0 && (other.kind & kind_number) != 0);
  }

  void null(bool was_allowed, bool is_allowed, const changed_place& at) {
    if (!was_allowed && is_allowed)
      add(at, "may be null now", compatibility::backward, "code of before refuses null");
    else if (was_allowed && !is_allowed)
      add(at, "may not be null any more", compatibility::forward, "events of before may have null",
          upcaster(at.change_value("… replace null …")));
  }

  void variants(const std::vector<branch>& mine, const std::vector<branch>& theirs, const changed_place& at) {
    const auto named = [](const std::vector<branch>& all, const std::string& name) {
      return std::find_if(all.begin(), all.end(), [&](const branch& one) { return alternative_name(one) == name; });
    };
    for (const branch& one : mine) {
      const std::string name = alternative_name(one);
      const auto other = named(theirs, name);
      if (other == theirs.end())
        add(at.member(name, false), "an alternative is gone", compatibility::forward, "events of before may be of it",
            upcaster(at.member(name, false).change_value("… make of it another alternative …")));
      else
        values(one.at(one.node->properties.begin()->second), other->at(other->node->properties.begin()->second),
               at.member(name, false));
    }
    for (const branch& other : theirs)
      if (named(mine, alternative_name(other)) == mine.end())
        add(at.member(alternative_name(other), false), "an alternative is new", compatibility::backward,
            "code of before does not know it");
  }

  void branch_of_one_kind(const branch& one, const branch& other, const changed_place& at) {
    if (one.kind == kind_object && one.node->choices == other.node->choices &&
        one.node->constant == other.node->constant)
      return objects(one, other, at);
    if (one.kind == kind_array) return lists(one, other, at);
    if (one.kind == kind_string && one.node->choices && other.node->choices) return names(one, other, at);
    const compatibility how = of(one, other);
    if (how == compatibility::both) return;
    const bool is_double_now =
        (one.kind & kind_number) != 0 && how == compatibility::backward && one.kind != other.kind;
    const std::string what = "was " + words_for_values(one) + ", is " + words_for_values(other);
    const std::string no_fraction = is_double_now ? "code of before refuses a fraction" : "";
    if (!is_double_now || !goes_beyond_doubles(one)) {
      add(at, what, how, no_fraction);
      return;
    }
    const std::string meaning = "beyond 2^53 a whole number is read as the nearest double now";
    add(at, what, how, no_fraction + "; " + meaning,
        "if that is not meant: keep whole numbers; else " + usual_remedy(at, how))
        .meaning = meaning;
  }

  void names(const branch& one, const branch& other, const changed_place& at) {
    const auto missing_in = [](const std::vector<json>& some, const std::vector<json>& all) {
      std::string missing;
      for (const json& value : some)
        if (std::find(all.begin(), all.end(), value) == all.end())
          missing += (missing.empty() ? "" : ", ") + value.dump();
      return missing;
    };
    const std::string gone = missing_in(*one.node->choices, *other.node->choices);
    const std::string added = missing_in(*other.node->choices, *one.node->choices);
    if (!added.empty())
      add(at, "may be " + added + " now", compatibility::backward, "code of before does not know " + added);
    if (!gone.empty())
      add(at, "may not be " + gone + " any more", compatibility::forward, "events of before may have " + gone,
          upcaster(at.change_value("… make of " + gone + " what it is called today …")));
  }

  void lists(const branch& one, const branch& other, const changed_place& at) {
    const schema_node& mine = *one.node;
    const schema_node& theirs = *other.node;
    if (mine.prefix.size() != theirs.prefix.size()) {
      if (const compatibility how = of(one, other); how != compatibility::both)
        add(at, "was " + words_for_values(one) + ", is " + words_for_values(other), how);
      return;
    }
    const schema_node sizes_before = bare_list(one);
    const schema_node sizes_after = bare_list(other);
    const branch left{kind_array, &sizes_before, one.nodes};
    const branch right{kind_array, &sizes_after, other.nodes};
    schema_containment sizes;
    if (const compatibility how = compatibility_from(sizes.contains(left, right), sizes.contains(right, left));
        how != compatibility::both)
      add(at, "was " + words_for_values(one) + ", is " + words_for_values(other), how);
    // Where the one has no element any more, its size says so.
    const std::uint64_t both_have = std::min(sizes_before.max_items.value_or(mine.prefix.size() + 1),
                                             sizes_after.max_items.value_or(theirs.prefix.size() + 1));
    for (std::size_t i = 0; i < mine.prefix.size() && i < both_have; ++i)
      values(one.at(mine.prefix[i]), other.at(theirs.prefix[i]), at.element(i));
    if (mine.items && theirs.items && both_have > mine.prefix.size())
      values(one.at(*mine.items), other.at(*theirs.items), at.each_element());
  }

  /// The list without what is said of its elements.
  static schema_node bare_list(const branch& list) {
    schema_node bare;
    bare.kinds = kind_array;
    bare.min_items = list.node->min_items;
    bare.max_items = most_elements(list);
    bare.unique = list.node->unique;
    return bare;
  }

  void objects(const branch& one, const branch& other, const changed_place& at) {
    std::set<std::string> gone;
    std::set<std::string> added;
    for (const auto& [name, index] : one.node->properties) {
      if (!may_have(one, name)) continue;
      if (!may_have(other, name))
        gone.insert(name);
      else
        member(one, other, name, one.at(index), other.at(other.node->properties.at(name)), at);
    }
    for (const auto& [name, index] : other.node->properties)
      if (may_have(other, name) && !may_have(one, name)) added.insert(name);
    const bool is_renamed =
        gone.size() == 1 && added.size() == 1 && is_rename(one, other, *gone.begin(), *added.begin());
    for (const std::string& name : gone) removed(one, other, name, at, is_renamed ? *added.begin() : std::string());
    for (const std::string& name : added) put_in(one, other, name, at, is_renamed ? *gone.begin() : std::string());
    others(one, other, at);
  }

  /// Whether it names the member, and not only to say that it is not there (`false`).
  static bool may_have(const branch& object, const std::string& name) {
    const auto known = object.node->properties.find(name);
    return known != object.node->properties.end() && !is_never(*object.nodes, object.at(known->second));
  }

  bool is_rename(const branch& one, const branch& other, const std::string& from, const std::string& to) {
    return requires_member(one, from) == requires_member(other, to) &&
           of(one.at(one.node->properties.at(from)), other.at(other.node->properties.at(to))) == compatibility::both;
  }

  void member(const branch& one, const branch& other, const std::string& name, const schema_node& mine,
              const schema_node& theirs, const changed_place& at) {
    const bool was_required = requires_member(one, name);
    const bool is_required = requires_member(other, name);
    const changed_place place = at.member(name, was_required);
    const auto set_it = [&](const std::string& document) { return set_if_missing(document, name); };
    if (was_required && !is_required)
      add(place, "a member may be left out now", compatibility::backward, "code of before refuses an event without it");
    if (!was_required && is_required)
      add(place, "a member may not be left out any more", compatibility::forward, "events of before may lack it",
          upcaster(at, set_it));
    if (mine.standard != theirs.standard && !was_required && !is_required)
      add_other_default(mine, theirs, place, upcaster(at, set_it));
    values(mine, theirs, place);
  }

  void add_other_default(const schema_node& mine, const schema_node& theirs, const changed_place& at,
                         const std::string& set_it) {
    const auto words = [](const schema_node& node) { return node.standard ? node.standard->dump() : "nothing"; };
    const std::string meaning = "events of before that lack it mean something else from now on";
    add(at, "a member that is left out reads as " + words(theirs) + ", and read as " + words(mine), compatibility::both,
        meaning, "if that is not meant: leave the default, or " + set_it)
        .meaning = meaning;
  }

  /// `document.rename` and `remove` throw where there is nothing.
  static std::string if_it_has(const std::string& document, const std::string& name, bool always) {
    return always ? std::string() : "if (" + document + ".has(" + in_quotes(name) + ")) ";
  }
  std::string renaming(const changed_place& at, const std::string& from, const std::string& to, bool always) const {
    return upcaster(at, [&](const std::string& document) {
      return if_it_has(document, from, always) + document + ".rename(" + in_quotes(from) + ", " + in_quotes(to) + ");";
    });
  }

  void removed(const branch& one, const branch& other, const std::string& name, const changed_place& at,
               const std::string& renamed_to) {
    const schema_node& mine = one.at(one.node->properties.at(name));
    const bool was_required = requires_member(one, name);
    const bool backward = is_passed_over(other, name, before_, mine);
    std::string why;
    if (!backward) why = refusal("code of now", other, name);
    if (was_required) why.append(why.empty() ? "" : "; ").append("code of before requires it");
    std::string remedy;
    if (!renamed_to.empty())
      remedy = renaming(at, name, renamed_to, was_required);
    else if (!backward)
      remedy =
          upcaster(at,
                   [&](const std::string& document) {
                     return if_it_has(document, name, was_required) + document + ".remove(" + in_quotes(name) + ");";
                   }) +
          (other.node->properties.contains(name) ? "" : "; or let the type be `tolerant`");
    add(at.member(name, was_required), was_required ? "a member is gone that was required" : "a member is gone",
        compatibility_from(backward, !was_required), why, remedy);
  }

  void put_in(const branch& one, const branch& other, const std::string& name, const changed_place& at,
              const std::string& renamed_from) {
    const schema_node& theirs = other.at(other.node->properties.at(name));
    const bool is_required = requires_member(other, name);
    const bool forward = is_passed_over(one, name, after_, theirs);
    std::string why;
    if (is_required) why = "events of before do not have it";
    if (!forward) why.append(why.empty() ? "" : "; ").append(refusal("code of before", one, name));
    std::string remedy;
    if (!renamed_from.empty())
      remedy = renaming(at, renamed_from, name, requires_member(one, renamed_from));
    else if (is_required)
      remedy =
          upcaster(at, [&](const std::string& document) { return document + ".set(" + in_quotes(name) + ", …);"; }) +
          "; or let it be optional, or have `or_default`";
    add(at.member(name, false), is_required ? "a member is new, and required" : "a member is new, and may be left out",
        compatibility_from(!is_required, forward), why, remedy);
  }

  /// Whether what reads `object` takes such a value for a member that it does not name.
  bool is_passed_over(const branch& object, const std::string& name, const schema_nodes& value_nodes,
                      const schema_node& value) {
    if (object.node->properties.contains(name)) return false;  // it is there to be refused
    if (is_tolerant(object)) return true;
    return containment_.contains(value_nodes, value, *object.nodes, object.at(*object.node->additional));
  }

  void others(const branch& one, const branch& other, const changed_place& at) {
    const bool was_tolerant = is_tolerant(one);
    const bool now_tolerant = is_tolerant(other);
    if (was_tolerant && now_tolerant) return;
    if (was_tolerant != now_tolerant) {
      const branch& strict = was_tolerant ? other : one;
      if (is_never(*strict.nodes, strict.at(*strict.node->additional))) {
        add(at,
            now_tolerant ? "members that are not named are passed over now"
                         : "members that are not named are refused now",
            compatibility::both, "nobody who writes by either schema writes such members");
        return;
      }
    } else {
      const schema_node& mine = one.at(*one.node->additional);
      const schema_node& theirs = other.at(*other.node->additional);
      const bool was_strict = is_never(before_, mine);
      const bool is_strict = is_never(after_, theirs);
      if (was_strict && is_strict) return;
      if (!was_strict && !is_strict) return values(mine, theirs, at.each_member());
    }
    if (const compatibility how = of(one, other); how != compatibility::both)
      add(at, "members of any name: what they may be is another", how);
  }

  /// Recursive types are compared once; a pointer beyond this is one of many that say the same.
  static constexpr std::size_t pointer_max = 4'096;

  const schema_nodes& before_;
  const schema_nodes& after_;
  schema_containment containment_;
  std::string upcast_;
  std::set<std::pair<const schema_node*, const schema_node*>> met_;
  changes found_;
};

}  // namespace
}  // namespace detail

std::string_view name_of(compatibility how) {
  switch (how) {
    case compatibility::both: return "both";
    case compatibility::backward: return "backward";
    case compatibility::forward: return "forward";
    case compatibility::breaking: return "breaking";
  }
  return {};
}

std::vector<schema_change> schema_changes(const schema_validator& before, const schema_validator& after) {
  return detail::comparison(before.nodes(), after.nodes()).compare_all();
}

compatibility compatibility_of(const std::vector<schema_change>& changes) {
  const bool backward =
      std::all_of(changes.begin(), changes.end(), [](const schema_change& one) { return reads_old(one.reads); });
  const bool forward =
      std::all_of(changes.begin(), changes.end(), [](const schema_change& one) { return reads_new(one.reads); });
  return detail::compatibility_from(backward, forward);
}

}  // namespace whence::inline v0
