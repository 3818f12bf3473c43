#include <whence/contracts/changed_place.hpp>

#include <utility>

#include <nlohmann/json.hpp>

#include <whence/contracts/strict_json.hpp>

namespace whence::inline v0::detail {

changed_place changed_place::with(std::string pointer, step next) const {
  changed_place further = *this;
  further.pointer_ = std::move(pointer);
  further.steps_.push_back(std::move(next));
  return further;
}

changed_place changed_place::member(const std::string& name, bool is_required) const {
  return with(inside(pointer_, name), {is_required ? step_kind::member : step_kind::maybe_member, name});
}
changed_place changed_place::element(std::size_t index) const {
  return with(inside(pointer_, index), {step_kind::out_of_reach});
}
changed_place changed_place::each_element() const { return with(pointer_ + "/*", {step_kind::elements}); }
changed_place changed_place::each_member() const { return with(pointer_ + "/*", {step_kind::out_of_reach}); }

/// An event is written without a member that is empty: only what is an element is ever null.
changed_place changed_place::or_null() const {
  changed_place same = *this;
  if (!same.steps_.empty() && same.steps_.back().kind == step_kind::elements)
    same.steps_.back().kind = step_kind::out_of_reach;
  return same;
}

std::string changed_place::in_quotes(const std::string& name) { return nlohmann::json(name).dump(); }

std::string changed_place::if_there(const std::string& document, const step& member) {
  return member.kind == step_kind::maybe_member ? "if (" + document + ".has(" + in_quotes(member.name) + ")) "
                                                : std::string();
}

std::string changed_place::change_object(const written_change& change) const {
  if (!steps_.empty() && !steps_.front().is_member()) return "… change what is at " + pointer_ + " …";
  return lead_on(0, steps_.size(), change);
}

std::string changed_place::change_value(const std::string& change) const {
  std::size_t last = steps_.size();
  while (last > 0 && !steps_[last - 1].is_member()) --last;
  if (last == 0) return change;
  const step& holder = steps_[last - 1];
  return lead_on(0, last - 1, [&](const std::string& document) { return if_there(document, holder) + change; });
}

std::string changed_place::lead_on(std::size_t from, std::size_t end, const written_change& change) const {
  std::string before;
  std::string behind;
  std::string document = "data";
  for (std::size_t level = 1; from < end; ++level) {
    const step& at = steps_[from];
    if (!at.is_member()) break;
    const bool is_list = from + 1 < end && steps_[from + 1].kind == step_kind::elements;
    const std::size_t next = from + (is_list ? 2 : 1);
    before += if_there(document, at);
    if (next < end && !steps_[next].is_member()) {
      const std::string name = in_quotes(at.name);
      return before + document + ".set(" + name + ", … what " + document + ".get<…>(" + name + ") is today …);" +
             behind;
    }
    const std::string inner = level == 1 ? "inner" : "inner" + std::to_string(level);
    before += document + (is_list ? ".each(" : ".change(") + in_quotes(at.name) + ", [](document& " + inner + ") { ";
    behind += " });";
    document = inner;
    from = next;
  }
  return before + change(document) + behind;
}

}  // namespace whence::inline v0::detail
