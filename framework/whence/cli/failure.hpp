/// What a command says of what went wrong: as text for people, as `diagnostics` for programs. And the faults of the command
/// line itself.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <whence/cli/exit_code.hpp>
#include <whence/cli/style.hpp>
#include <whence/core/error.hpp>

namespace whence::inline v0::cli {

/// `usage.*`: the command line itself is wrong. Nothing was read or written.
struct usage_error final : error {
  /// The code is `usage.<reason>`.
  usage_error(std::string_view reason, std::string what, std::string remedy, std::string why = {},
              std::string where = {});
};

/// `store.unnamed`: it is not clear which log is meant.
struct store_unnamed final : error {
  store_unnamed(std::string where, std::string remedy);
};

/// `stream.missing` or `event.missing`: what was named is not in the log.
struct not_in_log final : error {
  not_in_log(std::string_view code, error_text text);
};

/// `id.ambiguous`: a shortened id stands for several.
struct id_ambiguous final : error {
  id_ambiguous(std::string what, std::string why, std::string remedy);
};

/// `output.failed`: what should be printed could not be written.
struct output_failed final : error {
  explicit output_failed(int system_code);
};

/// One thing that was wrong.
struct diagnostic {
  explicit diagnostic(const error& failure);
  std::string code;
  exit_code exit;
  error_text text;
};

/// `width` is that of the terminal that reads it, 0 none: then it is broken at spaces, but for commands. Behind a remedy of
/// several lines that ends with a command, the code stands on a line of its own. What is said of a command that is done all the
/// same (exit_code::done) has no exit code behind its own.
std::string to_text(std::string_view program, const diagnostic& found, style style, std::size_t width = 0);

/// `[{"code":…,"severity":"error","where":…,"message":…,"hint":…}]`, with `why` where it is known.
std::string to_json(const std::vector<diagnostic>& found);

}  // namespace whence::inline v0::cli
