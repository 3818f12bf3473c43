/// Types of all kinds that can be archived, each with what the fuzzers ask of it.
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace fuzzing {

/// A value, as it is written in both forms. Each value has one text: values are equal if these are.
struct forms {
  std::string json;
  std::string binary;
  friend bool operator==(const forms&, const forms&) = default;
};

struct shape {
  std::string (*schema)();
  forms (*from_json)(std::string_view);    ///< of what `decode` reads; throws decode_error
  forms (*from_binary)(std::string_view);  ///< the same of `decode_binary`
};

std::span<const shape> shapes();

/// The one that an input's first byte chooses. Seeds name them by letters, from 'a' on.
const shape& shape_of(char choice);

}  // namespace fuzzing
