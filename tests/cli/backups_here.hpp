/// What the examples of `backup` and `restore` find in the folder in which they run.
#pragma once

#include <filesystem>
#include <string>

#include <whence/sql/database.hpp>
#include <whence/store/log_backup.hpp>
#include <whence/store/log_source.hpp>

namespace tests {

/// A folder for backups, a backup to be restored, and a log that nobody holds, old.db. What another example made is gone.
inline void put_backups_here(const std::string& store, const whence::runtime& runtime) {
  namespace fs = std::filesystem;
  for (const char* const made :
       {"shop.backup", "sunday.backup", "restored.db", "restored.db-wal", "restored.db-shm", "restored.db.witness",
        "what-if.db", "what-if.db-wal", "what-if.db-shm", "what-if.db.witness", "yesterday.db", "yesterday.db-wal",
        "yesterday.db-shm", "yesterday.db.witness"})
    fs::remove(made);
  for (const fs::directory_entry& one : fs::directory_iterator("."))
    if (const std::string name = one.path().filename(); name.starts_with("old.db") || name == "before.archive")
      fs::remove(one.path());
  fs::remove_all("backups");
  fs::create_directory("backups");
  whence::back_up(whence::sqlite(store), "sunday.backup", runtime);
  whence::restore_log("sunday.backup", "old.db", runtime);
}

/// What the examples of `log repair` find: a log made of that backup, in which an event is another one.
inline void put_damaged_log_here(const whence::runtime& runtime) {
  for (const auto& each : std::filesystem::directory_iterator("."))
    if (each.path().filename().string().starts_with("damaged.db")) std::filesystem::remove(each.path());
  whence::restore_log("sunday.backup", "damaged.db", runtime);
  whence::sql::database::open("damaged.db", whence::sql::open_mode::read_write)
      .run("UPDATE entries SET data = '{}' WHERE position = 6");
}

}  // namespace tests
