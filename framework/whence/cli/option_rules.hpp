/// Which options mean nothing beside others, or in some forms. What would do nothing is refused, before a log is opened: whoever
/// typed it expects something of it.
///
/// What a command alone can tell (a value that is out of range, what --up starts from) it refuses itself.
#pragma once

#include <whence/cli/request.hpp>

namespace whence::inline v0::cli {

/// Throws   usage_error: names both options, or the option and the form.
void must_have_effect(const request& request);

}  // namespace whence::inline v0::cli
