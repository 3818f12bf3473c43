/// A small shop's log with everything that a screen has to show; always the same bytes.
#pragma once

#include <whence/core/runtime.hpp>
#include <whence/store/log.hpp>

namespace tests {

/// The clock of the shop: each append is a second later than the one before, from 2026-01-27T10:30:01Z on.
whence::runtime shop_runtime();

/// Nine events in five streams: a sale in two streams, a refused payment's refund, an adjustment, and a customer who puts control
/// characters into everything.
void fill_shop(whence::log& log, const whence::runtime& runtime);

/// One event.
void append_event(whence::log& log, std::string stream, std::string aggregate, whence::new_event event);

whence::new_event event_of(std::string type, std::string data, std::uint64_t number);

/// `count` events of type Counted in `streams` streams, "stream-<n>", in turn; event n has n * `step` bytes of data, modulo a
/// million.
void fill(whence::log& log, std::uint64_t count, std::uint64_t streams, std::size_t step);

}  // namespace tests
