#include <whence/cli/exit_code.hpp>

#include <whence/cli/failure.hpp>

namespace whence::inline v0 {
namespace {

struct rule {
  std::string_view code;  // one that ends in a dot stands for all that begin so
  exit_code exit;
};

// The first that fits counts.
constexpr rule rules[] = {
    {"usage.", exit_code::wrong_usage},
    {"cli.unexpected", exit_code::our_bug},
    {"store.unnamed", exit_code::wrong_usage},
    {"id.", exit_code::wrong_usage},
    {"time.malformed", exit_code::wrong_usage},
    {"token.malformed", exit_code::wrong_usage},

    {"stream.missing", exit_code::not_there},
    {"event.missing", exit_code::not_there},
    {"trace.missing", exit_code::not_there},
    {"log.missing", exit_code::not_there},
    {"file.missing", exit_code::not_there},

    {"log.busy", exit_code::not_now},
    {"log.closed", exit_code::not_now},
    {"log.", exit_code::not_readable},
    {"checkpoint.mismatch", exit_code::not_readable},
    {"read_model.behind", exit_code::not_now},
    {"read_model.", exit_code::not_readable},
    {"sql.corrupt", exit_code::not_readable},
    {"sql.not_a_database", exit_code::not_readable},
    {"sql.", exit_code::not_now},
    {"file.is_a_directory", exit_code::not_readable},
    {"file.too_large", exit_code::not_readable},
    {"file.", exit_code::not_now},
    {"envelope.malformed", exit_code::not_readable},
    {"text.not_utf8", exit_code::not_readable},
};

bool fits(const rule& rule, std::string_view code) noexcept {
  return rule.code.ends_with('.') ? code.starts_with(rule.code) : code == rule.code;
}

}  // namespace

exit_code exit_code_of(const error& failure) noexcept {
  for (const rule& rule : rules) {
    if (fits(rule, failure.code())) return rule.exit;
  }
  switch (failure.next()) {
    case next_move::retry: return exit_code::not_now;
    case next_move::reload: return exit_code::refused;
    case next_move::change_request: return exit_code::wrong_usage;
    case next_move::operator_needed: return exit_code::not_now;
  }
  return exit_code::our_bug;
}

std::string failure_text(std::string_view program, const error& failure) {
  return cli::to_text(program, cli::diagnostic(failure), cli::style{});
}

}  // namespace whence::inline v0
