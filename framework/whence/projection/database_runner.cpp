#include <mutex>
#include <string>
#include <utility>

#include <whence/projection/database_runner.hpp>
#include <whence/projection/model_database.hpp>

namespace whence::inline v0 {

/// One connection, so one at a time: a batch, a swap or a reader.
struct database_runner::model {
  std::mutex mutex;
  std::optional<model_database> database;  // made by the first who needs it
};

class database_runner::writer final : public subscription_handler {
 public:
  writer(const detail::projection_definition& definition, std::shared_ptr<model> model)
      : definition_(definition), model_(std::move(model)) {}

  checkpoint load() override {
    const std::lock_guard lock(model_->mutex);
    if (!model_->database) model_->database = model_database::create_in_memory(definition_);
    return at_ = model_->database->at();
  }

  void handle(const event_page& page, const checkpoint& reached) override {
    const std::lock_guard lock(model_->mutex);
    model_->database->apply(page, at_, reached);
    at_ = reached;
  }

 private:
  const detail::projection_definition& definition_;
  const std::shared_ptr<model> model_;
  checkpoint at_;
};

class database_runner::database_rebuilding final : public rebuilding {
 public:
  database_rebuilding(const detail::projection_definition& definition, std::shared_ptr<model> model)
      : model_(std::move(model)), built_(model_database::create_in_memory(definition)) {}

  checkpoint load() override { return at_; }

  void handle(const event_page& page, const checkpoint& reached) override {
    built_.apply(page, at_, reached);
    at_ = reached;
  }

  bool finish(delivery& place) override {
    const std::lock_guard lock(model_->mutex);
    const global_position served = model_->database ? model_->database->at().position : global_position{};
    while (at_.position < served && place.step(*this) == delivery::progress::handled) {
    }
    model_->database = std::move(built_);
    return true;
  }

 private:
  const std::shared_ptr<model> model_;
  model_database built_;
  checkpoint at_;
};

class database_runner::snapshot final : public model_snapshot {
 public:
  explicit snapshot(std::shared_ptr<model> model) : model_(std::move(model)), lock_(model_->mutex) {
    if (!model_->database) return;
    database().run("PRAGMA query_only=ON");
    at_ = model_->database->at();
  }
  ~snapshot() override {
    try {
      if (exists()) database().run("PRAGMA query_only=OFF");
    } catch (...) {
      // The next batch fails, and says why.
    }
  }

  bool exists() const noexcept { return model_->database.has_value(); }
  sql::database& database() noexcept override { return model_->database->connection(); }
  const checkpoint& at() const noexcept override { return at_; }

 private:
  const std::shared_ptr<model> model_;
  const std::unique_lock<std::mutex> lock_;
  checkpoint at_;
};

database_runner::database_runner(const detail::projection_definition& definition, projection_ground ground)
    : projection_runner(definition, std::move(ground)), model_(std::make_shared<model>()) {}

std::shared_ptr<subscription_handler> database_runner::make_writer() {
  return std::make_shared<writer>(definition(), model_);
}

std::shared_ptr<projection_runner::rebuilding> database_runner::make_rebuilding() {
  return std::make_shared<database_rebuilding>(definition(), model_);
}

std::unique_ptr<model_snapshot> database_runner::try_snapshot() {
  auto seen = std::make_unique<snapshot>(model_);
  if (!seen->exists()) return nullptr;
  return seen;
}

}  // namespace whence::inline v0
