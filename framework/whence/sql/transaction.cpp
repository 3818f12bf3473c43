#include <sqlite3.h>

#include <whence/sql/transaction.hpp>

namespace whence::sql {
inline namespace v0 {

transaction::transaction(database& database, transaction_kind kind) : database_(database) {
  database_.run(kind == transaction_kind::write ? "BEGIN IMMEDIATE" : "BEGIN", {});
}

transaction::~transaction() {
  // Some errors have rolled back by themselves; what cannot be rolled back now is when the connection closes.
  if (open_ && database_.in_transaction()) sqlite3_exec(database_.handle(), "ROLLBACK", nullptr, nullptr, nullptr);
}

void transaction::commit() {
  database_.run("COMMIT", {});
  open_ = false;
}

}  // namespace v0
}  // namespace whence::sql
