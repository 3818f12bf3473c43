/// The index: where the events of a stream, and the event with an id, may stand. It is a read model of the log, in a database
/// of its own (shop.db.index): delete it, and it is filled again.
///
/// It holds pairs of a key and a position. A key is a 64-bit hash of what is looked for, so that a hit is a hint: whoever
/// asks looks the event up in the log. Its checkpoint (log id, epoch, position, chain hash) is written in the transaction of the
/// pairs: behind it nothing is missing, beyond it nothing is there.
///
/// In this form it is one table ordered by (key, position), with synchronous=NORMAL: a power cut may take the newest pairs,
/// with their checkpoint.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <whence/core/files.hpp>
#include <whence/core/position.hpp>
#include <whence/core/uuid.hpp>
#include <whence/sql/database.hpp>
#include <whence/store/event_page.hpp>

namespace whence::inline v0 {

using index_key = std::uint64_t;
index_key key_of_stream(std::string_view name) noexcept;
index_key key_of_event(const event_id& id) noexcept;

/// An event, as the index knows it.
struct indexed_event {
  std::uint64_t position = 0;
  index_key stream = 0;
  index_key id = 0;
  chain_hash chain{};  ///< goes into the checkpoint, if this is the last of those added together
};

struct index_checkpoint {
  log_identity log;
  global_position position;
  chain_hash chain{};
};

/// The only one that writes the index.
///
/// Threads  one at a time.
/// Throws   sql_error.
class index_writer {
 public:
  /// Opens or makes it. What is no index, or one of another format, is replaced.
  static index_writer open(files& files, const std::string& path);
  /// Makes a new one in the place of what is there.
  static index_writer replace(files& files, const std::string& path);

  /// Nothing if it is empty.
  std::optional<index_checkpoint> checkpoint();

  /// Adds the pairs of these events (at least one) and moves the checkpoint to the last of them, in one transaction.
  void add(const std::vector<indexed_event>& events, const log_identity& log);

 private:
  explicit index_writer(sql::database db);
  static sql::database connect(const std::string& path);

  sql::database db_;
  sql::statement insert_;
};

/// Reads the index through a read-only connection.
///
/// Threads  one at a time.
/// Throws   sql_error.
class index_reader {
 public:
  explicit index_reader(const std::string& path);

  /// All that is read while one lives is of one moment.
  class [[nodiscard]] snapshot {
   public:
    explicit snapshot(index_reader& index);
    ~snapshot();
    snapshot(const snapshot&) = delete;
    snapshot& operator=(const snapshot&) = delete;

   private:
    index_reader& index_;
  };

  std::optional<index_checkpoint> checkpoint();

  /// At most `limit` positions of the key beyond `after`, ascending; the first `skip` are left out.
  std::vector<std::uint64_t> ascending(index_key key, std::uint64_t after, std::size_t limit, std::uint64_t skip = 0);
  /// At most `limit` positions of the key before `before`, descending.
  std::vector<std::uint64_t> descending(index_key key, std::uint64_t before, std::size_t limit);

 private:
  sql::database db_;
  sql::statement ascending_;
  sql::statement descending_;
};

}  // namespace whence::inline v0
