#include <whence/cli/exit_code.hpp>

#include <whence/cli/advice.hpp>
#include <whence/cli/failure.hpp>
#include <whence/cli/program_name.hpp>
#include <whence/cli/verdict.hpp>

namespace whence::inline v0 {
namespace {

struct rule {
  std::string_view code;  // one that ends in a dot stands for all that begin so
  exit_code exit;
};

// Every code that there is, so that none goes by its next move unseen (docs/errors.md has them all). The first that fits counts.
constexpr rule rules[] = {
    {"usage.", exit_code::wrong_usage},
    {"store.unnamed", exit_code::wrong_usage},
    {"fingerprints.not_saved", exit_code::wrong_usage},
    {"audit.reason", exit_code::wrong_usage},
    {"repair.no_reason", exit_code::wrong_usage},
    {"id.", exit_code::wrong_usage},
    {"time.malformed", exit_code::wrong_usage},
    {"currency.malformed", exit_code::wrong_usage},
    {"decimal.malformed", exit_code::wrong_usage},
    {"token.malformed", exit_code::wrong_usage},

    {"stream.missing", exit_code::not_there},
    {"event.missing", exit_code::not_there},
    {"trace.missing", exit_code::not_there},
    {"types.", exit_code::types_missing},
    {"projection.missing", exit_code::not_there},
    {"operation.no_such_model", exit_code::not_there},
    {"log.missing", exit_code::not_there},
    {"restore.not_in_backup", exit_code::not_there},
    {"fork.not_in_log", exit_code::not_there},
    {"contract.missing", exit_code::not_there},
    {"file.missing", exit_code::not_there},

    // Against what is there, or against a rule.
    {"aggregate.other_type", exit_code::refused},
    {"append.event_id_reused", exit_code::refused},
    {"append.invalid", exit_code::refused},
    {"append.too_large", exit_code::refused},
    {"append.version_conflict", exit_code::refused},
    {"append.condition_conflict", exit_code::refused},
    {"command.id_reused", exit_code::refused},
    {"contract.changed", exit_code::refused},
    {"contract.incomplete", exit_code::refused},
    {"contract.misplaced", exit_code::refused},
    {"contract.newer", exit_code::refused},
    {"contract.unfit_name", exit_code::refused},
    {"backup.of_memory", exit_code::refused},
    {"data.unwritable", exit_code::refused},
    {"fork.log_exists", exit_code::refused},
    {"log.name_taken", exit_code::refused},
    {"fork.of_memory", exit_code::refused},
    {"log.is_backup", exit_code::refused},
    {"log.of_memory", exit_code::refused},
    {"restore.log_exists", exit_code::refused},
    {"restore.onto_backup", exit_code::refused},
    {"repair.not_accepted", exit_code::refused},
    {"repair.of_fork", exit_code::refused},
    {"repair.other_log", exit_code::refused},
    {"control.too_large", exit_code::refused},
    {"operation.interrupted", exit_code::not_now},
    {"operation.malformed", exit_code::refused},
    {"operation.not_offered", exit_code::refused},
    {"operation.unconfirmed", exit_code::refused},
    {"operation.unfit_event", exit_code::refused},
    {"proof.key_exposed", exit_code::refused},
    {"proof.not_a_file", exit_code::refused},
    {"proof.only_grows", exit_code::refused},
    {"token.other_epoch", exit_code::refused},

    {"export.differs", exit_code::refused},
    {"export.gap", exit_code::refused},
    {"export.not_here", exit_code::refused},
    {"export.too_large", exit_code::refused},

    {"condition.met", exit_code::answer_is_no},
    {"contract.broken", exit_code::answer_is_no},
    {"schema.incompatible", exit_code::answer_is_no},
    {"log.differs", exit_code::answer_is_no},
    {"rehearsal.failed", exit_code::answer_is_no},
    {"schema.upcast_failed", exit_code::answer_is_no},

    // The program's own code did it.
    {"aggregate.duplicate_type", exit_code::our_bug},
    {"aggregate.not_registered", exit_code::our_bug},
    {"app.duplicate_projection", exit_code::our_bug},
    {"app.projection_not_registered", exit_code::our_bug},
    {"async.would_deadlock", exit_code::our_bug},
    {"cli.unexpected", exit_code::our_bug},
    {"event.duplicate_type", exit_code::our_bug},
    {"projection.", exit_code::answer_is_no},

    {"app.stopped", exit_code::not_now},
    {"append.", exit_code::not_now},
    {"backup.busy", exit_code::not_now},
    {"async.", exit_code::not_now},
    {"file.exists", exit_code::refused},
    {"file.is_a_directory", exit_code::not_readable},
    {"file.link_loop", exit_code::not_readable},
    {"file.name_too_long", exit_code::wrong_usage},
    {"file.", exit_code::not_now},
    {"control.malformed", exit_code::not_readable},
    {"control.other_version", exit_code::not_readable},
    {"control.untrusted", exit_code::not_readable},
    {"control.", exit_code::not_now},
    {"log.busy", exit_code::not_now},
    {"log.changed", exit_code::not_now},
    {"log.closed", exit_code::not_now},
    {"log.replaced", exit_code::not_now},
    {"operation.", exit_code::not_now},
    {"output.failed", exit_code::not_now},
    {"proof.busy", exit_code::not_now},
    {"repair.no_room", exit_code::not_now},
    {"repair.unfinished", exit_code::not_now},
    {"proof.crypto_failed", exit_code::not_now},
    {"read_model.behind", exit_code::not_now},
    {"subscription.", exit_code::not_now},
    {"writer.", exit_code::not_now},

    {"aggregate.unlisted_event", exit_code::not_readable},
    {"backup.not_one", exit_code::not_readable},
    {"checkpoint.mismatch", exit_code::not_readable},
    {"data.unreadable", exit_code::not_readable},
    {"envelope.malformed", exit_code::not_readable},
    {"event.unknown_version", exit_code::not_readable},
    {"event.upcast_failed", exit_code::not_readable},
    {"export.", exit_code::not_readable},
    {"fingerprints.not_usable", exit_code::not_readable},
    {"log.", exit_code::not_readable},
    {"proof.", exit_code::not_readable},
    {"read_model.", exit_code::not_readable},
    {"repair.past_unknown", exit_code::not_readable},
    {"schema.", exit_code::not_readable},
    {"sql.corrupt", exit_code::not_readable},
    {"sql.not_a_database", exit_code::not_readable},
    {"sql.", exit_code::not_now},
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
  return failure_text(program, failure, exit_code_of(failure));
}

std::string failure_text(std::string_view program, const error& failure, exit_code exit) {
  return failure_text(program, failure, exit, 0);
}

std::string failure_text(std::string_view program, const error& failure, exit_code exit, std::size_t columns) {
  cli::diagnostic found(failure);
  found.exit = exit;
  return cli::to_text(program, found, cli::style{}, columns);
}

std::string failure_document(std::string_view command, const error& failure) {
  return failure_document(command, std::vector{&failure});
}

std::string failure_document(std::string_view command, const std::vector<const error*>& failures) {
  std::vector<cli::diagnostic> found;
  for (const error* const failure : failures) found.emplace_back(*failure);
  return cli::verdict_document(command, cli::verdict::error, "null", found) + "\n";
}

std::string failure_remedy(std::string_view inspector, const error& failure, const std::string& store) {
  const std::string remedy = cli::advice(failure, store);
  return cli::as_started(inspector, store.empty() ? remedy : cli::with_store(remedy, store));
}

std::string diagnostics_of(const error& failure) { return cli::to_json({cli::diagnostic(failure)}); }

}  // namespace whence::inline v0
