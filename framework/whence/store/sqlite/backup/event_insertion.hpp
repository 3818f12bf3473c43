/// Puts one event after the other into a file that nobody else knows yet: a backup, a draft of a log.
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <tuple>
#include <unordered_map>

#include <whence/sql/database.hpp>
#include <whence/sql/statement.hpp>
#include <whence/store/sqlite/row.hpp>

namespace whence::inline v0 {

/// Throws   sql_error.
class event_insertion {
 public:
  explicit event_insertion(sql::database& to);

  /// `event`: what the row says.
  void run(const entry_row& row, const recorded_event& event);

 private:
  void bind(entry_row::column column, const sql::value& what) { insert_.bind_view(column + 1, what); }
  void bind_id(entry_row::column column, const uuid& id);
  /// Its number in the source, unless another file that a log has events in has given that to another type.
  std::int64_t type_in_copy(const entry_row& row, const recorded_event& event);

  sql::database& to_;
  sql::statement insert_;
  const void* numbered_by_ = nullptr;
  std::unordered_map<std::int64_t, std::int64_t> numbers_;  // in the file that rows come from now -> in the copy
  std::map<std::tuple<std::string, std::string, std::uint32_t>, std::int64_t> types_;  // that the copy has
  std::set<std::int64_t> numbers_in_copy_;
};

}  // namespace whence::inline v0
