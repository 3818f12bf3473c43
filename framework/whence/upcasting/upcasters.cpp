#include <algorithm>
#include <utility>

#include <whence/serialization/binary.hpp>
#include <whence/upcasting/upcast_table.hpp>
#include <whence/upcasting/upcasters.hpp>

namespace whence::inline v0 {
namespace {

std::string json_of(std::string_view stored) {
  return form_of(stored) == form::binary ? binary_to_json(stored) : std::string(stored);
}

std::vector<upcast_event> carry_out(const detail::upcast_table& table, const detail::upcast_rule& rule,
                                    const stored_event& named, const stored_event* first, const stored_event& second) {
  std::vector<upcast_event> today;
  try {
    document data(json_of(second.data));
    document of_first;
    if (first) of_first.assign(json_of(first->data));
    table.run(rule, data, first ? &of_first : nullptr,
              [&](const event_type& type, const document& made) { today.push_back({type, made.json()}); });
  } catch (...) {
    detail::throw_upcast_failed(named, {});
  }
  return today;
}

/// Notes each step, up to the first that fails. False: one has.
bool walk(const detail::upcast_table& table, const detail::upcast_rule& rule, const document& data,
          const document* first, std::vector<upcast_step>& steps) {
  for (const detail::upcast_result& result : rule.results) {
    document changed = data;
    try {
      if (result.make && !result.make(changed, first)) continue;
    } catch (...) {
      steps.push_back({rule.from, rule.next, result.to, {}, detail::problem_of_upcaster()});
      return false;
    }
    steps.push_back({rule.from, rule.next, result.to, changed.json()});
    const auto* known = table.find(result.to.name);
    const auto* onward = known ? detail::upcast_table::alone(*known, result.to.version) : nullptr;
    if (onward && !walk(table, *onward, changed, nullptr, steps)) return false;
  }
  return true;
}

std::vector<upcast_step> way_along(const detail::upcast_table& table, const detail::upcast_rule& rule,
                                   const stored_event* first, const stored_event& second) {
  std::vector<upcast_step> steps;
  try {
    const document data(json_of(second.data));
    const document of_first = first ? document(json_of(first->data)) : document();
    walk(table, rule, data, first ? &of_first : nullptr, steps);
  } catch (const error&) {
    const event_type to = rule.results.empty() ? event_type{"", 0} : rule.results.front().to;
    steps.push_back({rule.from, rule.next, to, {}, detail::problem_of_upcaster()});
  }
  return steps;
}

const detail::upcast_rule* merging_rule(const detail::upcast_table* table, const stored_event& first,
                                        const stored_event& second) {
  const auto* known = table ? table->find(first.type) : nullptr;
  return known ? detail::upcast_table::merging(*known, first.version, second.type, second.version) : nullptr;
}

}  // namespace

upcasters::upcasters(std::vector<detail::upcast_rule> rules)
    : table_(std::make_shared<const detail::upcast_table>(std::move(rules))) {}

std::vector<upcast_event> upcasters::upcast(const stored_event& stored) const {
  const auto* known = table_ ? table_->find(stored.type) : nullptr;
  const auto* rule = known ? detail::upcast_table::alone(*known, stored.version) : nullptr;
  if (!rule) return {{{stored.type, stored.version}, json_of(stored.data)}};
  return carry_out(*table_, *rule, stored, nullptr, stored);
}

bool upcasters::merge(const stored_event& first, const stored_event& second) const {
  return merging_rule(table_.get(), first, second) != nullptr;
}

std::vector<upcast_event> upcasters::upcast(const stored_event& first, const stored_event& second) const {
  if (const auto* rule = merging_rule(table_.get(), first, second))
    return carry_out(*table_, *rule, first, &first, second);
  std::vector<upcast_event> today = upcast(first);
  for (upcast_event& next : upcast(second)) today.push_back(std::move(next));
  return today;
}

std::vector<upcast_step> upcasters::steps(const stored_event& stored) const {
  const auto* known = table_ ? table_->find(stored.type) : nullptr;
  const auto* rule = known ? detail::upcast_table::alone(*known, stored.version) : nullptr;
  return rule ? way_along(*table_, *rule, nullptr, stored) : std::vector<upcast_step>{};
}

std::vector<upcast_step> upcasters::steps(const stored_event& first, const stored_event& second) const {
  if (const auto* rule = merging_rule(table_.get(), first, second)) return way_along(*table_, *rule, &first, second);
  std::vector<upcast_step> all = steps(first);
  if (all.empty() || all.back().problem.empty())
    for (upcast_step& next : steps(second)) all.push_back(std::move(next));
  return all;
}

std::vector<event_type> upcasters::beginnings() const {
  std::vector<event_type> found;
  if (!table_) return found;
  for (const detail::upcast_rule& rule : table_->rules()) {
    found.push_back(rule.from);
    if (!rule.next.name.empty()) found.push_back(rule.next);
  }
  std::ranges::sort(found, [](const event_type& one, const event_type& other) {
    return std::pair(one.name, one.version) < std::pair(other.name, other.version);
  });
  const auto same = std::ranges::unique(found, detail::same);
  found.erase(same.begin(), same.end());
  return found;
}

std::vector<upcast_way> upcasters::ways_from(const event_type& stored) const {
  std::vector<upcast_way> ways;
  if (!table_) return ways;
  for (const detail::upcast_rule& rule : table_->rules())
    if (detail::same(rule.from, stored)) ways.push_back({.next = rule.next, .today = table_->outcome_of(rule)});
  return ways;
}

std::uint32_t upcasters::version_of_today(std::string_view name) const {
  const auto* known = table_ ? table_->find(name) : nullptr;
  return known ? known->today : 0;
}

std::vector<std::string> upcasters::stored_names_of(std::span<const std::string> wanted) const {
  std::vector<std::string> names(wanted.begin(), wanted.end());
  if (!table_) return names;
  for (const event_type& beginning : beginnings()) {
    const auto& may_become = table_->find(beginning.name)->may_become;
    const bool is_wanted = std::ranges::any_of(
        wanted, [&](const auto& name) { return std::ranges::find(may_become, name) != may_become.end(); });
    if (is_wanted && std::ranges::find(names, beginning.name) == names.end()) names.emplace_back(beginning.name);
  }
  return names;
}

std::string upcasters::ways_of(std::span<const std::string> types) const {
  if (!table_) return {};
  const auto is_one = [&](const event_type& type) { return std::ranges::find(types, type.name) != types.end(); };
  const auto text = [](const event_type& type) { return std::string(type.name) + " v" + std::to_string(type.version); };
  std::vector<std::string> ways;
  for (const detail::upcast_rule& rule : table_->rules()) {
    const std::vector<event_type> today = table_->outcome_of(rule);
    if (!is_one(rule.from) && !is_one(rule.next) && std::ranges::none_of(today, is_one)) continue;
    std::string way = text(rule.from);
    if (!rule.next.name.empty()) way += " + " + text(rule.next);
    way += " ->";
    for (const event_type& one : today) way += ' ' + text(one);
    ways.push_back(way + '\n');
  }
  std::ranges::sort(ways);
  std::string all;
  for (const std::string& way : ways) all += way;
  return all;
}

}  // namespace whence::inline v0
