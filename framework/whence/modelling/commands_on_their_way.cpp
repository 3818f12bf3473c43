#include <utility>

#include <whence/modelling/commands_on_their_way.hpp>

namespace whence::inline v0::detail {

bool commands_on_their_way::add(place& where, std::weak_ptr<driver> command) noexcept {
  const auto own = list_.lock();
  if (own->proceeding) return false;
  where.command_ = std::move(command);
  where.added_ = true;
  where.next_ = own->first;
  if (own->first != nullptr) own->first->previous_ = &where;
  own->first = &where;
  return true;
}

void commands_on_their_way::remove(place& where) noexcept {
  const auto own = list_.lock();
  if (!where.added_) return;
  where.added_ = false;
  if (where.next_ != nullptr) where.next_->previous_ = where.previous_;
  (where.previous_ != nullptr ? where.previous_->next_ : own->first) = where.next_;
}

void commands_on_their_way::proceed() noexcept {
  list_.lock()->proceeding = true;
  // One at a time, without the lock: what goes on may end, and leave the list, at once.
  for (;;) {
    std::shared_ptr<driver> command;
    {
      const auto own = list_.lock();
      place* const first = own->first;
      if (first == nullptr) return;
      first->added_ = false;
      own->first = first->next_;
      if (own->first != nullptr) own->first->previous_ = nullptr;
      command = first->command_.lock();  // null: it is being destroyed, which nobody waits for
    }
    if (command) command->proceed();
  }
}

}  // namespace whence::inline v0::detail
