// A log with events of former days.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include <whence/core/runtime.hpp>
#include <whence/upcasting/upcasting_log.hpp>

#include <tests/upcasting/shop.hpp>

namespace tests {

struct old_event {
  std::string type;
  std::uint32_t version = 1;
  std::string data;
};

class old_log {
 public:
  static whence::append_batch batch(const std::string& stream, const std::vector<old_event>& events) {
    whence::stream_append part;
    part.stream = stream;
    part.aggregate_type = "Order";
    for (const old_event& event : events) {
      whence::new_event added;
      added.id = whence::event_id{runtime().make_uuid()};
      added.type = event.type;
      added.version = event.version;
      added.data = event.data;
      added.tags = {"t"};
      part.events.push_back(std::move(added));
    }
    return {.streams = {std::move(part)}};
  }

  void append(const std::string& stream, const std::vector<old_event>& events) const { append(batch(stream, events)); }
  void append(whence::append_batch batch) const {
    REQUIRE(source_.open(runtime())->append(std::move(batch)).get().committed());
  }

  std::shared_ptr<whence::log> open() const { return whence::upcasting(source_, shop::upcasters()).open(runtime()); }

  /// A line an event: position/version type version data.
  static std::string told(const whence::event_page& page) {
    std::string lines;
    for (const whence::recorded_event& event : page)
      lines += std::to_string(event.position.value()) + "/" + std::to_string(event.version.value()) + " " +
               std::string(event.type) + " " + std::to_string(event.type_version) + " " + std::string(event.data) +
               "\n";
    return lines;
  }

 private:
  static whence::runtime& runtime() {
    static whence::runtime one = whence::runtime::system(1);
    return one;
  }
  whence::log_source source_ = whence::memory();
};

}  // namespace tests
