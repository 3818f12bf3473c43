/// Judges one value by one node.
#pragma once

#include <vector>

#include <nlohmann/json.hpp>

#include <whence/contracts/schema_nodes.hpp>
#include <whence/contracts/schema_validator.hpp>

namespace whence::inline v0::detail {

/// Throws schema_too_much_work.
std::vector<schema_violation> judge_value(const schema_nodes& nodes, const schema_node& by,
                                          const nlohmann::json& value);

}  // namespace whence::inline v0::detail
