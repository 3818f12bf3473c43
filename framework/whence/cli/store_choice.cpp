#include <whence/cli/store_choice.hpp>

#include <optional>
#include <vector>

#include <whence/cli/failure.hpp>
#include <whence/cli/program_name.hpp>
#include <whence/cli/repeated_line.hpp>
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

/// "a.db, b.db, …"
template <class Written>
std::string first_of(const std::vector<std::string>& names, Written written) {
  constexpr std::size_t named_max = 5;
  std::string all;
  for (std::size_t i = 0; i < names.size() && i < named_max; ++i) all += (i == 0 ? "" : ", ") + written(names[i]);
  return all + (names.size() > named_max ? ", …" : "");
}

/// SQLite knows addresses that are no paths. A log is a file: who types one of those would get a file of that strange name.
std::string path_in(const std::string& name, std::string_view said_by, const line_with_store& line) {
  if (name != ":memory:" && !name.starts_with("file:")) return name;
  constexpr std::string_view scheme = "file:";
  std::string path = name.starts_with(scheme) ? name.substr(scheme.size(), name.find('?') - scheme.size()) : "";
  if (path.empty() || path == ":memory:") path = "shop.db";
  throw usage_error("value", "a log is a file, and \"" + name + "\" is an address of SQLite's; nothing was made",
                    line(shell_word(path)), "a file that is really called so is ./" + name, std::string(said_by));
}

}  // namespace

std::string chosen_store(const request& request, const surroundings& around) {
  const auto with_store = [&request](const std::string& path) {
    return repeated_line(request, "whence", "--store", path);
  };
  return chosen_store(request.value("--store"), around, with_store);
}

std::string chosen_store(const std::optional<std::string>& named, const surroundings& around,
                         const line_with_store& line, unnamed_store otherwise) {
  if (named && named->empty())
    throw usage_error("value", "--store is empty", "ls -l .\n# then give the path of a log with --store");
  if (named) return path_in(*named, "--store", line);
  if (const auto set = around.environment("WHENCE_STORE"); set && !set->empty())
    return path_in(*set, "WHENCE_STORE", line);
  if (const auto named_there = store_of_settings(around)) return path_in(*named_there, "store in whence.toml", line);

  const std::vector<std::string> here = logs_in(around);
  const bool may_write = otherwise == unnamed_store::none;
  if (here.size() == 1 && !may_write) return here.front();
  constexpr std::string_view nowhere = "no --store, WHENCE_STORE or whence.toml; this folder has ";
  if (here.empty()) throw store_unnamed(std::string(nowhere) + "no log", line(may_write ? "NEW.db" : "PATH"));
  if (here.size() == 1)
    throw store_unnamed(std::string(nowhere) + here.front() + ", and what writes takes no log that was not named",
                        line(shell_word(here.front())));
  const std::string what = std::string(nowhere) + std::to_string(here.size()) + ": ";
  // Which of them is to be written, somebody has to say: a line with one of them could be pasted by accident.
  throw store_unnamed(what + first_of(here, [](const std::string& name) { return name; }),
                      may_write ? "# choose one of: " + first_of(here, &shell_word) + "\n#   " + line("PATH")
                                : line(shell_word(here.front())));
}

}  // namespace whence::inline v0::cli
