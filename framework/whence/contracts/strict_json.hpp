/// JSON documents as trees, for judging them: read strictly, compared exactly.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include <nlohmann/json.hpp>

namespace whence::inline v0::detail {

/// Throws decode_error: no JSON (a byte-order mark is none), a member twice, more than `depth_max` levels or json_limits::bytes_max
/// bytes.
///
/// Numbers: what is written without a fraction and an exponent and fits into 64 bits (with or without a sign) is exact. Every other
/// one is the nearest double (a whole number below -2^63 the nearest below that), and refused if there is none.
nlohmann::json parse_strictly(std::string_view text, std::size_t depth_max);

/// A total order in which values are equal if JSON Schema says so: 1 and 1.0 are. Numbers are compared without rounding.
int compare(const nlohmann::json& one, const nlohmann::json& other);

/// Every int64, uint64 and double is one of these, so that no comparison rounds.
long double exactly(const nlohmann::json& number);

/// Whether it is a number without a fraction: 1.0 is, and 1e300.
bool is_whole(const nlohmann::json& number);

/// The kind of value, and the value itself if it is short: `the text "sold"`, `an object`.
std::string described(const nlohmann::json& value);
/// Its JSON if that is short, else what kind of value it is.
std::string shown(const nlohmann::json& value);

/// How much there is to look at: values, and stretches of text.
std::uint64_t weight_of(const nlohmann::json& value);

/// JSON pointers (RFC 6901).
std::string inside(std::string_view pointer, std::string_view key);
std::string inside(std::string_view pointer, std::size_t index);

}  // namespace whence::inline v0::detail
