#include <whence/cli/point_in_log.hpp>

#include <charconv>
#include <cstdint>
#include <string>
#include <system_error>

#include <whence/cli/failure.hpp>
#include <whence/cli/time_text.hpp>

namespace whence::inline v0::cli {

point_in_log point_from(const request& request, timestamp now) {
  point_in_log point;
  const std::optional<std::string> text = request.value("--at");
  if (!text) return point;
  std::uint64_t number = 0;
  const auto [rest, failure] = std::from_chars(text->data(), text->data() + text->size(), number);
  if (failure != std::errc{} || rest != text->data() + text->size()) {
    point.until = time_up_to("--at", *text, now, "a position such as 4711");
  } else if (number == 0) {
    throw usage_error("value", "--at cannot be \"0\"", "give the position of the last event that is wanted, 1 or more");
  } else {
    point.at = global_position{number};
  }
  return point;
}

}  // namespace whence::inline v0::cli
