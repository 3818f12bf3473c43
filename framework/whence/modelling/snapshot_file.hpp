/// The file of snapshots: one row for each stream that has one, and one for each aggregate type of which a program compared one.
///
/// A SQLite database (application_id 0x57484E53, "WHNS", user_version 2), WAL, synchronous=OFF: each row has a checksum, and what
/// a power cut takes is folded again. It may be deleted, or replaced, while it is open: whoever has it open looks each time
/// whether it is still the one at its path.
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include <whence/core/files.hpp>
#include <whence/core/uuid.hpp>
#include <whence/sql/database.hpp>
#include <whence/sql/error.hpp>
#include <whence/store/event_page.hpp>
#include <whence/store/log.hpp>

namespace whence::inline v0::detail {

struct kept_snapshot {
  std::string stream;
  std::string aggregate_type;
  stream_version version;    ///< of the last event in the state
  global_position position;  ///< of the same
  chain_hash chain{};        ///< of the log there
  log_identity log;
  uuid::bytes_type fingerprint{};  ///< of the fold
  std::string state;               ///< `encode_binary`
};

/// A program compared a snapshot of that type with the whole fold, and it was right.
struct proven_snapshots {
  std::string aggregate_type;
  uuid::bytes_type fingerprint{};  ///< of the fold
  uuid::bytes_type program{};      ///< `running_program`
};

/// Threads  one at a time.
/// Throws   sql_error; the file is opened again for the next call.
class snapshot_reader {
 public:
  explicit snapshot_reader(std::string path) : path_(std::move(path)) {}

  /// Nothing if there is none, or it is not as it was written.
  std::optional<kept_snapshot> find(std::string_view stream);
  bool has(const proven_snapshots& which);

 private:
  struct open_file {
    sql::database db;
    sql::statement by_stream;
    sql::statement proof;
  };
  bool open();

  const std::string path_;
  std::optional<open_file> open_;
};

/// Threads  one at a time; others may read, and other processes write.
/// Throws   sql_error, file_error, not_a_snapshot_file: nothing was written. The file is opened again for the next call.
class snapshot_writer {
 public:
  /// `like`: whoever may read that file may read this one; empty: whom the umask lets.
  snapshot_writer(std::shared_ptr<files> files, std::string path, std::string like)
      : files_(std::move(files)), path_(std::move(path)), like_(std::move(like)) {}

  /// In the place of those that the streams have: all of them, or none. Makes the file if there is none, and makes it anew if it
  /// is of another format, or damaged so that SQLite cannot read it: nothing is lost with a cache.
  void put(std::span<const kept_snapshot> all);
  /// The last few of a type are remembered.
  void put(const proven_snapshots& one);
  /// And what was proven of them.
  void drop_all_of(std::string_view aggregate_type);

  /// The next call makes the file anew.
  void distrust() noexcept { damaged_ = true; }

 private:
  template <class Write>
  void write(Write what);
  sql::database& open();
  void remove_file();

  const std::shared_ptr<files> files_;
  const std::string path_;
  const std::string like_;
  std::optional<sql::database> db_;
  bool damaged_ = false;
};

/// Whether the error says that the file is no database, or a damaged one.
bool says_damaged(const sql::sql_error& failure) noexcept;

}  // namespace whence::inline v0::detail
