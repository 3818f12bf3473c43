/// The environment of this process, changed for one scope: other test cases of a run find it as it was.
#pragma once

#include <cstdlib>
#include <optional>
#include <string>

namespace tests {

class environment_variable {
 public:
  /// Nothing as `value`: it is not set.
  environment_variable(const char* name, const std::optional<std::string>& value) : name_(name) {
    if (const char* const before = std::getenv(name); before != nullptr) before_ = before;
    set(value);
  }
  environment_variable(const environment_variable&) = delete;
  environment_variable& operator=(const environment_variable&) = delete;
  ~environment_variable() { set(before_); }

 private:
  void set(const std::optional<std::string>& value) const {
    if (value) {
      ::setenv(name_, value->c_str(), 1);
    } else {
      ::unsetenv(name_);
    }
  }

  const char* const name_;
  std::optional<std::string> before_;
};

}  // namespace tests
