/// A log in the hands of somebody who may write its files, and knows how they are made.
#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include <whence/core/position.hpp>

namespace tests {

/// An event as it lies in the file, with its names.
struct forged_event {
  std::string stream;
  std::string aggregate_type;
  std::string type;
  std::uint32_t type_version = 1;
  std::int64_t occurred_at = 0;
  std::int64_t recorded_at = 0;
  std::array<std::uint8_t, 16> id{};
  std::array<std::uint8_t, 16> correlation{};
  std::array<std::uint8_t, 16> causation{};
  std::string causation_type;
  std::string source;
  std::string traceparent;
  std::vector<std::string> tags;
  std::string data;

  friend bool operator==(const forged_event&, const forged_event&) = default;
};

/// All events of the log, in order.
std::vector<forged_event> read_events(const std::filesystem::path& log);

/// Puts these events in the place of the log's own, as if they had always been there: positions, versions, checksums and the
/// witness are those of such a log, and the index is gone, so that the next writer makes it anew. `log verify` finds nothing.
void forge_log(const std::filesystem::path& log, const std::vector<forged_event>& events);

}  // namespace tests
