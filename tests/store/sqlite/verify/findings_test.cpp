#include <algorithm>
#include <cstdint>
#include <vector>

#include <doctest/doctest.h>

#include <whence/store/sqlite/verify/findings.hpp>

using namespace whence;

namespace {

/// Every second event up to `head` is unreadable, and found so in the order of `positions`.
log_verification result_of(std::vector<std::uint64_t> positions, std::uint64_t head, std::size_t listed_max) {
  verification_findings findings(listed_max);
  for (const std::uint64_t position : positions)
    findings.add_unreadable({{global_position{position}, global_position{position}}, "order-1", "changed"});
  log_verification result;
  result.head = global_position{head};
  findings.move_to(result, "shop.db");
  return result;
}

std::vector<std::uint64_t> every_second(std::uint64_t head) {
  std::vector<std::uint64_t> positions;
  for (std::uint64_t position = 2; position <= head; position += 2) positions.push_back(position);
  return positions;
}

}  // namespace

TEST_CASE("what lies between unreadable events is readable, in whatever order they were found") {
  std::vector<std::uint64_t> positions = every_second(10);
  std::reverse(positions.begin(), positions.end());
  const log_verification result = result_of(positions, 11, 1'000);
  CHECK(result.readable.size() == 6);
  CHECK(result.more_readable == 0);
  CHECK(result.findings.size() == 5);
}

TEST_CASE("of more ranges than are kept, none that is unreadable is called readable") {
  const std::uint64_t head = 400'001;
  for (const bool backward : {false, true}) {
    CAPTURE(backward);
    std::vector<std::uint64_t> positions = every_second(head);
    if (backward) std::reverse(positions.begin(), positions.end());
    const log_verification result = result_of(positions, head, head);
    const auto is_one_odd = [](const position_range& range) {
      return range.first == range.last && range.first.value() % 2 == 1;
    };
    CHECK(result.readable.size() > 30'000);
    CHECK(std::all_of(result.readable.begin(), result.readable.end(), is_one_odd));
    CHECK(result.more_readable > 0);
    CHECK(result.findings.size() + result.more_findings == positions.size());
  }
}

TEST_CASE("many events that follow each other are one range, and take no room") {
  std::vector<std::uint64_t> positions;
  for (std::uint64_t position = 1; position <= 300'000; ++position) positions.push_back(position);
  const log_verification result = result_of(positions, 300'001, 1'000);
  REQUIRE(result.readable.size() == 1);
  CHECK(result.readable[0].first == global_position{300'001});
  CHECK(result.more_readable == 0);
  CHECK(result.more_findings == 0);
}
