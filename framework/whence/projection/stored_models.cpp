#include <sqlite3.h>

#include <algorithm>
#include <set>
#include <string_view>
#include <utility>

#include <whence/projection/errors.hpp>
#include <whence/projection/model_database.hpp>
#include <whence/projection/model_files.hpp>
#include <whence/projection/projection.hpp>
#include <whence/projection/stored_models.hpp>
#include <whence/sql/error.hpp>

namespace whence::inline v0 {
namespace {

std::uint64_t size_of(files& files, const std::string& path) {
  const auto found = files.status(path);
  return found ? found->size : 0;
}

/// A model is left with its -wal and -shm beside it, and then a connection that only reads makes no file. Without a -wal the
/// database alone is the model: somebody copied it.
sql::reading_mode mode_for(files& files, const std::string& model, const std::string& path) {
  const auto wal = files.status(path + "-wal");
  if (wal && wal->size > 0 && !files.status(path + "-shm"))
    throw read_model_damaged(model, path, "its -shm file is missing: nobody can read its -wal without making one");
  return sql::reading_mode::making_no_file(path);
}

checkpoint checkpoint_in(const std::string& model, const model_generation& generation, sql::open_mode mode) {
  try {
    sql::database database = sql::database::open(generation.path, mode);
    database.run("PRAGMA busy_timeout=1000");
    sql::statement select = prepare_checkpoint(database, {.name = model, .version = generation.version});
    if (const auto found = read_checkpoint(select)) return *found;
  } catch (const sql::sql_error& failure) {
    const int kind = failure.primary();
    if (kind != SQLITE_ERROR && kind != SQLITE_CORRUPT && kind != SQLITE_NOTADB) throw;
    throw read_model_damaged(model, generation.path, failure.what());
  }
  throw read_model_damaged(model, generation.path, "it has no checkpoint of " + model);
}

/// Takes `mode` anew if somebody has begun to write the model meanwhile.
checkpoint checkpoint_of(files& files, const std::string& model, const model_generation& generation,
                         sql::reading_mode& mode) {
  try {
    const checkpoint found = checkpoint_in(model, generation, mode.mode());
    if (mode.still_holds()) return found;
  } catch (const error&) {
    if (mode.still_holds()) throw;
  }
  mode = mode_for(files, model, generation.path);
  return checkpoint_in(model, generation, mode.mode());
}

stored_generation look_at(files& files, const std::string& model, const model_generation& generation) {
  stored_generation found{.version = generation.version,
                          .number = generation.number,
                          .path = generation.path,
                          .bytes = 0,
                          .mode = sql::reading_mode::ordinary(),
                          .at = {},
                          .problem = nullptr};
  try {
    found.bytes = size_of(files, generation.path) + size_of(files, generation.path + "-wal");
    found.mode = mode_for(files, model, generation.path);
    found.at = checkpoint_of(files, model, generation, found.mode);
  } catch (const error&) {
    found.problem = std::current_exception();
  }
  return found;
}

/// One that was swapped out and removed between being named and being read is looked for again.
std::optional<stored_generation> serving_one(files& files, const model_files& model) {
  constexpr int swaps_max = 5;
  for (int swaps = 0;; ++swaps) {
    const auto current = model.current();
    if (!current) {
      const std::string named = model.named_current();
      if (named.empty()) return std::nullopt;
      throw read_model_damaged(model.name(), model.path_of_current(),
                               "it names \"" + named + "\", and there is no such generation");
    }
    stored_generation found = look_at(files, model.name(), *current);
    if (!found.problem || swaps == swaps_max || model.current() == current) return found;
  }
}

std::optional<stored_generation> building_one(files& files, const model_files& model,
                                              const std::optional<stored_generation>& serving) {
  if (!model.is_building()) return std::nullopt;
  std::optional<model_generation> newest;
  for (model_generation& each : model.all()) {
    if (!newest || each.number > newest->number) newest = std::move(each);
  }
  if (!newest || (serving && newest->number <= serving->number)) return std::nullopt;
  stored_generation found = look_at(files, model.name(), *newest);
  // It has no table yet, or it was swapped in meanwhile: nothing that anybody has to be told.
  return found.problem ? std::nullopt : std::optional(std::move(found));
}

/// The part of a file's name that is a model's; empty if it is none of a model's files.
std::string_view model_of(std::string_view file) {
  const std::string_view name = file.substr(0, file.find('.'));
  const std::string_view rest = file.substr(name.size());
  const bool belongs = rest == ".current" || (rest.ends_with(".db") && rest.size() > std::string_view(".db").size());
  return belongs && detail::is_projection_name(name) ? name : std::string_view();
}

}  // namespace

std::vector<stored_model> stored_models(const std::shared_ptr<files>& files, const std::string& directory) {
  std::vector<stored_model> found;
  if (directory.empty() || !files->status(directory)) return found;
  std::set<std::string> names;
  for (const std::string& file : files->list(directory)) {
    if (const std::string_view name = model_of(file); !name.empty()) names.emplace(name);
  }
  for (const std::string& name : names) {
    const model_files model(files, directory, name);
    stored_model& one = found.emplace_back();
    one.name = name;
    try {
      one.serving = serving_one(*files, model);
      one.building = building_one(*files, model, one.serving);
    } catch (const error&) {
      one.problem = std::current_exception();
    }
  }
  // What is left of a build that was given up is no model.
  std::erase_if(found, [](const stored_model& one) { return !one.serving && !one.building && !one.problem; });
  return found;
}

}  // namespace whence::inline v0
