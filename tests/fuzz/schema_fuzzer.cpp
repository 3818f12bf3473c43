// The validator, with a schema and a document that nobody can trust: it ends, within its limits, and says the same of both however
// they are written. What `not`, `allOf`, `anyOf` and `oneOf` around a schema say follows from what it says.
//
// An input is a schema, a zero byte, and a document.
#include <optional>
#include <vector>

#include <whence/contracts/schema_validator.hpp>
#include <whence/contracts/strict_json.hpp>
#include <whence/serialization/errors.hpp>
#include <whence/serialization/json.hpp>

#include "tests/fuzz/property.hpp"

namespace {

using fuzzing::holds;

std::optional<whence::schema_validator> compiled(std::string_view schema) {
  try {
    return whence::schema_validator(schema);
  } catch (const whence::schema_malformed& refused) {
    holds(!refused.problem.empty(), "a schema that is none is told why", {schema});
  } catch (const whence::schema_unsupported& refused) {
    holds(!refused.problem.empty(), "a schema that is not checked is told why", {schema});
  }
  return std::nullopt;
}

/// The text of all violations; nothing: it was too much work.
std::optional<std::string> judged(const whence::schema_validator& by, std::string_view document) {
  try {
    std::string all;
    const auto found = by.violations(document);
    holds(found.size() <= whence::schema_validator::violations_max, "no more are told than were promised", {document});
    for (const whence::schema_violation& one : found) all += one.text() + "\n";
    return all;
  } catch (const whence::schema_too_much_work&) {
    return std::nullopt;
  }
}

/// A schema around another one says what follows from what that one says.
void follows(const std::string& around, std::string_view document, bool expected) {
  const auto by = compiled(around);
  if (!by) return;  // one level more is one too many
  const auto said = judged(*by, document);
  if (said) holds(said->empty() == expected, "what is said by a schema around it follows", {around, document, *said});
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view input = fuzzing::text_of(data, size);
  const std::size_t end = input.find('\0');
  if (end == std::string_view::npos) return -1;
  const std::string schema(input.substr(0, end));
  const std::string document(input.substr(end + 1));
  const auto by = compiled(schema);
  if (!by) return 0;
  std::string rewritten;
  try {
    rewritten = whence::detail::parse_strictly(document, whence::json_limits::depth_max).dump();
  } catch (const whence::decode_error&) {
    try {
      static_cast<void>(by->violations(document));
      holds(false, "what is no document is not judged", {schema, document});
    } catch (const whence::decode_error&) {
    }
    return 0;
  }
  const auto said = judged(*by, document);
  holds(judged(*by, rewritten) == said, "a document that is written otherwise is judged alike",
        {schema, document, rewritten, said.value_or("too much work")});
  const auto again = compiled(whence::detail::parse_strictly(schema, 256).dump());
  holds(again && judged(*again, document) == said, "a schema that is written otherwise judges alike",
        {schema, document, said.value_or("too much work")});
  if (!said || schema.find('$') != std::string::npos)
    return 0;  // a reference leads elsewhere from inside another schema
  follows("{\"not\":" + schema + "}", document, !said->empty());
  follows("{\"allOf\":[" + schema + ",true]}", document, said->empty());
  follows("{\"anyOf\":[false," + schema + "]}", document, said->empty());
  follows("{\"oneOf\":[" + schema + "," + schema + "]}", document, false);
  follows("{\"oneOf\":[" + schema + ",{\"not\":" + schema + "}]}", document, true);
  return 0;
}
