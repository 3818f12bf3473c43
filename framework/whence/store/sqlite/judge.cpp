#include <algorithm>
#include <optional>

#include <whence/core/detail/fault_points.hpp>
#include <whence/store/chain.hpp>
#include <whence/store/log_errors.hpp>
#include <whence/store/sqlite/judge.hpp>

namespace whence::inline v0 {
namespace {

/// The end of the log is what a crash or a damaged WAL touches first; the rest is checked when it is read.
constexpr std::uint64_t checked_at_open = 64;

void check_identity(log_reader_connection& reader, const std::string& path, const log_row& about) {
  sql::database& db = reader.database();
  if (db.integer("PRAGMA application_id") != log_format::application_id && !has_unfinished_import(reader)) {
    throw not_a_log(path, "it is a database of another application");
  }
  must_be_known_format(path, static_cast<int>(db.integer("PRAGMA user_version").value_or(0)));
  must_be_known_format(path, about.format);
}

struct verdict {
  log_condition condition;
  std::string detail;
  bool older_epoch = false;
};

/// Compares witness and log. A log that has gone on from the witness has the witness's chain hash at its position.
verdict compare(const witness_reading& witness, log_reader_connection& reader, const log_row& about,
                global_position head) {
  using kind = log_condition::kind;
  const auto missing = [&](std::string detail) {
    return verdict{{kind::witness_missing, head, global_position{}}, std::move(detail)};
  };
  if (detail::mutant(65)) return {{kind::whole, head, head}, {}};
  // It is made before the log has a name: a log without one is a copy that lacks it, and perhaps the WAL as well.
  if (!witness.present) return missing("there is none");
  if (!witness.latest && detail::mutant(5)) return {{kind::whole, head, head}, {}};
  if (!witness.latest) return missing("it cannot be read");
  const testimony& says = *witness.latest;
  if (says.log.id != about.identity.id) return missing("it is the witness of another log, " + says.log.id.to_string());
  if (says.log.epoch < about.identity.epoch) {
    // So it is when a process dies while it begins an epoch, and before that has an event.
    if (head != about.began_after) return missing("it is of an earlier epoch, and this one has events");
    return {{kind::whole, head, head}, "it is of an earlier epoch", true};
  }
  if (says.log.epoch > about.identity.epoch || says.position > head) {
    return {{kind::tail_missing, head, says.position}, "it has seen more events than there are"};
  }
  const std::optional<chain_hash> stored =
      says.position == global_position{} ? chain_start(about.identity.id) : reader.chain_at(says.position);
  if (!stored) throw log_damaged(reader.database().path(), says.position, "it is missing");
  if (*stored != says.chain) {
    throw log_damaged(reader.database().path(), says.position, "it is not the event that the witness has seen there");
  }
  return {{kind::whole, head, says.position}, {}};
}

/// What is lost is said first: it is lost to the import that goes on, too.
verdict compare_with_import(const witness_reading& witness, log_reader_connection& reader, const log_row& about,
                            global_position head) {
  verdict found = compare(witness, reader, about, head);
  const bool whole = found.condition.what == log_condition::kind::whole;
  if (whole && has_unfinished_import(reader)) found.condition.what = log_condition::kind::import_unfinished;
  return found;
}

}  // namespace

bool has_unfinished_import(log_reader_connection& reader) {
  return reader.database().integer("PRAGMA application_id") == log_format::application_id_of_imports;
}

judgement judge(files& files, const log_paths& paths, log_reader_connection& reader) {
  const witness_reading witness = read_witness(files, paths.witness);
  const log_reader_connection::snapshot snapshot(reader);
  judgement found;
  found.about = reader.about();
  check_identity(reader, paths.log, found.about);
  found.head = reader.head();
  found.chain = chain_start(found.about.identity.id);

  const std::uint64_t last = found.head.value();
  const global_position from{last - std::min(last, checked_at_open)};
  // The last event of a log is never archived.
  const auto take = [&found](const entry_row& row, const recorded_event& event) {
    found.chain = row.chain;
    found.recorded_at = event.recorded_at;
    return true;
  };
  const global_position end = reader.scan(from, take, archived_events::passed_over);
  if (end != found.head) throw log_damaged(paths.log, end.next(), "it is missing");

  verdict compared = compare_with_import(witness, reader, found.about, found.head);
  found.condition = compared.condition;
  found.witness_detail = std::move(compared.detail);
  found.witness_is_older_epoch = compared.older_epoch;
  return found;
}

log_condition judge_condition(const witness_reading& witness, log_reader_connection& reader) {
  const log_reader_connection::snapshot snapshot(reader);
  reader.notice_epoch();
  const log_row about = reader.about();
  const log_condition found = compare_with_import(witness, reader, about, reader.head()).condition;
  // Its events may all be there. No writer will open it.
  if (found.what == log_condition::kind::whole && reader.reads_past_damage())
    throw log_damaged(reader.database().path(), global_position{},
                      "the file ends before the last of the pages that it says it has");
  return found;
}

}  // namespace whence::inline v0
