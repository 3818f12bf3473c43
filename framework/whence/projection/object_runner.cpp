#include <mutex>
#include <string>
#include <utility>

#include <whence/projection/errors.hpp>
#include <whence/projection/event_views.hpp>
#include <whence/projection/object_runner.hpp>

namespace whence::inline v0 {

struct object_runner::model {
  std::mutex mutex;
  std::shared_ptr<void> object;
  checkpoint at;
};

/// An object cannot be rolled back: its checkpoint moves with each event, so that after a failure the next try begins at the
/// event that failed.
class object_runner::writer final : public subscription_handler {
 public:
  writer(const detail::projection_definition& definition, std::shared_ptr<model> model)
      : definition_(definition), model_(std::move(model)) {}

  checkpoint load() override {
    const std::lock_guard lock(model_->mutex);
    return at_ = model_->at;
  }

  void handle(const event_page& page, const checkpoint& reached) override {
    const std::lock_guard lock(model_->mutex);
    if (model_->at != at_) throw checkpoint_moved(std::string(definition_.info.name));
    for (const recorded_event& event : page) {
      try {
        definition_.handle(model_->object.get(), stored_form(event), decoder_, context_of(event), nullptr);
      } catch (...) {
        throw projection_failed(std::string(definition_.info.name), event.position, std::string(event.type),
                                std::current_exception());
      }
      model_->at = {reached.log, event.position, event.chain};
    }
    at_ = model_->at = reached;
  }

 private:
  const detail::projection_definition& definition_;
  const std::shared_ptr<model> model_;
  checkpoint at_;
  json_decoder decoder_;
};

object_runner::object_runner(const detail::projection_definition& definition, std::shared_ptr<void> object,
                             projection_ground ground)
    : projection_runner(definition, std::move(ground)), model_(std::make_shared<model>()) {
  model_->object = std::move(object);
}

void object_runner::look(const std::function<void(const void*)>& look) {
  const std::lock_guard lock(model_->mutex);
  look(model_->object.get());
}

std::shared_ptr<subscription_handler> object_runner::make_writer() {
  return std::make_shared<writer>(definition(), model_);
}

std::optional<checkpoint> object_runner::standing() {
  const std::lock_guard lock(model_->mutex);
  return model_->at;
}

}  // namespace whence::inline v0
