/// Counts what the calling thread allocates with `new`.
#pragma once

#include <cstddef>

namespace tests {

class allocations {
 public:
  allocations() noexcept;
  /// Since this was made.
  std::size_t count() const noexcept;

 private:
  std::size_t before_;
};

}  // namespace tests
