// What changed between two releases.
#include <algorithm>
#include <cerrno>
#include <utility>

#include <whence/contracts/contract_folder.hpp>
#include <whence/contracts/contract_text.hpp>
#include <whence/contracts/released_contracts.hpp>

namespace whence::inline v0 {
namespace {

using detail::contract_files;

schema_validator schema_in(const std::string& file, files& on) {
  return detail::schema_from(detail::content_of(file, on), file);
}

bool is_folder(const std::string& path, files& on) {
  const auto status = on.status(path);
  if (!status) throw file_error("read", path, ENOENT);
  return status->directory;
}

/// Those with a schema. Throws contract_missing.
std::vector<contract_files> schemas_in(const std::string& folder, files& on) {
  std::vector<contract_files> all = detail::contracts_in(folder, on);
  std::erase_if(all, [](const contract_files& one) { return one.schema_file.empty(); });
  if (all.empty()) throw contract_missing(folder);
  return all;
}

std::string name_of_contract(const contract_files& one) {
  return one.folder + "/" + detail::stem_of(one.event_type, one.version);
}

const contract_files* same_in(const std::vector<contract_files>& all, const contract_files& wanted) {
  const auto found = std::find_if(all.begin(), all.end(), [&](const contract_files& one) {
    return one.event_type == wanted.event_type && one.version == wanted.version;
  });
  return found == all.end() ? nullptr : &*found;
}

}  // namespace

std::vector<contract_change> contract_changes(const std::string& before, const std::string& after, files& on) {
  std::vector<contract_change> found;
  const auto add_all = [&](const std::string& contract, const std::string& left, const std::string& right) {
    for (schema_change& one : schema_changes(schema_in(left, on), schema_in(right, on)))
      found.push_back({contract, std::move(one)});
  };
  const bool folders = is_folder(before, on);
  if (folders != is_folder(after, on))
    throw file_error("compare a file and a folder", folders ? after : before, ENOTDIR);
  if (!folders) {
    add_all({}, before, after);
    return found;
  }
  const std::vector<contract_files> left = schemas_in(before, on);
  const std::vector<contract_files> right = schemas_in(after, on);
  for (const contract_files& one : left) {
    if (const contract_files* const other = same_in(right, one))
      add_all(name_of_contract(one), one.schema_file, other->schema_file);
    else
      found.push_back({name_of_contract(one),
                       {.pointer = {},
                        .what = "the contract is gone",
                        .reads = compatibility::breaking,
                        .why = "events of it may be in a log: what was released stays",
                        .remedy = "bring its files back from the history of the sources"}});
  }
  for (const contract_files& one : right)
    if (same_in(left, one) == nullptr)
      found.push_back({name_of_contract(one),
                       {.pointer = {},
                        .what = "the contract is new",
                        .reads = compatibility::backward,
                        .why = "code of before does not know it",
                        .remedy = "nothing for the log; replace all programs that read before one that writes"}});
  std::stable_sort(found.begin(), found.end(),
                   [](const contract_change& a, const contract_change& b) { return a.contract < b.contract; });
  return found;
}

}  // namespace whence::inline v0
