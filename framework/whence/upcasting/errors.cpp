#include <utility>

#include <whence/upcasting/errors.hpp>

namespace whence::inline v0 {
upcast_failed::upcast_failed(std::string event_type_, std::uint32_t version_, std::string problem_, std::string where,
                             global_position position_)
    : error(
          "event.upcast_failed", next_move::operator_needed,
          {.what = event_type_ + " version " + std::to_string(version_) + " cannot be upcast: " + problem_,
           .where = std::move(where),
           .why = "the event is not what its upcaster expects of that version",
           .remedy =
               "let the upcaster take what was stored; a test with the event's stored text shows what it makes of it"}),
      event_type(std::move(event_type_)),
      version(version_),
      problem(std::move(problem_)),
      position(position_) {}

}  // namespace whence::inline v0
