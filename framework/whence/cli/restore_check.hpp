/// A restore, rehearsed: the backup is restored aside, and what came of it is looked at and taken away again.
#pragma once

#include <cstdint>
#include <exception>
#include <string>
#include <vector>

#include <whence/cli/long_work.hpp>
#include <whence/cli/surroundings.hpp>
#include <whence/store/log_backup.hpp>
#include <whence/store/log_verification.hpp>

namespace whence::inline v0::cli {

/// A read model that this program's code was to build from the restored log.
struct rebuilt_model {
  std::string name;
  std::uint32_t version = 0;
  std::exception_ptr problem;  ///< why it was not; null: it was
};

struct restore_check {
  restored_log restored;
  log_verification verified;          ///< of the restored log; what it says of files, it says of the backup
  bool has_types = false;             ///< false: this program has no projections of the application
  std::vector<rebuilt_model> models;  ///< by name; those that are kept in databases
  std::size_t in_memory = 0;          ///< how many are not: each start of the application builds them

  bool passed() const noexcept;
};

/// Works in a folder of its own in TMPDIR, else /var/tmp, which is gone at the end.
///
/// Costs    as much disk there as the backup, and the read models.
/// Throws   what restore_log and verify_log throw; operation_cancelled. What is wrong with a model is in it.
restore_check check_restore(const std::string& backup, restore_options options, const surroundings& around,
                            const report_progress& report);

}  // namespace whence::inline v0::cli
