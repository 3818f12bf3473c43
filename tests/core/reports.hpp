/// Keeps what an executor is told of failures that nobody looked at.
#pragma once

#include <exception>
#include <memory>
#include <string>
#include <vector>

#include <whence/core/executor.hpp>
#include <whence/core/guarded.hpp>

namespace tests {

class reports {
 public:
  explicit reports(whence::executor& executor) {
    executor.on_report([kept = kept_](const std::exception_ptr& failure) {
      try {
        std::rethrow_exception(failure);
      } catch (const std::exception& error) {
        auto texts = kept->lock();
        texts->emplace_back(error.what());
      }
    });
  }

  std::vector<std::string> texts() const {
    auto kept = kept_->lock();
    return *kept;
  }

 private:
  std::shared_ptr<whence::guarded<std::vector<std::string>>> kept_ =
      std::make_shared<whence::guarded<std::vector<std::string>>>();
};

}  // namespace tests
