/// A shop's log, and what archives of it are asked for.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include <whence/sql/database.hpp>
#include <whence/store/log_archive.hpp>

#include <tests/store/sqlite/log_folder.hpp>

namespace tests {

using lines = std::vector<std::string>;

inline std::string text_of(const whence::recorded_event& event) {
  std::string text = std::to_string(event.position.value()) + " " + std::string(event.stream) + "@" +
                     std::to_string(event.version.value()) + " " + event.id.to_string() + " " + std::string(event.data);
  for (const std::uint8_t byte : event.chain) text += " " + std::to_string(byte);
  return text;
}

inline lines all_of(whence::log_reader& log) {
  lines found;
  for (whence::global_position after;;) {
    const whence::event_page page = log.read(after, {}, {});
    for (const whence::recorded_event& event : page) found.push_back(text_of(event));
    if (page.at_end()) return found;
    after = page.scanned_to();
  }
}

inline lines stream_of(whence::log_reader& log, const std::string& stream) {
  lines found;
  for (const whence::recorded_event& event :
       log.read_stream(stream, whence::stream_version{1}, whence::read_direction::forward, {}))
    found.push_back(text_of(event));
  return found;
}

inline std::string streams_in_turn(int number) { return "order-" + std::to_string(number % 10); }

/// A log of 100 events in ten streams, one after the other.
struct archived_shop {
  archived_shop() {
    const auto log = folder.open();
    for (int i = 0; i < 100; ++i) folder.append(*log, streams_in_turn(i), 1, "{\"n\":" + std::to_string(i) + "}");
    before = all_of(*log);
    log->close();
  }

  whence::made_archive archive(whence::archive_selection which, whence::archive_options options = {}) const {
    const auto log = folder.open();
    whence::made_archive made = house(*log).archive(which, options);
    log->close();
    return made;
  }
  static whence::log_keeping& house(whence::log& log) { return dynamic_cast<whence::log_keeping&>(log); }
  std::string file(int number = 1) const { return folder.beside(".archive." + std::to_string(number)); }
  std::int64_t number(const std::string& sql) const {
    return *whence::sql::database::open(folder.path(), whence::sql::open_mode::read_only).integer(sql);
  }
  lines there() const { return all_of(*folder.visit()); }
  void change_archive(const std::string& script) const {
    whence::sql::database::open(file(), whence::sql::open_mode::read_write).run(script);
  }
  std::uint64_t bytes() const { return std::filesystem::file_size(folder.path()); }

  log_folder folder;
  lines before;
};

}  // namespace tests
