/// One of the files from which a repaired log is put together: looked at event by event, whether it is whole or not.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <whence/core/runtime.hpp>
#include <whence/sql/reading_mode.hpp>
#include <whence/store/log_errors.hpp>
#include <whence/store/sqlite/format.hpp>
#include <whence/store/sqlite/reader.hpp>

namespace whence::inline v0 {

/// Threads  one at a time.
class repair_reader {
 public:
  /// Throws log_damaged if it cannot be known which log it is; what opening a log for reading throws.
  repair_reader(const log_paths& paths, const runtime& runtime);
  repair_reader(const repair_reader&) = delete;
  repair_reader& operator=(const repair_reader&) = delete;

  /// Of when it was opened.
  const log_row& about() const noexcept { return about_; }
  /// The row that says which log it is may be damaged: the chain of its first event begins with the log's id. If that one does not
  /// fit and this one does, it is this log.
  void identify(const log_identity& witnessed);
  const std::string& path() const noexcept { return connection_.database().path(); }
  log_reader_connection& connection() noexcept { return connection_; }

  /// The last event, as far as that can be found.
  global_position head();
  /// The first row from there on, whatever is in it; where that cannot be found, the position itself. 0: there is none.
  global_position next_row(global_position from);
  /// False: the end of the file is damaged, and there may have been more.
  bool knows_its_end();

  /// Reads what stands at the position, without asking what stands before it. False: nothing that could be an event.
  bool look_at(global_position position);
  /// Of the last look that found something; valid until the next.
  const entry_row& row() const noexcept { return row_; }
  const recorded_event& event() const noexcept { return *event_; }
  /// What chain hash the event has behind `previous`.
  chain_hash chain_behind(const chain_hash& previous) const;
  /// The row has another one, which is damaged.
  void correct(const chain_hash& chain);

  /// What chain hash is stored there, whether the rest of the row can be read or not.
  std::optional<chain_hash> stored_chain(global_position position);

  /// The checked event at the position; null: there is none that can be trusted.
  const recorded_event* intact_at(global_position position);

  /// Where archived events are looked for that are not where the log says, or of which it does not say where they are.
  void look_into(std::vector<unlisted_archive> archives) { connection_.archives_.look_into(std::move(archives)); }
  const std::vector<unlisted_archive>& unlisted() const noexcept { return connection_.archives_.unlisted(); }
  bool has_unlisted(std::uint64_t number) const;
  /// Whether the event that was handed out last, and has that position, was found there.
  bool was_unlisted(global_position position) const noexcept {
    return connection_.archives_.was_unlisted(position.value());
  }
  /// Throws log_damaged: behind `end` there are archived events, and nobody knows in which file; or the one that
  /// could be it does not have them.
  void must_know_archives_behind(global_position end);
  /// The archives of which there are stubs behind `end`, by number, each with the position of the first of these; as far as they
  /// can be read.
  std::map<std::uint64_t, global_position> archives_behind(global_position end);

  /// Throws log_damaged if the system refused to read an archive of an event behind `end`: of that nothing is known.
  void must_not_have_been_refused(global_position end) const;

  /// Throws log_changed if it was read as a file that nobody writes, and somebody has written it.
  void must_be_as_it_was() const;

 private:
  sql::reading_mode mode_;
  mutable log_reader_connection connection_;
  log_row about_;
  sql::statement look_;
  sql::statement look_for_chain_;
  entry_row row_;
  const recorded_event* event_ = nullptr;
  type_names names_;
  std::optional<log_damaged> refused_;
};

}  // namespace whence::inline v0
