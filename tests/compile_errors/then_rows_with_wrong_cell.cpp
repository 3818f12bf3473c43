// a cell of a row is a number, a text, bytes (std::vector<std::uint8_t>), an optional of these, or nullptr
#include "tests/compile_errors/testing.hpp"

using namespace shop;

void wrong() {
  given_events(OrderPlaced{"ada", Channel::web})
      .into<Summary>()
      .then_rows("SELECT customer, channel FROM summary", {{"ada", Channel::web}});
}
