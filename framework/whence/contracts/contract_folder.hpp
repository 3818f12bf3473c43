/// The files of released contracts: their names, and what is there.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <whence/core/files.hpp>

namespace whence::inline v0::detail {

/// The files of one version of an event.
struct contract_files {
  std::string event_type;
  std::uint32_t version = 0;
  std::string folder;        ///< of the aggregate: its name alone
  std::string schema_file;   ///< empty: there is none
  std::string samples_file;  ///< empty: there is none
};

/// "credit-note" for "CreditNote", "http-request" for "HTTPRequest".
std::string kebab_case(std::string_view name);

/// "OrderPlaced.v1"
std::string stem_of(std::string_view event, std::uint32_t version);

/// Where they belong. Throws contract_unfit_name.
contract_files files_of(const std::string& folder, std::string_view aggregate, std::string_view event,
                        std::uint32_t version);

/// Sorted by event, version and folder. None if there is no such folder.
std::vector<contract_files> contracts_in(const std::string& folder, files& on);

/// Throws file_error (`file.missing`, `file.too_large`).
std::string content_of(const std::string& path, files& on);

/// The lines that are not empty, with their numbers from 1 on.
std::vector<std::pair<std::size_t, std::string_view>> lines_of(std::string_view text);

}  // namespace whence::inline v0::detail
