// The reader of JSON: what is read is JSON to everybody, is valid by the generated schema, and comes back from both forms; what is
// refused is refused by the schema too, but for the differences that were decided.
//
// An input is a letter, which chooses the type, and a text.
#include <algorithm>
#include <optional>
#include <vector>

#include <nlohmann/json.hpp>

#include <whence/contracts/schema_validator.hpp>
#include <whence/core/payload_form.hpp>
#include <whence/serialization/binary.hpp>
#include <whence/store/binary_check.hpp>
#include <whence/store/json_check.hpp>

#include "tests/fuzz/property.hpp"
#include "tests/fuzz/shapes.hpp"

namespace {

using fuzzing::forms;
using fuzzing::holds;

const whence::schema_validator& schema_of(const fuzzing::shape& shape) {
  static const std::vector<whence::schema_validator> all = [] {
    std::vector<whence::schema_validator> made;
    for (const fuzzing::shape& one : fuzzing::shapes()) made.emplace_back(one.schema());
    return made;
  }();
  return all[static_cast<std::size_t>(&shape - fuzzing::shapes().data())];
}

bool fits(const fuzzing::shape& shape, std::string_view text) {
  try {
    return schema_of(shape).violations(text).empty();
  } catch (const whence::decode_error&) {
    return false;
  }
}

/// framework/whence/serialization/README.md, "JSON Schema": what a schema cannot say.
bool only_reading_refuses(std::string_view problem) {
  return problem.ends_with("expected a whole number, found number") || problem.ends_with("is there twice") ||
         problem.starts_with("expected a time of RFC 3339, found \"") ||
         problem.starts_with("expected a time in steps of ") || problem.starts_with("expected whole ticks of ") ||
         problem.starts_with("expected a duration like PT1.5S, found \"") ||
         problem.starts_with("expected a decimal like \"12.50\", found \"");
}

void comes_back(const fuzzing::shape& shape, std::string_view text, const forms& read) {
  holds(shape.from_json(read.json) == read, "what was read, and written as JSON, reads as the same", {text, read.json});
  holds(shape.from_binary(read.binary) == read, "what was read, and written as binary, reads as the same",
        {text, read.json});
  holds(whence::is_binary(read.binary) && whence::fault_in_data(read.binary).empty(), "what is written is binary",
        {text, read.binary});
  holds(whence::binary_to_json(read.binary) == read.json, "binary is shown as the JSON that would have been written",
        {text, read.json, whence::binary_to_json(read.binary)});
  holds(fits(shape, read.json), "what is written fits the schema of its type", {text, read.json});
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return -1;
  const fuzzing::shape& shape = fuzzing::shape_of(static_cast<char>(data[0]));
  const std::string text(fuzzing::text_of(data + 1, size - 1));
  if (whence::form_of(text) == whence::form::binary) return -1;
  std::optional<forms> read;
  std::string problem;
  try {
    read = shape.from_json(text);
  } catch (const whence::decode_error& refused) {
    problem = refused.problem;
    holds(refused.pointer.empty() || refused.pointer.front() == '/', "a place is told as a JSON pointer",
          {text, refused.pointer});
  }
  if (!read) {
    holds(!fits(shape, text) || only_reading_refuses(problem), "what is refused does not fit the schema of its type",
          {text, problem});
    return 0;
  }
  holds(nlohmann::json::accept(text), "what is read is JSON to another parser", {text});
  holds(whence::is_json(text), "what is read could be appended", {text});
  holds(fits(shape, text), "what is read fits the schema of its type", {text, read->json});
  comes_back(shape, text, *read);
  return 0;
}
