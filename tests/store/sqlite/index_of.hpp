/// The index of a log, made by hand: with other keys than the log has, if a test wants that.
#pragma once

#include <whence/store/sqlite/index/writer.hpp>

#include <tests/store/sqlite/log_folder.hpp>

namespace tests {

/// The keys of all events of the log.
inline whence::index_batch all_keys(const log_folder& folder) {
  const auto visitor = folder.visit();
  whence::index_batch keys;
  for (const whence::recorded_event& event : visitor->read({})) keys.add(event, event.chain);
  return keys;
}

/// An index of these keys, in the place of what is there.
inline void make_index(const log_folder& folder, const whence::index_batch& keys) {
  const whence::log_identity log = folder.visit()->identity();
  whence::index_writer::replace(*folder.runtime().files, folder.beside(".index")).add(keys, log);
}

}  // namespace tests
