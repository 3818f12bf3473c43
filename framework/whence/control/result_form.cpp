#include <whence/control/result_form.hpp>

#include <algorithm>
#include <optional>

#include <nlohmann/json.hpp>

#include <whence/control/errors.hpp>

namespace whence::inline v0 {
namespace {

using nlohmann::json;

std::string_view name_of(member_kind kind) {
  switch (kind) {
    case member_kind::text: return "text";
    case member_kind::number: return "number";
    case member_kind::flag: return "true or false as";
    case member_kind::list_of_texts: return "list of texts";
    case member_kind::text_or_null: return "text or null as";
    case member_kind::number_or_null: return "number or null as";
  }
  return "";
}

bool is_text(const json& value) { return value.is_string(); }

bool is_of(member_kind kind, const json& value) {
  switch (kind) {
    case member_kind::text: return value.is_string();
    case member_kind::number: return value.is_number_unsigned();
    case member_kind::flag: return value.is_boolean();
    case member_kind::list_of_texts: return value.is_array() && std::ranges::all_of(value, is_text);
    case member_kind::text_or_null: return value.is_null() || value.is_string();
    case member_kind::number_or_null: return value.is_null() || value.is_number_unsigned();
  }
  return false;
}

/// Nothing: it has one of the forms.
std::optional<std::string> misfit(const json& result, std::span<const result_form> forms, bool dry_run) {
  const auto state = result.find("state");
  if (state == result.end() || !state->is_string()) return "its result has no text \"state\"";
  const auto form = std::ranges::find_if(forms, [&](const result_form& each) {
    return each.dry_run == dry_run && each.state == state->get_ref<const std::string&>();
  });
  if (form == forms.end()) return "its result has a state that there is none of";
  for (const result_member& member : form->members) {
    const auto found = result.find(member.name);
    if (found == result.end() || !is_of(member.kind, *found))
      return "its result has no " + std::string(name_of(member.kind)) + " \"" + std::string(member.name) + "\"";
  }
  return std::nullopt;
}

}  // namespace

void must_have_form(const std::string& result, std::span<const result_form> forms, const operation_request& request,
                    const std::string& log, const std::string& how_to_look) {
  const json document = json::parse(result, nullptr, false);
  const std::optional<std::string> why = document.is_object() ? misfit(document, forms, request.dry_run)
                                                              : std::optional<std::string>("its result is no object");
  if (!why) return;
  const control_malformed answer(control_message::answer, *why);
  if (request.dry_run) throw answer;
  throw operation_outcome_unknown(request.operation, log, answer, how_to_look);
}

}  // namespace whence::inline v0
