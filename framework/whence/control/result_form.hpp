/// What the result of an operation has in it: what a service answers is looked at before anybody believes it.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include <whence/control/operations.hpp>

namespace whence::inline v0 {

enum class member_kind { text, number, flag, list_of_texts, text_or_null, number_or_null };

struct result_member {
  std::string_view name;
  member_kind kind;
};

/// The result of one outcome, of which the member `state` tells.
struct result_form {
  std::string_view state;
  bool dry_run;  ///< of what was only planned
  std::span<const result_member> members;
};

/// More members may be there than the form has: a service of a later version says more.
/// Throws   what says that the result has none of the forms: control_malformed of a dry run; operation_outcome_unknown of what may
///          have been done to `log`, with `how_to_look` as what is advised.
void must_have_form(const std::string& result, std::span<const result_form> forms, const operation_request& request,
                    const std::string& log, const std::string& how_to_look);

}  // namespace whence::inline v0
