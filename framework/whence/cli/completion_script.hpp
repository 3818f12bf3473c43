/// Completion for shells: a script that asks the program itself (`whence __complete`), so that it never grows old.
#pragma once

#include <string>
#include <string_view>

namespace whence::inline v0::cli {

enum class shell { bash, zsh, fish };

/// To be sourced, or put where the shell looks for such scripts. `program` may be two words: "order-service whence".
std::string completion_script(shell shell, std::string_view program);

}  // namespace whence::inline v0::cli
