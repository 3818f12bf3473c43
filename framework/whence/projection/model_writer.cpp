#include <exception>
#include <string>
#include <utility>

#include <whence/projection/errors.hpp>
#include <whence/projection/model_writer.hpp>

namespace whence::inline v0 {

std::shared_ptr<file_lock> model_right::hold() {
  const std::lock_guard lock(holding_);
  if (auto held = held_.lock()) return held;
  std::shared_ptr<file_lock> taken = files_->try_lock();
  if (!taken) throw subscription_busy(files_->name(), "another process brings the read model up");
  held_ = taken;
  return taken;
}

model_writer::model_writer(const detail::projection_definition& definition, std::shared_ptr<const model_files> files,
                           std::shared_ptr<model_right> right)
    : definition_(definition), files_(std::move(files)), right_(std::move(right)) {}

model_writer::~model_writer() {
  if (!database_) return;
  try {
    const auto held = right_->hold();
    const std::lock_guard writing(right_->writing());
    if (is_mine(files_->current())) database_->settle();
  } catch (const std::exception&) {
    // The -wal stays as it is, for whoever opens the model next.
  }
}

checkpoint model_writer::load() {
  if (!held_) held_ = right_->hold();
  const auto current = files_->current();
  if (current && current->version > definition_.info.version) {
    throw read_model_newer(files_->name(), current->version, definition_.info.version);
  }
  if (current && current->version == definition_.info.version) {
    build_.reset();
    if (!is_mine(current)) open(*current);
    return at_ = database_->at();
  }
  database_.reset();
  generation_.reset();
  if (!build_) build_ = std::make_unique<model_build>(definition_, files_);
  return at_ = build_->load();
}

void model_writer::handle(const event_page& page, const checkpoint& reached) {
  if (build_) {
    build_->handle(page, reached);
  } else {
    const std::lock_guard writing(right_->writing());
    if (!is_mine(files_->current())) throw checkpoint_moved(files_->name());
    database_->apply(page, at_, reached);
  }
  at_ = reached;
}

void model_writer::at_head() {
  if (!build_) return;
  generation_ = build_->generation();
  database_ = build_->publish();
  build_.reset();
}

/// A generation that is being built keeps the right to write: nobody has anything to read yet.
void model_writer::let_go() noexcept {
  if (!build_) held_.reset();
}

/// The generation that serves is the one that is open here, and its file is still the same.
bool model_writer::is_mine(const std::optional<model_generation>& current) const {
  return database_ && current && current == generation_;
}

void model_writer::open(const model_generation& current) {
  database_.reset();
  generation_.reset();
  database_ = model_database::open(current.path, definition_);
  generation_ = current;
}

}  // namespace whence::inline v0
