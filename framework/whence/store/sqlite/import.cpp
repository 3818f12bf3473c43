#include <whence/store/sqlite/import.hpp>

#include <utility>

namespace whence::inline v0 {
namespace {

/// What another log took, opened with whatever limits, this one takes.
sqlite_options limits_of_imports() {
  constexpr std::size_t bytes = 64u << 20;
  sqlite_options options;
  options.sizes.event_bytes_max = bytes;
  options.sizes.metadata_bytes_max = bytes;
  options.sizes.batch_bytes_max = 2 * bytes;
  return options;
}

}  // namespace

sqlite_import::sqlite_import(const log_paths& paths, const runtime& runtime, const log_identity& identity)
    : paths_(paths), runtime_(runtime), of_(identity.id) {
  log_.emplace(paths_, limits_of_imports(), runtime_, identity);
}

async<append_outcome> sqlite_import::append(append_batch batch, global_position first, timestamp recorded_at) {
  return log_->append_recorded(std::move(batch), {.first = first, .at = recorded_at});
}

void sqlite_import::finish(std::uint64_t least_epoch) {
  log_->close();
  log_.reset();
  end_import(paths_, runtime_, {of_, least_epoch});
}

}  // namespace whence::inline v0
