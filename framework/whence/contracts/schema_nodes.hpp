/// A schema as it is judged by: its subschemas in a list, each keyword checked, references resolved.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json.hpp>

#include <whence/contracts/pattern.hpp>

namespace whence::inline v0::detail {

/// The kinds of values, as a set.
enum json_kinds : std::uint8_t {
  kind_null = 1,
  kind_boolean = 2,
  kind_integer = 4,  ///< a number without a fraction
  kind_fraction = 8,
  kind_string = 16,
  kind_array = 32,
  kind_object = 64,
  kind_number = kind_integer | kind_fraction,
  kind_any = 127
};

/// The kind of one value.
std::uint8_t kind_of(const nlohmann::json& value);
/// "an integer or null"
std::string words_for(std::uint8_t kinds);

using node_index = std::uint32_t;

/// A subschema. What is not there judges nothing.
struct schema_node {
  std::string pointer;
  bool nothing_fits = false;  ///< it is `false`
  std::uint8_t kinds = kind_any;
  std::optional<nlohmann::json> constant{};
  std::optional<std::vector<nlohmann::json>> choices{};
  std::uint64_t weight = 0;  ///< of `constant` and `choices`: weight_of
  std::optional<nlohmann::json> minimum{};
  std::optional<nlohmann::json> maximum{};
  std::optional<nlohmann::json> exclusive_minimum{};
  std::optional<nlohmann::json> exclusive_maximum{};
  std::optional<std::uint64_t> min_length{};
  std::optional<std::uint64_t> max_length{};
  std::shared_ptr<const pattern> like{};
  std::optional<std::uint64_t> min_items{};
  std::optional<std::uint64_t> max_items{};
  bool unique = false;
  std::vector<node_index> prefix{};
  std::optional<node_index> items{};
  std::optional<std::uint64_t> min_properties{};
  std::optional<std::uint64_t> max_properties{};
  std::map<std::string, node_index, std::less<>> properties{};
  std::vector<std::string> required{};
  std::optional<node_index> additional{};
  std::optional<node_index> reference{};
  std::vector<node_index> all_of{};
  std::vector<node_index> any_of{};
  std::vector<node_index> one_of{};
  std::optional<node_index> none_of{};       ///< `not`
  std::optional<nlohmann::json> standard{};  ///< `default`: judges nothing
  std::string title{};
};

/// The root is the first.
struct schema_nodes {
  std::vector<schema_node> all;

  const schema_node& operator[](node_index index) const { return all[index]; }
  const schema_node& root() const { return all.front(); }
};

/// Limits   json_limits::bytes_max; 256 levels; 64 subschemas that judge one value by each other; patterns of a million steps, and
///          pointers of 16 MiB, in all.
/// Throws   schema_malformed, schema_unsupported.
schema_nodes compile_schema(std::string_view text);

}  // namespace whence::inline v0::detail
