#include <whence/cli/store_choice.hpp>

#include <optional>
#include <vector>

#include <whence/cli/command_table.hpp>
#include <whence/cli/failure.hpp>
#include <whence/cli/program_name.hpp>
#include <whence/cli/settings_file.hpp>

namespace whence::inline v0::cli {
namespace {

std::vector<std::string> logs_in(const surroundings& around) {
  std::vector<std::string> found;
  for (const std::string& name : around.runtime.files->list(around.directory)) {
    const std::string path = around.directory == "." ? name : around.directory + "/" + name;
    if (name.ends_with(".db") && around.is_store(path)) found.push_back(path);
  }
  return found;
}

}  // namespace

std::string chosen_store(const request& request, const surroundings& around) {
  return chosen_store(request.value("--store"), around, "whence " + full_name(*request.what()));
}

std::string chosen_store(const std::optional<std::string>& named, const surroundings& around, std::string_view line,
                         unnamed_store otherwise) {
  if (named && named->empty())
    throw usage_error("value", "--store is empty", "ls -l . ; then give the path of a log with --store");
  if (named) return *named;
  if (const auto set = around.environment("WHENCE_STORE"); set && !set->empty()) return *set;

  if (const auto named_there = store_of_settings(around)) return *named_there;

  const std::vector<std::string> here = logs_in(around);
  const bool may_write = otherwise == unnamed_store::none;
  if (here.size() == 1 && !may_write) return here.front();
  const std::string repeat = std::string(line) + " --store ";
  constexpr std::string_view nowhere = "no --store, WHENCE_STORE or whence.toml; this folder has ";
  if (here.empty()) throw store_unnamed(std::string(nowhere) + "no log", repeat + (may_write ? "NEW.db" : "PATH"));
  if (here.size() == 1)
    throw store_unnamed(std::string(nowhere) + here.front() + ", and what writes takes no log that was not named",
                        repeat + shell_word(here.front()));
  std::string names;
  for (std::size_t i = 0; i < here.size() && i < 5; ++i) names += (i == 0 ? "" : ", ") + here[i];
  if (here.size() > 5) names += ", …";
  throw store_unnamed(std::string(nowhere) + std::to_string(here.size()) + ": " + names,
                      repeat + shell_word(here.front()));
}

}  // namespace whence::inline v0::cli
