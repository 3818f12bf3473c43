/// A new generation of a read model in the making: built beside the one that serves, swapped in when it has caught up.
#pragma once

#include <memory>
#include <optional>

#include <whence/projection/model_database.hpp>
#include <whence/projection/model_files.hpp>
#include <whence/subscription/subscription_handler.hpp>

namespace whence::inline v0 {

/// Owns      the build lock and the generation's file, until it is published; one that isn't goes, file and all.
/// Threads   one at a time.
/// Throws    (when made) subscription_busy: somebody else builds this model.
class model_build final : public subscription_handler {
 public:
  model_build(const detail::projection_definition& definition, std::shared_ptr<const model_files> files);
  ~model_build() override;

  checkpoint load() override { return at_; }
  void handle(const event_page& page, const checkpoint& reached) override;

  const checkpoint& at() const noexcept { return at_; }
  const model_generation& generation() const noexcept { return generation_; }

  /// Makes it the current generation and removes all others; returns its database. Only for the holder of the model's lock.
  model_database publish();

 private:
  const std::shared_ptr<const model_files> files_;
  std::unique_ptr<file_lock> lock_;
  model_generation generation_;
  std::optional<model_database> database_;
  checkpoint at_;
};

}  // namespace whence::inline v0
