/// How deep an event's data go, told before anybody recurses into them.
#pragma once

#include <string_view>

namespace whence::inline v0 {

/// True: more lists and objects are in each other than may be, also in JSON that is no document; or, of binary data with so many
/// openings, they are none that anybody could read.
///
/// Limits   append_limits::data_levels.
/// Costs    nothing for data of at most so many bytes; for most others, a look at eight bytes at a time.
bool goes_too_deep(std::string_view data) noexcept;

}  // namespace whence::inline v0
