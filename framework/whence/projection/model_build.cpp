#include <exception>
#include <string>
#include <utility>

#include <unistd.h>

#include <whence/projection/model_build.hpp>

namespace whence::inline v0 {

namespace {

std::string builder(long pid) {
  if (pid == ::getpid()) return "this process itself (" + std::to_string(pid) + ")";
  return pid > 0 ? "process " + std::to_string(pid) : "another process";
}

}  // namespace

model_build::model_build(const detail::projection_definition& definition, std::shared_ptr<const model_files> files)
    : files_(std::move(files)) {
  lock_attempt attempt = files_->try_build_lock();
  lock_ = std::move(attempt.lock);
  if (!lock_) throw subscription_busy(files_->name(), builder(attempt.holder_pid) + " builds a generation of it");
  files_->remove_leftovers(files_->current());
  generation_ = files_->next(definition.info.version);
  try {
    files_->make(generation_);
    database_ = model_database::create(generation_.path, definition);
    generation_ = files_->identified(std::move(generation_));
  } catch (...) {
    files_->remove_leftovers(files_->current());
    throw;
  }
}

model_build::~model_build() {
  if (!database_) return;
  database_.reset();
  try {
    files_->remove(generation_);
  } catch (const std::exception&) {
    // A leftover: the next build removes it.
  }
}

void model_build::handle(const event_page& page, const checkpoint& reached) {
  database_->apply(page, at_, reached);
  at_ = reached;
}

model_database model_build::publish() {
  database_->settle();
  files_->publish(generation_);
  model_database built = std::move(*database_);
  database_.reset();
  files_->remove_leftovers(generation_);
  lock_.reset();
  return built;
}

}  // namespace whence::inline v0
