#include <whence/cli/advice.hpp>

#include <algorithm>
#include <filesystem>
#include <optional>
#include <string_view>
#include <system_error>
#include <vector>

#include <sys/resource.h>
#include <unistd.h>

#include <whence/cli/program_name.hpp>
#include <whence/control/errors.hpp>
#include <whence/core/files.hpp>
#include <whence/projection/errors.hpp>
#include <whence/sql/error.hpp>
#include <whence/store/backup_errors.hpp>
#include <whence/store/fork_errors.hpp>
#include <whence/store/log_archive.hpp>
#include <whence/store/log_errors.hpp>
#include <whence/store/log_fork.hpp>
#include <whence/store/log_repair.hpp>
#include <whence/store/log_source.hpp>
#include <whence/subscription/checkpoint.hpp>

namespace whence::inline v0::cli {
namespace {

/// A path as a word that no command takes for an option.
std::string file_word(const std::string& path) { return shell_word(path.starts_with('-') ? "./" + path : path); }

/// All files of the log, before anybody tries anything.
std::string save(const std::string& log) { return "tar -cf $(mktemp saved.XXXXXX.tar) " + file_word(log) + "*"; }

bool is_there(const std::string& path) {
  std::error_code unknown;
  return std::filesystem::exists(path, unknown);
}

/// The folder of a path, or of what there is of it.
std::string nearest_folder(const std::string& path) {
  std::string folder = directory_of(path);
  for (std::string above = directory_of(folder); !is_there(folder) && above != folder; above = directory_of(folder))
    folder = above;
  return folder;
}

/// The path of a log by that of a file beside it.
std::string without_end(const std::string& path, std::string_view end) {
  return path.ends_with(end) ? path.substr(0, path.size() - end.size()) : path;
}

std::string what_is_there(const std::string& path) { return "ls -l " + file_word(nearest_folder(path)); }

std::string who_may(const std::string& path) {
  const std::string folder = "ls -ld " + file_word(nearest_folder(path));
  return is_there(path) ? folder + " " + file_word(path) : folder;
}

/// Room for a file that did not get it: on the disk, or below the limit of this process.
std::string room_for(const std::string& path) {
  rlimit size{};
  if (::getrlimit(RLIMIT_FSIZE, &size) == 0 && size.rlim_cur != RLIM_INFINITY)
    return "ulimit -f unlimited\n# that is the limit on the size of files, which is " + std::to_string(size.rlim_cur) +
           " bytes here; then repeat the command";
  return "df -h " + file_word(nearest_folder(path)) + "\n# make room there, then repeat the command";
}

/// What the system says of a disk, unless a limit of this process is more likely.
std::string what_ails(const std::string& path) {
  rlimit size{};
  const bool limited = ::getrlimit(RLIMIT_FSIZE, &size) == 0 && size.rlim_cur != RLIM_INFINITY;
  return limited ? room_for(path) : "dmesg | tail\n# put right what it says of the disk, then repeat the command";
}

/// A read model is made of the log: away with it, and it is made again. It is kept all the same, for it bears witness: in a
/// folder of its own, since files that are made anew have the names of the old ones.
std::string built_anew(const std::string& model, const std::string& store) {
  return "# while the application is stopped, which builds it anew:\nmv -t \"$(mktemp -d " +
         file_word(store + ".models.old") + ".XXXXXX)\" " + file_word(store + ".models") + "/" + file_word(model) +
         ".*";
}

constexpr std::string_view newest = "put the newest copies of these files in their place";

constexpr std::string_view try_repair = "whence log repair --dry-run";

/// The line, of a log that is not the one that the command is about: a fork's base.
std::string of_log(std::string_view line, const std::string& log, const std::string& store) {
  std::error_code unknown;
  const bool is_another = is_there(store) && !std::filesystem::equivalent(log, store, unknown) && !unknown;
  return std::string(line) + (is_another ? " --store " + file_word(log) : "");
}

/// Where a log reads its past; of what cannot be read, nowhere.
std::vector<log_base> bases_or_none(const std::string& log) {
  try {
    return is_there(log) ? bases_of(log, runtime::system()) : std::vector<log_base>();
  } catch (const error&) {
    return {};
  }
}

/// No repair takes a fork: it is had again from its base. Nothing: the log is none.
std::optional<std::string> forked_anew(const std::string& log) {
  const std::vector<log_base> bases = bases_or_none(log);
  if (bases.empty()) return std::nullopt;
  return "# a fork is not repaired: restore a backup of it, if what was appended to it is wanted; without that, its "
         "base gives another "
         "one:\nwhence log fork " +
         file_word(log + ".anew") + " --at " + std::to_string(bases.front().position.value()) + " --store " +
         file_word(bases.front().path);
}

std::string of_other_tables(const std::string& log, const std::string& store) {
  if (does_repair_without_tables(log))
    return save(log) + "\n# then see what a repair would do (--with FILE: a backup, or an archive):\n" +
           of_log(try_repair, log, store);
  return save(log) +
         "\n# then restore a backup, or put a copy in its place: no repair believes it. What somebody added to it by "
         "hand can be dropped by hand, too, if log verify finds nothing else then";
}

std::string of_damage(const log_damaged& damage, const std::string& store) {
  if (is_there(damage.path) && !is_sqlite_log(*system_files(), damage.path))
    return save(damage.path) + "\n# that is a backup: use another one, or what it has before the damage (restore --at)";
  if (damage.code() == "log.other_tables") return of_other_tables(damage.path, store);
  if (const auto anew = forked_anew(damage.path))
    return save(damage.path) + "\n# what is intact:\n" + of_log("whence log verify", damage.path, store) + "\n" + *anew;
  if (damage.position == global_position{})
    return save(damage.path) + "\n# then see whether it can be repaired, or restore a backup:\n" +
           of_log(try_repair, damage.path, store);
  return save(damage.path) + "\n# what is intact, and what a repair would do (--with FILE: a backup):\n" +
         of_log("whence log verify", damage.path, store) + "\n" + of_log(try_repair, damage.path, store);
}

/// Of an archive that is there, and that this process cannot read. Nothing: what refused it says more.
std::optional<std::string> of_refused(std::string_view code, const std::string& archive) {
  if (code == "file.no_permission" || code == "sql.cannot_open")
    return who_may(archive) + "\n# give this user the right to it";
  if (code == "file.io" || code == "sql.io") return what_ails(archive);
  return std::nullopt;
}

/// The archives of a log that lie beside it: they have the only copy of their events, and are found from its folder.
std::vector<std::string> archives_beside(const std::string& log) {
  std::vector<std::string> found;
  try {
    for (const log_archive& archive : archives_of(log, runtime::system()))
      if (directory_of(archive.path) == directory_of(log) && is_there(archive.path)) found.push_back(archive.path);
  } catch (const error&) {
    // What cannot be read as a log does not say where its archives are.
    for (int number = 1; is_there(log + ".archive." + std::to_string(number)); ++number)
      found.push_back(log + ".archive." + std::to_string(number));
  }
  return found;
}

std::string of_missing_tail(const std::string& log) {
  const std::string first =
      save(log) + "\n# then " + std::string(newest) + ", " + file_word(log + "-wal") + " above all";
  if (const auto anew = forked_anew(log)) return first + "\n" + *anew;
  return first + "; what a repair would do:\n" + std::string(try_repair);
}

std::string of_missing_witness(const std::string& log, const std::string& witness, const std::string& before = "",
                               const std::string& line_before = "") {
  const std::string first = save(log) + "\n# then bring " + file_word(witness) + " back from where the log came from";
  if (const auto anew = forked_anew(log)) return first + "\n" + *anew;
  return first + "; " + before + "what a repair would do:\n" + line_before + std::string(try_repair);
}

/// What SQLite calls damaged and is no read model: the log, or something beside it.
std::string of_damaged_database(const sql::sql_error& fault, const std::string& store) {
  const bool is_log = is_there(fault.path) && is_sqlite_log(*system_files(), fault.path);
  return of_damage(log_damaged(is_log ? fault.path : store, global_position{}, {}), store);
}

/// Its events are not lost: somebody has the file, or a backup has them.
std::string of_archive(const std::string& archive, const std::string& store) {
  const std::string repaired = or_put_back(archive, store);
  if (!is_there(archive)) return what_is_there(archive) + "\n# bring " + file_word(archive) + " back there" + repaired;
  if (::access(archive.c_str(), R_OK) != 0) return who_may(archive) + "\n# give this user the right to it";
  return "ls -l " + file_word(archive) + "\n# put a good copy of it in its place" + repaired;
}

std::string of_unreadable(const log_finding& found, const std::string& store) {
  const std::string beyond = "whence event list --from " + std::to_string(found.positions.last.value() + 1);
  if (!found.archive_code.empty()) {
    const std::optional<std::string> refused = of_refused(found.archive_code, found.file);
    return (refused ? *refused : of_archive(found.file, store)) + "; the events beyond these:\n" + beyond;
  }
  if (const auto anew = forked_anew(found.file))
    return save(found.file) + "\n" + *anew + "\n# the events beyond these:\n" + beyond;
  return save(found.file) + "\n# a backup may have these events, and " +
         of_log("log repair --with FILE", found.file, store) + " puts them back; those beyond them:\n" + beyond;
}

/// Its owner moves it away, all of its own files: what is made of it may stay, and is found to be of another history.
std::string of_log_in_the_way(const restore_over_log& there) {
  std::string away = "mv -t \"$(mktemp -d " + file_word(there.path + ".old") + ".XXXXXX)\"";
  for (const char* const end : {"", "-wal", "-shm", "-journal", ".witness"})
    if (is_there(there.path + end)) away += " " + file_word(there.path + end);
  for (const std::string& archive : archives_beside(there.path)) away += " " + file_word(archive);
  const std::string_view when = there.holder_pid > 0 ? "# when the process that writes it has ended, " : "# ";
  return std::string(when) + "if it is to make room, repeat the command after this one:\n" + away;
}

std::string of_mismatch(const checkpoint_mismatch& mismatch, const std::string& store) {
  const std::string anew = built_anew(mismatch.owner, store);
  if (mismatch.what != checkpoint_mismatch::kind::log_is_behind) return "# if this is the right log,\n" + anew;
  return save(store) + "\n# then " + std::string(newest) + "; if this copy of the log is meant,\n" + anew;
}

/// Moves what is there, a folder or a file, out of the way of a file or folder of the log.
std::string moved_away(const std::string& path) { return "mv " + file_word(path) + " " + file_word(path + ".old"); }

/// What stands in the way of SQLite, under the name of a file that it opens. Nothing: it is another fault.
std::optional<std::string> of_obstacle(const sql::sql_error& fault) {
  std::error_code unknown;
  const std::string then = "\n# nothing of the log is in it; then repeat the command";
  for (const char* const end : {"", "-wal", "-shm", "-journal"})
    if (std::filesystem::is_directory(fault.path + end, unknown)) return moved_away(fault.path + end) + then;
  // It would have to be rolled back first, by whoever may write. A log has none.
  const std::string journal = fault.path + "-journal";
  if (fault.code() == "sql.read_only" && is_there(journal) && is_sqlite_log(*system_files(), fault.path))
    return moved_away(journal) + then;
  return std::nullopt;
}

std::string of_database(const sql::sql_error& fault, const std::string& store) {
  const std::string models = store + ".models/";
  const bool of_a_model = fault.path.starts_with(models);
  if (fault.code() == "sql.corrupt" || fault.code() == "sql.not_a_database") {
    if (!of_a_model) return of_damaged_database(fault, store);
    const std::string file = fault.path.substr(models.size());
    return built_anew(file.substr(0, file.find('.')), store);
  }
  if (fault.path.empty()) return fault.text().remedy;
  if (fault.code() == "sql.full") return room_for(fault.path);
  if (fault.path_is_too_long) return fault.text().remedy;
  if (const auto obstacle = of_obstacle(fault)) return *obstacle;
  if (fault.code() == "sql.cannot_open" || fault.code() == "sql.read_only")
    return who_may(fault.path) + "\n# give this user the right to it";
  if (fault.code() == "sql.io") return what_ails(fault.path);
  return fault.text().remedy;
}

/// Something else than the log's own stands under the name of a file beside it. Nothing: it is another fault.
std::optional<std::string> of_name_taken(const file_error& fault, const std::string& store) {
  const bool is_folder = fault.code() == "file.is_a_directory";
  if (is_folder && fault.path == store + ".lock")
    return moved_away(fault.path) + "\n# whoever writes makes the file; then repeat the command";
  if (is_folder && fault.path == store + ".witness")
    return moved_away(fault.path) + (is_there(store) ? "\n# then bring the file back from where the log came from"
                                                     : "\n# then repeat the command");
  const bool is_file = fault.code() == "file.not_a_directory" || fault.code() == "file.exists";
  const std::string models = store + ".models";
  if (is_file && (fault.path == models || fault.path.starts_with(models + "/")))
    return moved_away(models) + "\n# the folder is made anew, and what is in it; then repeat the command";
  return std::nullopt;
}

/// What was to be made lacks its folder; what was to be read is somewhere else.
std::string of_missing(const file_error& fault) {
  const std::string folder = directory_of(fault.path);
  const std::string_view what = fault.text().what;
  if ((what.starts_with("cannot make ") || what.starts_with("cannot write ")) && !is_there(folder))
    return "mkdir -p " + file_word(folder);
  return what_is_there(fault.path) + "\n# name a file that is there";
}

std::string of_file(const file_error& fault, const std::string& store) {
  if (const auto taken = of_name_taken(fault, store)) return *taken;
  if (fault.code() == "file.no_permission") return who_may(fault.path) + "\n# give this user the right to it";
  if (fault.code() == "file.missing") return of_missing(fault);
  if (fault.code() == "file.not_a_directory")
    return what_is_there(fault.path) + "\n# that is a file, and no folder: name another path";
  if (fault.code() == "file.link_loop")
    return what_is_there(fault.path) + "\n# a link there leads back to itself: name the file that it should lead to";
  if (fault.code() == "file.is_a_directory") return "ls -l " + file_word(fault.path) + "\n# name a file";
  if (fault.code() == "file.no_space") return room_for(fault.path);
  if (fault.code() == "file.io") return what_ails(fault.path);
  if (fault.code() == "file.too_large") return room_for(fault.path);
  if (fault.code() == "file.read_only") {
    const std::string file = without_end(fault.path, ".lock");
    if (is_there(file))
      return "findmnt -T " + file_word(directory_of(file)) +
             "\n# that can only be read: mount it to be written, then repeat the command. A copy would be another log "
             "from then on";
    return "df " + file_word(nearest_folder(fault.path)) + "\n# it can only be read: name a file on another disk";
  }
  return fault.text().remedy;
}

}  // namespace

std::string or_put_back(const std::string& archive, const std::string& store) {
  const auto put_back_into = [](const std::string& named) {
    return "; or log repair --with FILE" + named + " puts back into the log what a backup has of it";
  };
  const std::vector<log_base> bases = bases_or_none(store);
  if (bases.empty()) return put_back_into("");
  for (const log_base& base : bases) {
    try {
      const std::vector<log_archive> its = archives_of(base.path, runtime::system());
      if (std::ranges::find(its, archive, &log_archive::path) != its.end())
        return put_back_into(" --store " + file_word(base.path));
    } catch (const error&) {
      // It does not say what it has.
    }
  }
  return {};
}

std::string advice(const error& fault, const std::string& store) {
  if (const auto* mismatch = dynamic_cast<const checkpoint_mismatch*>(&fault)) return of_mismatch(*mismatch, store);
  if (const auto* model = dynamic_cast<const read_model_damaged*>(&fault)) return built_anew(model->model, store);
  if (const auto* damage = dynamic_cast<const log_damaged*>(&fault)) {
    if (damage->is_refused) return of_refused(fault.code(), damage->path).value_or(fault.text().remedy);
    const bool is_archived = fault.code() == "log.archive_missing" || fault.code() == "log.archive_damaged";
    return is_archived ? of_archive(damage->path, store) : of_damage(*damage, store);
  }
  if (const auto* loss = dynamic_cast<const tail_missing*>(&fault)) return of_missing_tail(loss->path);
  if (const auto* loss = dynamic_cast<const witness_missing*>(&fault))
    return of_missing_witness(loss->path, loss->path + ".witness", "what is intact, and ", "whence log verify\n");
  if (const auto* there = dynamic_cast<const restore_over_log*>(&fault)) return of_log_in_the_way(*there);
  if (const auto* lost = dynamic_cast<const base_missing*>(&fault))
    return what_is_there(lost->base) + "\n# bring it back to that place, with its -wal and .witness";
  if (const auto* other = dynamic_cast<const base_differs*>(&fault))
    return what_is_there(other->base) +
           "\n# put the log back that was there, or a newer copy of it: without that, the fork has no past";
  if (const auto* copy = dynamic_cast<const not_a_backup*>(&fault))
    return "whence log verify --store " + file_word(copy->path) +
           "\n# if all of it is as it should be, make a backup of it";
  if (const auto* backup = dynamic_cast<const log_is_backup*>(&fault))
    return "whence restore " + file_word(backup->path) + " restored.db\n# then open the log that this makes";
  if (const auto* busy = dynamic_cast<const backup_busy*>(&fault); busy != nullptr && busy->holder_pid > 0)
    return "ps -fp " + std::to_string(busy->holder_pid) + "\n# when it has ended, repeat the command";
  if (const auto* busy = dynamic_cast<const log_busy*>(&fault); busy != nullptr && busy->holder_pid > 0)
    return "ps -fp " + std::to_string(busy->holder_pid) + "\n# when it has ended, repeat the command";
  if (const auto* missing = dynamic_cast<const log_missing*>(&fault))
    return what_is_there(missing->path) + "\n# then give the path of a log with --store";
  if (const auto* other = dynamic_cast<const not_a_log*>(&fault))
    return what_is_there(other->path) + "\n# then give the path of a log with --store";
  if (dynamic_cast<const newer_format*>(&fault) != nullptr)
    return "whence --version --json\n# that is what this program knows; use the one that wrote the log, or a newer one";
  if (dynamic_cast<const older_format*>(&fault) != nullptr)
    return "whence --version --json\n# that is what this program knows; use the one that wrote the log";
  if (const auto* no_socket = dynamic_cast<const no_control_socket*>(&fault);
      no_socket != nullptr && no_socket->obstacle)
    return moved_away(no_socket->obstacle->path) +
           "\n# then start the program again, if operations are to be carried out while it runs";
  if (const auto* silent = dynamic_cast<const writer_unreachable*>(&fault); silent != nullptr && silent->obstacle)
    return moved_away(silent->obstacle->path) + "\n# then start that process again: it makes its socket when it starts";
  if (const auto* database = dynamic_cast<const sql::sql_error*>(&fault)) return of_database(*database, store);
  if (const auto* file = dynamic_cast<const file_error*>(&fault)) return of_file(*file, store);
  return fault.text().remedy;
}

std::string advice(const log_finding& found, const std::string& store) {
  switch (found.what) {
    case log_finding::kind::unreadable: return of_unreadable(found, store);
    case log_finding::kind::tail_missing: return of_missing_tail(store);
    case log_finding::kind::structure:
      if (const auto anew = forked_anew(store)) return save(store) + "\n" + *anew;
      return save(store) + "\n# then make it anew; what that would do:\n" + std::string(try_repair);
    case log_finding::kind::tables: return of_other_tables(found.file, store);
    case log_finding::kind::witness:
      if (found.positions.first != global_position{})
        return save(store) + "\n# then put the log and the witness of one backup in their place";
      if (!is_there(found.file)) return of_missing_witness(store, found.file);
      if (::access(found.file.c_str(), R_OK) != 0) return who_may(found.file) + "\n# give this user the right to it";
      return found.remedy;
    case log_finding::kind::index:
      return "# while no process writes the log, of which the next makes it anew:\nrm " + file_word(store + ".index") +
             "*";
    case log_finding::kind::order:
    case log_finding::kind::unfinished:
    case log_finding::kind::content: break;
  }
  return found.remedy;
}

}  // namespace whence::inline v0::cli
