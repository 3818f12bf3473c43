#include <whence/serialization/errors.hpp>

#include <utility>

namespace whence::inline v0 {
namespace {

std::string at(const std::string& pointer, const std::string& problem) {
  return pointer.empty() ? problem : pointer + ": " + problem;
}

}  // namespace

decode_error::decode_error(std::string pointer_, std::string problem_, std::string where)
    : error("data.unreadable", next_move::operator_needed,
            {.what = at(pointer_, problem_),
             .where = std::move(where),
             .why = "the text does not have the form that its type describes",
             .remedy = "compare the text with the type's `serialize`; a changed event needs a new version"}),
      pointer(std::move(pointer_)),
      problem(std::move(problem_)) {}

encode_error::encode_error(std::string pointer_, std::string problem_)
    : error("data.unwritable", next_move::change_request,
            {.what = at(pointer_, problem_) + "; nothing was written",
             .where = {},
             .why = "the value has no JSON text from which it could be read back",
             .remedy = "refuse such a value before it gets into an event"}),
      pointer(std::move(pointer_)),
      problem(std::move(problem_)) {}

unknown_event_version::unknown_event_version(std::string event_type_, std::uint32_t found_, std::uint32_t known_,
                                             std::string where, global_position position_)
    : error("event.unknown_version", next_move::operator_needed,
            {.what = event_type_ + ": version " + std::to_string(found_) + " is stored, this program knows version " +
                     std::to_string(known_),
             .where = std::move(where),
             .why = found_ > known_
                        ? "the event was written by a newer program"
                        : "the event was written by an older program, and no upcaster here begins at that version",
             .remedy = found_ > known_ ? "run the program that wrote it, or a newer one"
                                       : "give it an upcaster from that version, `whence::upcast<" + event_type_ +
                                             ", " + std::to_string(found_) + ">(…)`"}),
      event_type(std::move(event_type_)),
      found(found_),
      known(known_),
      position(position_) {}

duplicate_event_type::duplicate_event_type(std::string event_type_)
    : error("event.duplicate_type", next_move::change_request,
            {.what = "two types are called " + event_type_ + " in the log",
             .where = {},
             .why = "an event's name belongs to one type, in all aggregates",
             .remedy = "rename one of the two in its `event_type`"}),
      event_type(std::move(event_type_)) {}

}  // namespace whence::inline v0
