/// The tables of a log's database, which are listed in format.hpp: how they are made, and whether they are what stands there.
///
/// A table is believed by its text. A statement reads a view as it reads a table of that name: the view may say one thing today and
/// another one tomorrow, and all checksums fit. So may an index say what no row says, and a trigger writes what nobody appended.
/// One flipped bit in the text of a table makes it another one, too.
#pragma once

#include <optional>
#include <string>

#include <whence/sql/database.hpp>

namespace whence::inline v0 {

/// Those of every log, and of every file that is made like one.
void make_tables(sql::database& log);
/// What a log has besides, some of whose events lie in other files.
void make_tables_of_parts(sql::database& log);
void make_table_of_backup(sql::database& backup);
void make_table_of_archive(sql::database& archive);

/// The first thing that no released Whence has made so, or that is missing: "`entries` is a view". Nothing: all is as it was made.
/// Tables of other names, if they are nothing else, are nobody's concern: nothing reads them.
/// Throws newer_format, older_format; sql_error, also where SQLite finds the schema itself malformed.
std::optional<std::string> what_is_foreign(sql::database& log);

/// Throws log_damaged, newer_format, older_format, sql_error.
void must_have_tables_of_log(sql::database& log);

/// The tables that say in which other files events of a log are. What they said is not asked for, where one is lost.
struct lost_tables {
  bool bases = false;
  bool archives = false;
  std::string why;  ///< empty: none is lost
};

/// For who repairs: of a log in which one of these is missing, or not made as a log makes it, or the view for people, all else has
/// to be as it is made. Throws what must_have_tables_of_log throws.
lost_tables tables_lost_of_log(sql::database& log);

}  // namespace whence::inline v0
