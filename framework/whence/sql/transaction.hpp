/// A transaction that is rolled back unless it is committed.
#pragma once

#include <whence/sql/database.hpp>

namespace whence::sql {
inline namespace v0 {

enum class transaction_kind {
  read,   ///< one snapshot for several statements; writing in it may fail because the snapshot has grown old
  write,  ///< BEGIN IMMEDIATE: waits for the right to write first, so that it cannot fail later for want of it
};

/// Lives shorter than its database.
///
/// Throws   sql_error; nothing of the transaction is kept unless `commit` returned.
class transaction {
 public:
  explicit transaction(database& database, transaction_kind kind = transaction_kind::write);
  transaction(const transaction&) = delete;
  transaction& operator=(const transaction&) = delete;
  ~transaction();

  void commit();

 private:
  database& database_;
  bool open_ = true;
};

}  // namespace v0
}  // namespace whence::sql
