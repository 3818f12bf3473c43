/// What fails while nobody waits for it: a read model that cannot be brought up, a log that cannot be tidied when it is closed.
#pragma once

#include <cstddef>
#include <exception>
#include <ostream>
#include <set>
#include <string>
#include <utility>

#include <whence/core/guarded.hpp>

namespace shop {

/// Keeps what the application reports, until the command has ended.
///
/// Threads  any.
class background_failures {
 public:
  void take(const std::exception_ptr& failure);

  /// What the command goes on without, and somebody may miss while it runs: that nobody can ask it for anything. False: it is
  /// something else.
  static bool print_at_once(const std::exception_ptr& failure, std::ostream& err, const std::string& store,
                            std::size_t columns);

  /// A line for each: what is to be said of a command that was carried out all the same. When one was not, its own failure
  /// says enough.
  void print(std::ostream& err, const std::string& store, std::size_t columns);

 private:
  whence::guarded<std::set<std::pair<std::string, std::string>>> lines_;  // and their codes
};

}  // namespace shop
