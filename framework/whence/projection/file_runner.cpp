#include <mutex>
#include <string>
#include <utility>

#include <whence/projection/errors.hpp>
#include <whence/projection/file_runner.hpp>

namespace whence::inline v0 {

/// Builds a generation, and swaps it in under the right to write: so the one that serves cannot move on meanwhile.
class file_runner::file_rebuilding final : public rebuilding {
 public:
  file_rebuilding(const detail::projection_definition& definition, std::shared_ptr<const model_files> files,
                  std::shared_ptr<model_right> right, std::shared_ptr<model_reader> reader)
      : files_(std::move(files)), right_(std::move(right)), reader_(std::move(reader)), build_(definition, files_) {}

  checkpoint load() override { return build_.load(); }
  void handle(const event_page& page, const checkpoint& reached) override { build_.handle(page, reached); }

  bool finish(delivery& place) override {
    const auto held = right_->hold();
    const std::lock_guard writing(right_->writing());
    const global_position served = serving();
    while (build_.at().position < served && place.step(*this) == delivery::progress::handled) {
    }
    static_cast<void>(build_.publish());
    return true;
  }

 private:
  /// Where the serving model stands; nowhere if it is broken or of another version: that is what it is rebuilt for.
  global_position serving() const {
    try {
      const auto seen = reader_->open();
      return seen ? seen->at().position : global_position{};
    } catch (const error&) {
      return {};
    }
  }

  const std::shared_ptr<const model_files> files_;
  const std::shared_ptr<model_right> right_;
  const std::shared_ptr<model_reader> reader_;
  model_build build_;
};

file_runner::file_runner(const detail::projection_definition& definition, projection_ground ground)
    : projection_runner(definition, std::move(ground)),
      files_(std::make_shared<model_files>(this->ground().runtime.files, this->ground().models_directory,
                                           std::string(definition.info.name), this->ground().models_like)),
      right_(std::make_shared<model_right>(files_)),
      reader_(std::make_shared<model_reader>(definition, files_)) {}

std::shared_ptr<subscription_handler> file_runner::make_writer() {
  return std::make_shared<model_writer>(definition(), files_, right_);
}

std::shared_ptr<projection_runner::rebuilding> file_runner::make_rebuilding() {
  return std::make_shared<file_rebuilding>(definition(), files_, right_, reader_);
}

}  // namespace whence::inline v0
