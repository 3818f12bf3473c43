/// A log that reads as of today: every reader of it sees its events through the upcasters, and none has to know of them.
#pragma once

#include <memory>

#include <whence/store/log_source.hpp>
#include <whence/upcasting/upcasters.hpp>

namespace whence::inline v0 {

/// The same log, read through the upcasters: by aggregates, projections, subscriptions, visitors and whoever calls `read`, alike.
///
///     whence::application::on(whence::upcasting(whence::memory(), order_upcasters())).stop_on_signals().start();
///
/// What is stored stays as it is: an event is upcast whenever it is read. `log_reader::stored()` is the log without.
///
/// A query names events as they read today: also those of former names, or of one that became several, are found by it. A
/// condition of an append rules out every stored event of a name from which one of its types may have come, whatever this one
/// became: sometimes one more than readers see, and never one less.
///
/// Order    an event that becomes several stands there so often, in the order of the upcaster's results, with one position, version
///          and id; one that is dropped leaves its version out. Of two that are merged, the second one's place is taken.
/// Limits   a page may hold more events than asked for, by those that one became several.
/// Costs    for a page without an event that an upcaster begins at: a look at each event's name. For events that are merged, when
///          the other one is in another page: one more read of the stream.
/// Throws   (when reading) upcast_failed: a page ends before an event that cannot be upcast; the call that would have to begin
///          with it throws. unknown_event_version, in the same way: the filter asks for what an event may have become, and no
///          upcaster begins at its version.
/// Appends  of a version that an upcaster begins at are refused (`invalid`), unless the event is in the log under its id: a repeat.
log_source upcasting(log_source log, upcasters upcasters);

/// The same for one who reads already.
std::unique_ptr<log_reader> upcasting(std::unique_ptr<log_reader> stored, upcasters through);

}  // namespace whence::inline v0
