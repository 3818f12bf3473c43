/// A projection that keeps its state in itself.
#pragma once

#include <functional>
#include <memory>
#include <optional>

#include <whence/projection/runner.hpp>

namespace whence::inline v0 {

class object_runner final : public projection_runner {
 public:
  object_runner(const detail::projection_definition& definition, std::shared_ptr<void> object,
                projection_ground ground);

  void look(const std::function<void(const void*)>& look) override;

 protected:
  std::shared_ptr<subscription_handler> make_writer() override;
  std::optional<checkpoint> standing() override;

 private:
  struct model;
  class writer;

  const std::shared_ptr<model> model_;
};

}  // namespace whence::inline v0
