/// Read models beside a log in memory, made by hand: as their inspectors see them, sound or not.
#pragma once

#include <fstream>
#include <memory>
#include <string>
#include <string_view>

#include <whence/core/files.hpp>
#include <whence/sql/database.hpp>
#include <whence/store/log.hpp>
#include <whence/store/log_source.hpp>

#include <tests/temporary_folder.hpp>

namespace tests {

/// A folder in which a log, if it were in a file, would be shop.db.
class models_beside {
 public:
  models_beside() { whence::system_files()->make_directory(directory()); }

  std::string folder() const { return folder_.path().string(); }
  std::string directory() const { return folder_.file("shop.db.models"); }
  std::string store() const { return folder_.file("shop.db"); }

  /// The same log, with these models beside it.
  whence::log_source around(const whence::log_source& log) const {
    return whence::log_source({.name = store(),
                               .models_directory = directory(),
                               .open = [log](const whence::runtime& runtime) { return log.open(runtime); },
                               .visit = [log](const whence::runtime& runtime) { return log.visit(runtime); }});
  }

  struct generation {
    std::uint32_t version = 1;
    std::uint64_t number = 1;
    bool serves = true;
  };

  /// A model that has come to `position`. Returns its path.
  std::string add(const std::string& name, whence::log& log, std::uint64_t position) const {
    return add(name, log, position, generation{});
  }
  std::string add(const std::string& name, whence::log& log, std::uint64_t position, generation which) const {
    const auto chain = log.chain_at(whence::global_position{position}).value_or(whence::chain_hash{});
    return add(name, log.identity(), position, chain, which);
  }
  std::string add(const std::string& name, const whence::log_identity& log, std::uint64_t position,
                  const whence::chain_hash& chain, generation which) const {
    const std::string file = name + "." + std::to_string(which.version) + "." + std::to_string(which.number) + ".db";
    const std::string path = directory() + "/" + file;
    auto db = whence::sql::database::open(path, whence::sql::open_mode::create);
    db.run(
        "CREATE TABLE whence_checkpoint(projection TEXT PRIMARY KEY, version INTEGER NOT NULL, log TEXT NOT NULL, "
        "epoch INTEGER NOT NULL, position INTEGER NOT NULL, chain BLOB NOT NULL);"
        "CREATE TABLE orders(id TEXT PRIMARY KEY, status TEXT NOT NULL);"
        "INSERT INTO orders VALUES('order-1', 'placed'), ('order-2', 'shipped')");
    db.run("INSERT INTO whence_checkpoint VALUES(?, ?, ?, ?, ?, ?)",
           {name, which.version, log.id.to_string(), log.epoch, position, chain});
    if (which.serves) write(name + ".current", file + "\n");
    return path;
  }

  void write(const std::string& file, std::string_view bytes) const {
    std::ofstream(directory() + "/" + file, std::ios::binary) << bytes;
  }

 private:
  temporary_folder folder_;
};

}  // namespace tests
