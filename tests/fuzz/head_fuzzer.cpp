// The reader of signed heads: what it takes for a head is, to the byte, what this program writes for it, so that no other reader
// can take the same line for something else; and its digests are at the positions that it is about.
#include <optional>

#include <nlohmann/json.hpp>

#include <whence/proof/signed_head.hpp>

#include "tests/fuzz/property.hpp"

using fuzzing::holds;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string line(fuzzing::text_of(data, size));
  std::optional<whence::detail::signed_head> read;
  try {
    read = whence::detail::read_head(line);
  } catch (const whence::detail::no_head& refused) {
    holds(*refused.what() != '\0', "it is said why it is no head", {line});
    return 0;
  }
  holds(read->line() == line, "it is what is written for it", {line, read->line()});
  holds(line.starts_with(read->text()), "what is signed stands in the line", {line, read->text()});
  holds(line.find('\n') == std::string::npos, "it is one line", {line});
  holds(nlohmann::json::accept(line), "it is JSON to others", {line});
  whence::global_position last = read->after;
  for (std::size_t i = 0; i < read->digests.size(); ++i) {
    holds(read->position_of(i) > last, "each digest is behind the one before", {line});
    last = read->position_of(i);
  }
  holds(last == read->position, "the last digest is that of the last event", {line});
  return 0;
}
