/// The read models that lie beside a log, as anybody finds them who has not their projections' code: an inspector.
#pragma once

#include <cstdint>
#include <exception>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <whence/core/files.hpp>
#include <whence/sql/reading_mode.hpp>
#include <whence/subscription/checkpoint.hpp>

namespace whence::inline v0 {

/// One generation of a read model: a database file.
struct stored_generation {
  std::uint32_t version = 0;  ///< of the projection
  std::uint64_t number = 0;
  std::string path;
  std::uint64_t bytes = 0;  ///< with its -wal
  /// How it is read without making a file.
  sql::reading_mode mode = sql::reading_mode::ordinary();
  checkpoint at;
  std::exception_ptr problem;  ///< why `at` is not known: read_model_damaged, sql_error, file_error; null if it is
};

struct stored_model {
  std::string name;
  std::optional<stored_generation> serving;   ///< nothing: none serves yet
  std::optional<stored_generation> building;  ///< that somebody builds now
  std::exception_ptr problem;  ///< why the generation that serves cannot be told; null if it can, or there is none
};

/// All of them, by name. What is wrong with one is in it, and hides no other. A directory that isn't there has none.
///
/// Never changes, makes or locks a file: it works beside who writes, and where one may only read.
///
/// Threads  any.
/// Costs    opens each model's database.
/// Throws   file_error: the directory cannot be listed.
std::vector<stored_model> stored_models(const std::shared_ptr<files>& files, const std::string& directory);

}  // namespace whence::inline v0
