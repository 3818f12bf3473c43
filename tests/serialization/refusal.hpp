/// What is said of a JSON text that is not read.
#pragma once

#include <string>

#include <doctest/doctest.h>

#include "tests/serialization/samples.hpp"

namespace samples {

template <class T>
std::string refusal(const std::string& json) {
  try {
    static_cast<void>(whence::decode<T>(json));
  } catch (const whence::decode_error& problem) {
    CHECK(problem.code() == "data.unreadable");
    return problem.what();
  }
  return "(it was read)";
}

template <class T>
std::string refusal_of_value(const std::string& json) {
  return refusal<Holds<T>>("{\"value\":" + json + "}");
}

template <class T>
T value_of(const std::string& json) {
  return whence::decode<Holds<T>>("{\"value\":" + json + "}").value;
}

/// What is said of a value that is not written.
template <class T>
std::string refusal_to_write(const T& value) {
  try {
    static_cast<void>(whence::encode(value));
  } catch (const whence::encode_error& problem) {
    return problem.problem;
  }
  return "(it was written)";
}

}  // namespace samples
