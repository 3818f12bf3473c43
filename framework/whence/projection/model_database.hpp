/// One generation of a read model as a database: its tables, and its checkpoint in the same transaction.
///
/// The checkpoint is one row of `whence_checkpoint`. Nothing in the database depends on when or in how many pages it was
/// written, so that two models of one log and one projection are equal to the last byte of a dump.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include <whence/projection/detail/definition.hpp>
#include <whence/sql/database.hpp>
#include <whence/store/event_page.hpp>
#include <whence/subscription/checkpoint.hpp>

namespace whence::inline v0 {

/// The connection that writes.
///
/// Durable  survives a crash of the process; a power cut may take the last pages, effects and checkpoint together.
/// Threads  one at a time.
/// Throws   read_model_damaged; sql_error; projection_failed.
class model_database {
 public:
  /// Makes the file, which must not exist, with the projection's tables and the checkpoint "nothing yet".
  static model_database create(const std::string& path, const detail::projection_definition& definition);
  static model_database create_in_memory(const detail::projection_definition& definition);
  static model_database open(const std::string& path, const detail::projection_definition& definition);

  model_database(model_database&&) noexcept;
  model_database& operator=(model_database&&) noexcept;
  ~model_database();

  checkpoint at();

  /// The page's effects and the checkpoint `reached`, in one transaction.
  /// Throws checkpoint_moved if the checkpoint is not `from`: then nothing is written.
  void apply(const event_page& page, const checkpoint& from, const checkpoint& reached);

  /// Copies the -wal into the database file, synced, as far as no reader is in the way. Closing doesn't.
  void settle();

  /// For readers of a model in memory.
  sql::database& connection() noexcept { return database_; }

 private:
  struct confinement;
  model_database(sql::database database, const detail::projection_definition& definition);

  void prepare_file();
  void create_tables();
  void create_own_tables();
  void project(const event_page& page);
  void keep(const checkpoint& reached);

  const detail::projection_definition* definition_;
  std::unique_ptr<confinement> confinement_;  // SQLite has its address
  sql::database database_;
  std::optional<sql::statement> select_checkpoint_;
  json_decoder decoder_;
};

/// The statement that reads a model's checkpoint.
sql::statement prepare_checkpoint(sql::database& database, const projection_info& projection);

/// Nothing if it is not that of a model of this projection.
std::optional<checkpoint> read_checkpoint(sql::statement& select);

}  // namespace whence::inline v0
