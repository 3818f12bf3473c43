/// How much work a round is, and where.
#pragma once

#include <cstddef>
#include <filesystem>

namespace bench {

struct settings {
  std::filesystem::path folder;  ///< made for this run, removed with all that is in it
  unsigned rounds = 7;

  std::size_t single_appends = 1'500;   ///< in a round
  std::size_t flying_appends = 25'600;  ///< in a round, of all that are in flight
  std::size_t batches = 60;             ///< in a round, of 1,000 events
  std::size_t wal_bytes =
      80u << 20;  ///< of payloads, written before anything is measured: 300,000 events; the WAL has its blocks then
  std::size_t log_events = 300'000;       ///< of a log that is read
  std::size_t snapshot_events = 100'000;  ///< of an aggregate that has a snapshot
  std::size_t loads = 400;                ///< in a round
  std::size_t grown_events = 2'000'000;   ///< of a log that has grown

  /// What an owner of data may have after years; takes an hour or two, and 20 GB.
  void make_full() { grown_events = 20'000'000; }

  /// So little that nothing can be learnt from the figures, but everything is run.
  void make_tiny() {
    rounds = 2;
    single_appends = 20;
    flying_appends = 512;
    batches = 1;
    wal_bytes = 1u << 20;
    log_events = 3'000;
    snapshot_events = 1'000;
    loads = 5;
    grown_events = 6'000;
  }
};

}  // namespace bench
