/// A log in memory, and a short way to fill it.
#pragma once

#include <memory>
#include <string>
#include <utility>

#include <whence/core/runtime.hpp>
#include <whence/store/log.hpp>
#include <whence/store/log_source.hpp>

namespace tests {

struct log_fixture {
  whence::runtime runtime = whence::runtime::system();
  std::shared_ptr<whence::log> log = whence::memory().open(runtime);

  /// Appends `count` events of one type to one stream, in one batch, and returns the head.
  whence::global_position append(std::size_t count, const std::string& type = "Counted",
                                 const std::string& data = "{}") {
    whence::stream_append to{.stream = "counter-" + type, .aggregate_type = "Counter", .events = {}};
    for (std::size_t number = 0; number < count; ++number) {
      to.events.push_back({.id = whence::event_id{runtime.make_uuid()},
                           .type = type,
                           .occurred_at = runtime.clock->now(),
                           .data = data,
                           .metadata = {},
                           .tags = {}});
    }
    whence::append_batch batch;
    batch.streams.push_back(std::move(to));
    return log->append(std::move(batch)).get().value().last;
  }
};

}  // namespace tests
