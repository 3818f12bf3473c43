/// A folder with one SQLite log in it, for one test case.
#pragma once

#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <whence/core/runtime.hpp>
#include <whence/sql/database.hpp>
#include <whence/store/log_source.hpp>

#include <tests/store/sqlite/wal_frames.hpp>
#include <tests/temporary_folder.hpp>

namespace tests {

class log_folder {
 public:
  const std::string& path() const noexcept { return path_; }
  std::string beside(const std::string& suffix) const { return path_ + suffix; }
  /// Made when it is first asked for: before that, this process has no threads, and may fork.
  const whence::runtime& runtime() const {
    if (!runtime_) runtime_ = whence::runtime::system();
    return *runtime_;
  }

  std::unique_ptr<whence::log> open(whence::sqlite_options options = {}) const {
    return whence::sqlite(path_, options).open(runtime());
  }
  std::unique_ptr<whence::log_reader> visit() const { return whence::sqlite(path_).visit(runtime()); }

  whence::new_event event(std::string data = "{}") const {
    whence::new_event event;
    event.id = whence::event_id(runtime().make_uuid());
    event.type = "OrderPlaced";
    event.occurred_at = runtime().clock->now();
    event.data = std::move(data);
    event.metadata.source = "test";
    return event;
  }

  whence::append_batch batch(std::string stream, int events = 1, std::string data = "{}") const {
    whence::stream_append part;
    part.stream = std::move(stream);
    part.aggregate_type = "Order";
    for (int i = 0; i < events; ++i) part.events.push_back(event(data));
    whence::append_batch batch;
    batch.streams.push_back(std::move(part));
    return batch;
  }

  /// Appends, and expects it to be committed.
  whence::append_committed append(whence::log& log, std::string stream, int events = 1, std::string data = "{}") const {
    return log.append(batch(std::move(stream), events, std::move(data))).get().value();
  }

  /// Changes the log behind Whence's back. Only while nobody has it open.
  void change(const std::string& script) const {
    whence::sql::database db = whence::sql::database::open(path_, whence::sql::open_mode::read_write);
    db.run(script);
    db.run("PRAGMA wal_checkpoint(TRUNCATE)");
  }

  /// The bytes of each file in the folder whose name ends in one of these, by name.
  std::map<std::string, std::string> bytes_of(const std::vector<std::string>& suffixes) const {
    std::map<std::string, std::string> all;
    for (const std::string& suffix : suffixes) all[suffix] = contents(path_ + suffix);
    return all;
  }

  /// Nothing if it is none, or a directory.
  static std::string contents(const std::string& path) {
    if (!std::filesystem::is_regular_file(path)) return {};
    std::ifstream in(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
  }
  /// A WAL without the zeros that make room behind its last frame.
  static std::string frames(const std::string& wal) { return wal.substr(0, end_of_frames(wal)); }
  static void write(const std::string& path, const std::string& bytes) {
    std::ofstream(path, std::ios::binary | std::ios::trunc) << bytes;
  }

  std::vector<std::string> names() const { return runtime().files->list(folder_.path().string()); }

 private:
  temporary_folder folder_;
  std::string path_ = folder_.file("shop.db");
  mutable std::optional<whence::runtime> runtime_;
};

}  // namespace tests
