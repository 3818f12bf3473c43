/// The commands of a bus whose outcome is not known yet, so that somebody who wants them all to end can make them go on.
#pragma once

#include <memory>

#include <whence/core/driver.hpp>
#include <whence/core/guarded.hpp>

namespace whence::inline v0::detail {

/// Threads  any.
/// Costs    adding and removing: a lock, and no allocation; each command brings its place in the list.
class commands_on_their_way {
 public:
  class place {
    friend commands_on_their_way;
    std::weak_ptr<driver> command_;
    place* previous_ = nullptr;
    place* next_ = nullptr;
    bool added_ = false;
  };

  /// False: `proceed` was called, and the command has to proceed at once.
  bool add(place& where, std::weak_ptr<driver> command) noexcept;
  /// Again: nothing more happens.
  void remove(place& where) noexcept;

  /// Makes all go on that are there, and all that come.
  void proceed() noexcept;

 private:
  struct list {
    place* first = nullptr;
    bool proceeding = false;
  };
  guarded<list> list_;
};

}  // namespace whence::inline v0::detail
