/// A projection whose read model is a database in memory: what stands on a log in memory.
#pragma once

#include <memory>

#include <whence/projection/runner.hpp>

namespace whence::inline v0 {

class database_runner final : public projection_runner {
 public:
  database_runner(const detail::projection_definition& definition, projection_ground ground);

 protected:
  std::shared_ptr<subscription_handler> make_writer() override;
  std::shared_ptr<rebuilding> make_rebuilding() override;
  std::unique_ptr<model_snapshot> try_snapshot() override;

 private:
  struct model;
  class writer;
  class database_rebuilding;
  class snapshot;

  const std::shared_ptr<model> model_;
};

}  // namespace whence::inline v0
