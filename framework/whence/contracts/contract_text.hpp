/// What stands in the files of a contract.
#pragma once

#include <string>
#include <string_view>

#include <whence/contracts/event_contracts.hpp>
#include <whence/contracts/schema_validator.hpp>

namespace whence::inline v0::detail {

/// The schema with sorted names, indented: the order of members in `serialize` is no part of the contract.
std::string contract_text(const promised_event& event);

/// Two dozen values made up from the same seeds, each once, a line each.
std::string contract_samples(const promised_event& event);

/// Throws schema_malformed, schema_unsupported: with the file.
schema_validator schema_from(std::string_view text, const std::string& file);

/// The first difference between what was released and what is described today; the first that old events are not read with, if
/// there is one.
struct contract_difference {
  std::string pointer;  ///< in the event's data
  std::string problem;
  std::string remedy;
  std::size_t more = 0;
};

/// Empty `problem`: they say the same. Throws schema_malformed, schema_unsupported: with the file.
contract_difference difference_between(std::string_view released, const promised_event& event, const std::string& file);

}  // namespace whence::inline v0::detail
