/// A log as it read when one of its streams was shorter.
#pragma once

#include <memory>
#include <string>

#include <whence/store/log.hpp>
#include <whence/upcasting/upcasters.hpp>

namespace whence::inline v0::detail {

/// The log as of today, in which the stream has no event after `last`: what is folded from it is what a program would have folded
/// when the stream ended there. So the first of two that are merged, if the second is behind `last`, is read as one that nothing
/// follows. It is for reading that stream; others, and `read`, are those of the log.
///
/// `stored`: the log without upcasters; it outlives the result.
/// Order    the last page of the stream may be empty.
/// Costs    events behind `last` are not read, damaged ones among them.
std::unique_ptr<log_reader> stream_until(log_reader& stored, std::string stream, stream_version last,
                                         const upcasters& through);

}  // namespace whence::inline v0::detail
