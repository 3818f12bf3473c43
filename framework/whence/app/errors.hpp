/// What can be wrong with an application as a whole.
#pragma once

#include <string>

#include <whence/core/error.hpp>

namespace whence::inline v0 {

/// `app.stopped`: the application is stopping or has stopped. Nothing was done.
struct application_stopped final : error {
  explicit application_stopped(const std::string& name);
};

/// `app.projection_not_registered`: the application was built without this projection.
struct projection_not_registered final : error {
  explicit projection_not_registered(std::string projection);
  std::string projection;
};

/// `app.duplicate_projection`: two projections have one name, and would write one read model.
struct duplicate_projection final : error {
  explicit duplicate_projection(std::string projection);
  std::string projection;
};

}  // namespace whence::inline v0
