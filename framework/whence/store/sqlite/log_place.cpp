#include <algorithm>
#include <chrono>
#include <utility>

#include <whence/core/detail/fault_points.hpp>
#include <whence/store/chain.hpp>
#include <whence/store/log_errors.hpp>
#include <whence/store/sqlite/log_place.hpp>

namespace whence::inline v0 {
namespace {

/// A witness that has seen nothing is left by who was killed before there was a log.
bool has_seen_something(files& files, const std::string& witness) {
  const witness_reading found = read_witness(files, witness);
  return found.present && (!found.latest || found.latest->position != global_position{});
}

}  // namespace

log_place::log_place(std::shared_ptr<files> files, log_paths paths, const in_the_way& refuse)
    : files_(std::move(files)), paths_(std::move(paths)) {
  must_have_room_in_name(*files_, paths_);
  must_be_free(refuse);
  lock_attempt attempt = lock_beside(*files_, paths_.log, paths_.lock);
  if (!attempt.lock) throw log_busy(paths_.log, attempt.holder_pid);
  lock_ = std::move(attempt.lock);
  must_be_free(refuse);
}

log_place::~log_place() {
  if (published_) return;
  for (const std::string& file : {draft(), draft() + "-journal", draft() + "-wal", draft() + "-shm", paths_.witness})
    remove(file);
}

void log_place::must_be_free(const in_the_way& refuse) {
  for (const std::string& file : {paths_.log, paths_.wal, paths_.log + "-shm", paths_.witness}) {
    if (!files_->status(file) || (file == paths_.witness && !has_seen_something(*files_, file))) continue;
    std::rethrow_exception(refuse(file, files_->lock_holder(paths_.lock).value_or(0)));
  }
}

void log_place::publish(const testimony& says) {
  files_->open(draft(), open_file::write)->sync();
  whence::witness witness =
      whence::witness::create(*files_, paths_.witness, {says.log, global_position{}, chain_start(says.log.id)});
  detail::reach(detail::phase::making);
  for (const char* const end : {"", "-wal", "-shm", "-journal"}) remove(paths_.index + end);
  files_->rename(draft(), paths_.log);
  published_ = true;
  detail::reach(detail::phase::making);
  files_->sync_directory(paths_.directory);
  witness.write(says);
  detail::reach(detail::phase::making);
  witness.sync();
}

void log_place::remove(const std::string& file) noexcept {
  try {
    files_->remove(file);
  } catch (const file_error&) {
    // A draft is replaced by the next, an index that does not fit is made anew.
  }
}

std::uint64_t epoch_behind(std::uint64_t epoch, clock& clock) {
  const auto now = std::chrono::floor<std::chrono::milliseconds>(clock.now()).time_since_epoch().count();
  return std::max(epoch + 1, static_cast<std::uint64_t>(std::max<std::int64_t>(now, 0)));
}

}  // namespace whence::inline v0
