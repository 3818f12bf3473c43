#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstddef>
#include <utility>

#include <whence/core/detail/fault_points.hpp>
#include <whence/store/chain.hpp>
#include <whence/store/log_errors.hpp>
#include <whence/store/log_source.hpp>
#include <whence/store/sqlite/log_place.hpp>

namespace whence::inline v0 {
namespace {

/// Nothing was written to it: left by who was killed when it had made the file.
bool is_blank(files& files, const std::string& witness) {
  constexpr std::size_t witness_bytes_max = 8'192;
  const std::optional<file_status> there = files.status(witness);
  if (!there || there->size > witness_bytes_max) return false;
  const std::optional<std::string> content = files.read_whole(witness, witness_bytes_max);
  return content && content->find_first_not_of('\0') == std::string::npos;
}

/// A witness that has seen nothing is left by who was killed before there was a log.
bool has_seen_something(files& files, const std::string& witness) {
  const witness_reading found = read_witness(files, witness);
  if (found.latest) return found.latest->position != global_position{};
  return found.present && !is_blank(files, witness);
}

}  // namespace

log_place::log_place(std::shared_ptr<files> files, log_paths paths, in_the_way refuse,
                     const std::optional<file_access>& access)
    : files_(std::move(files)), paths_(std::move(paths)), refuse_(std::move(refuse)) {
  must_have_room_in_name_of_new_log(*files_, paths_);
  must_not_belong_to_log(*files_, paths_.log);
  must_be_free();
  lock_attempt attempt = lock_beside(*files_, paths_.log, paths_.lock);
  if (!attempt.lock) throw log_busy(paths_.log, attempt.holder_pid);
  lock_ = std::move(attempt.lock);
  must_be_free();
  draft_.emplace(*files_, paths_.log, access);
}

log_place::~log_place() {
  if (published_) return;
  if (draft_) draft_->withdraw();
  if (witness_) witness_->withdraw();
}

void log_place::must_be_free() {
  for (const std::string& file :
       {paths_.log, paths_.wal, paths_.log + "-shm", paths_.log + "-journal", paths_.witness}) {
    if (!files_->status(file) || (file == paths_.witness && !has_seen_something(*files_, file))) continue;
    std::rethrow_exception(refuse_(file, files_->lock_holder(paths_.lock).value_or(0)));
  }
}

void log_place::publish(const testimony& says) {
  must_be_free();  // something may have come since
  try {
    publish_all(says);
  } catch (const file_error& failure) {
    throw file_error("make", paths_.log, failure.system_code);
  }
  published_ = true;
}

void log_place::publish_all(const testimony& says) {
  files_->remove(paths_.witness);
  witness_.emplace(*files_, paths_.witness);
  whence::witness witness =
      whence::witness::create(*files_, witness_->path(), {says.log, global_position{}, chain_start(says.log.id)});
  publish(*witness_);
  detail::reach(detail::phase::making);
  for (const char* const end : {"", "-wal", "-shm", "-journal"}) files_->remove(paths_.index + end);
  publish(*draft_);
  detail::reach(detail::phase::making);
  witness.write(says);
  detail::reach(detail::phase::making);
  witness.sync();
}

void log_place::publish(file_draft& draft) {
  try {
    draft.publish();
  } catch (const file_error& failure) {
    if (failure.system_code != EEXIST) throw;
    std::rethrow_exception(refuse_(draft.place(), files_->lock_holder(paths_.lock).value_or(0)));
  }
}

std::uint64_t epoch_behind(std::uint64_t epoch, const runtime& runtime) {
  constexpr int random_bits = 20;
  constexpr std::uint64_t random_mask = (std::uint64_t{1} << random_bits) - 1;
  const auto now = std::chrono::floor<std::chrono::milliseconds>(runtime.clock->now()).time_since_epoch().count();
  const auto time = static_cast<std::uint64_t>(std::max<std::int64_t>(now, 0));
  return std::max(time, (epoch >> random_bits) + 1) << random_bits | (runtime.entropy->bits() & random_mask);
}

}  // namespace whence::inline v0
