// The reader of envelopes: what it takes is written as one line that reads as the same event.
#include <optional>

#include <nlohmann/json.hpp>

#include <whence/core/envelope.hpp>
#include <whence/core/error.hpp>
#include <whence/store/json_check.hpp>

#include "tests/fuzz/property.hpp"

using fuzzing::holds;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text(fuzzing::text_of(data, size));
  std::optional<whence::envelope> read;
  try {
    read = whence::envelope_from_json(text);
  } catch (const whence::malformed_input& refused) {
    holds(refused.code() == "envelope.malformed", "what is no event is called that", {text, refused.code()});
    return 0;
  }
  holds(nlohmann::json::accept(text) && whence::is_json(text), "what is read is JSON to others", {text});
  holds(whence::is_json(read->data), "the data are a document by themselves", {text, read->data});
  const std::string line = whence::to_json(*read);
  holds(line.find('\n') == std::string::npos, "it is written as one line", {text, line});
  holds(whence::to_json(whence::envelope_from_json(line)) == line, "what is written reads as the same", {text, line});
  holds(whence::envelope_from_json(line).data == read->data, "its data stay what they are", {text, line});
  return 0;
}
