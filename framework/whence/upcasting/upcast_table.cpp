#include <algorithm>
#include <exception>
#include <utility>

#include <whence/serialization/binary.hpp>
#include <whence/upcasting/upcast_table.hpp>

namespace whence::inline v0::detail {

upcast_table::upcast_table(std::vector<upcast_rule> rules) : rules_(std::move(rules)) {
  for (const upcast_rule& rule : rules_) {
    of_name& known = by_name_[rule.from.name];
    known.today = rule.today;
    if (rule.next.name.empty()) {
      known.alone.push_back(&rule);
    } else {
      known.merging.push_back(&rule);
      of_name& second = by_name_[rule.next.name];
      second.today = rule.next_today;
      second.merging_second.push_back(&rule);
    }
  }
  find_what_it_may_become();
}

/// From each name along all rules. It does not look at versions: a name too many is read and not let through.
void upcast_table::find_what_it_may_become() {
  for (auto& [name, known] : by_name_) {
    known.may_become.push_back(name);
    for (std::size_t reached = 0; reached < known.may_become.size(); ++reached) {
      for (const upcast_rule& rule : rules_) {
        const std::string_view from = known.may_become[reached];
        if (rule.from.name != from && rule.next.name != from) continue;
        for (const upcast_result& result : rule.results)
          if (std::ranges::find(known.may_become, result.to.name) == known.may_become.end())
            known.may_become.push_back(result.to.name);
      }
    }
  }
}

const upcast_table::of_name* upcast_table::find(std::string_view name) const {
  const auto found = by_name_.find(name);
  return found == by_name_.end() ? nullptr : &found->second;
}

const upcast_rule* upcast_table::alone(const of_name& known, std::uint32_t version) {
  for (const upcast_rule* rule : known.alone)
    if (rule->from.version == version) return rule;
  return nullptr;
}

const upcast_rule* upcast_table::merging(const of_name& known, std::uint32_t version, std::string_view next_name,
                                         std::uint32_t next_version) {
  for (const upcast_rule* rule : known.merging)
    if (rule->from.version == version && rule->next.version == next_version && rule->next.name == next_name)
      return rule;
  return nullptr;
}

bool upcast_table::begins_merge(const of_name& known, std::uint32_t version) {
  return std::ranges::any_of(known.merging, [&](const auto* rule) { return rule->from.version == version; });
}

bool upcast_table::ends_merge(const of_name& known, std::uint32_t version) {
  return std::ranges::any_of(known.merging_second, [&](const auto* rule) { return rule->next.version == version; });
}

bool upcast_table::changes(std::string_view name, std::uint32_t version) const {
  const of_name* known = find(name);
  return known && (alone(*known, version) || begins_merge(*known, version) || ends_merge(*known, version));
}

void upcast_table::run(const upcast_rule& rule, document& data, const document* first, const receiver& give) const {
  for (std::size_t number = 0; number < rule.results.size(); ++number) {
    const upcast_result& result = rule.results[number];
    const auto lead_on = [&](document& changed) {
      if (!result.make || result.make(changed, first)) go_on(result.to, changed, give);
    };
    if (number + 1 == rule.results.size()) {
      lead_on(data);
    } else {
      document copy = data;
      lead_on(copy);
    }
  }
}

void upcast_table::go_on(const event_type& at, document& data, const receiver& give) const {
  const of_name* known = find(at.name);
  const upcast_rule* rule = known ? alone(*known, at.version) : nullptr;
  if (rule)
    run(*rule, data, nullptr, give);
  else
    give(at, data);
}

std::vector<event_type> upcast_table::outcome_of(const upcast_rule& rule) const {
  std::vector<event_type> today;
  for (const upcast_result& result : rule.results) {
    const of_name* const known = find(result.to.name);
    const upcast_rule* const next = known ? alone(*known, result.to.version) : nullptr;
    if (next == nullptr) {
      today.push_back(result.to);
    } else {
      for (const event_type& each : outcome_of(*next)) today.push_back(each);
    }
  }
  return today;
}

void take_in(std::string_view stored, document& data, std::string& json) {
  if (form_of(stored) == form::binary) {
    json = binary_to_json(stored);
    stored = json;
  }
  data.assign_view(stored);
}

std::string problem_of_upcaster() {
  const auto with_place = [](const std::string& pointer, const std::string& problem) {
    return pointer.empty() ? problem : pointer + ": " + problem;
  };
  try {
    throw;
  } catch (const decode_error& wrong) {
    return with_place(wrong.pointer, wrong.problem);
  } catch (const encode_error& wrong) {
    return with_place(wrong.pointer, wrong.problem);
  } catch (const std::exception& thrown) {
    return thrown.what();
  } catch (...) {
    return "its upcaster threw something that is no exception";
  }
}

void throw_upcast_failed(const stored_event& stored, const std::string& where, global_position position) {
  throw upcast_failed(std::string(stored.type), stored.version, problem_of_upcaster(), where, position);
}

}  // namespace whence::inline v0::detail
