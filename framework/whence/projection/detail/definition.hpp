/// A projection, its type forgotten: what the compiled half of the library works with. One constant a projection.
#pragma once

#include <span>

#include <whence/projection/event_context.hpp>
#include <whence/projection/projection_info.hpp>
#include <whence/serialization/event.hpp>

namespace whence::sql {
inline namespace v0 {
class database;
}
}  // namespace whence::sql

namespace whence::inline v0::detail {

struct projection_definition {
  projection_info info;
  std::span<const event_type> events;

  /// Reads the event and calls the projection's `on` for it. `database` is null for a projection in memory.
  bool (*handle)(void* projection, const stored_event& event, json_decoder& decoder, const event_context& context,
                 sql::database* database) = nullptr;

  // Of a projection that writes to a database; null for one in memory.
  void (*create)(void* projection, sql::database& database) = nullptr;
  /// A projection in a database remembers nothing between two pages but what it wrote: each page has a new one.
  void* (*make)() = nullptr;
  void (*destroy)(void* projection) = nullptr;
};

}  // namespace whence::inline v0::detail
