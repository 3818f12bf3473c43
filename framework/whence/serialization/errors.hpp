/// What can be wrong between a value and its JSON text, and between a stored event and the types that a program knows.
#pragma once

#include <cstdint>
#include <string>

#include <whence/core/error.hpp>
#include <whence/core/position.hpp>

namespace whence::inline v0 {

/// `data.unreadable`: a JSON text is not what the type to be read from it says. Nothing of it was used.
struct decode_error final : error {
  /// `where` tells which text it was: an event's stream and version, a file.
  decode_error(std::string pointer, std::string problem, std::string where = {});
  std::string pointer;  ///< JSON pointer (RFC 6901) of the wrong place; empty: the whole text
  std::string problem;  ///< "expected a string, found number"
};

/// `data.unwritable`: a value has no JSON text that could be read back (no UTF-8, no finite number, an enumerator without a name).
struct encode_error final : error {
  encode_error(std::string pointer, std::string problem);
  std::string pointer;
  std::string problem;
};

/// `event.unknown_version`: the program knows the event's name, but not this version of it. Never guessed.
struct unknown_event_version final : error {
  /// `where`: which event it is, its stream, version and position.
  unknown_event_version(std::string event_type, std::uint32_t found, std::uint32_t known, std::string where = {},
                        global_position position = {});
  std::string event_type;
  std::uint32_t found;
  std::uint32_t known;
  global_position position;  ///< 0: it was read by itself, outside of a log
};

/// `event.duplicate_type`: two C++ types claim the same event name; a stored event could be read as either.
struct duplicate_event_type final : error {
  explicit duplicate_event_type(std::string event_type);
  std::string event_type;
};

}  // namespace whence::inline v0
