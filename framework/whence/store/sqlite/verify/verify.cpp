#include <string>

#include <whence/sql/error.hpp>
#include <whence/store/log_errors.hpp>
#include <whence/store/sqlite/verify/verifier.hpp>

namespace whence::inline v0 {
namespace {

/// Nothing that stands in it was looked at: what would be read is not what it says, or not what it said yesterday.
log_verification not_looked_at(const log_damaged& damage, const log_paths& paths, files& files) {
  log_verification result;
  try {
    const witness_reading witness = read_witness(files, paths.witness);
    if (witness.latest) {
      result.identity = witness.latest->log;
      result.witnessed = result.head = witness.latest->position;
    }
  } catch (const file_error&) {
    // Of which log it is, and how far that went, is not known then.
  }
  result.findings.push_back(
      {.what = log_finding::kind::tables,
       .positions = {},
       .stream = {},
       .file = damage.path,
       .detail = damage.text().why + ": nothing in it is believed, and no event was looked at",
       .remedy = "copy " + damage.path +
                 "* to a safe place, then repair it, if a repair does without what is wrong; or restore a backup"});
  return result;
}

}  // namespace

log_verification verify_sqlite_log(const log_paths& paths, const runtime& runtime, const verify_options& options) {
  check_log_header(*runtime.files, paths.log);
  try {
    log_verifier verifier(paths, runtime, options);
    try {
      log_verification found = verifier.verify();
      if (verifier.has_read_what_is_there()) return found;
    } catch (const error&) {
      if (verifier.has_read_what_is_there()) throw;
    }
  } catch (const log_damaged& damage) {
    if (damage.code() != "log.other_tables") throw;
    return not_looked_at(damage, paths, *runtime.files);
  } catch (const sql::sql_error& failure) {
    if (is_damage(failure)) throw log_damaged(paths.log, global_position{}, failure.what());
    must_not_lack_files(failure, *runtime.files, failure.path);
    throw;
  }
  throw log_changed(paths.log);
}

}  // namespace whence::inline v0
