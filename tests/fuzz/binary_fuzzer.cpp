// The readers of binary: the one that knows the type, the one that does not, and the log's check. What the first reads, the others
// take too, and its JSON reads as the same value.
//
// An input is a letter, which chooses the type, and what stands behind the mark of binary.
#include <algorithm>
#include <optional>

#include <nlohmann/json.hpp>

#include <whence/contracts/schema_validator.hpp>
#include <whence/core/payload_form.hpp>
#include <whence/serialization/binary.hpp>
#include <whence/store/binary_check.hpp>

#include "tests/fuzz/property.hpp"
#include "tests/fuzz/shapes.hpp"

namespace {

using fuzzing::forms;
using fuzzing::holds;

std::optional<std::string> shown(const std::string& data) {
  try {
    return whence::binary_to_json(data);
  } catch (const whence::decode_error&) {
    return std::nullopt;
  }
}

std::optional<forms> read(forms (*reader)(std::string_view), std::string_view data) {
  try {
    return reader(data);
  } catch (const whence::decode_error&) {
    return std::nullopt;
  }
}

/// A document that nothing but its type can refuse.
bool is_sound(const std::string& json) {
  static const whence::schema_validator everything("true");
  try {
    return everything.violations(json).empty();
  } catch (const whence::decode_error&) {
    return false;
  }
}

/// It reads neither the tag of decimals nor maps with numbers as keys, of which times and durations are made.
bool is_cbor(std::string_view data) {
  if (data.find('\xC4') != std::string_view::npos || data.find("\xD9\x03") != std::string_view::npos) return true;
  return !nlohmann::json::from_cbor(data.begin(), data.end(), true, false, nlohmann::json::cbor_tag_handler_t::ignore)
              .is_discarded();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  if (size == 0) return -1;
  const fuzzing::shape& shape = fuzzing::shape_of(static_cast<char>(bytes[0]));
  const std::string data = std::string(whence::binary_mark) + std::string(fuzzing::text_of(bytes + 1, size - 1));

  const std::optional<std::string> json = shown(data);
  holds(whence::is_binary(data) == json.has_value(), "what is binary can be shown, and nothing else", {data});
  const bool appended = whence::fault_in_data(data).empty();
  if (json) {
    holds(appended, "what is binary could be appended", {data});
    holds(is_sound(*json), "binary is shown as a document that can be read", {data, *json});
    holds(is_cbor(data), "what is binary is CBOR to another reader", {data, *json});
  }

  const std::optional<forms> typed = read(shape.from_binary, data);
  holds(read(shape.from_json, data) == typed, "decode reads what is binary as that", {data});
  if (!typed) return 0;
  holds(json.has_value(), "what is read as a type can be shown without it", {data, typed->json});
  holds(read(shape.from_binary, typed->binary) == typed, "what was read, and written, reads as the same", {data});
  holds(read(shape.from_json, typed->json) == typed, "what was read, and written as JSON, reads as the same", {data});
  // The exception that was decided: four bytes of a number are shown as the shortest text of a float, which no double is.
  if (data.find('\xFA') != std::string::npos) return 0;
  holds(read(shape.from_json, *json) == typed, "what is shown reads as the same", {data, *json, typed->json});
  return 0;
}
