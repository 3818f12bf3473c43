/// Finds the events of a stream, those that have a link or that a query finds, and the event with an id: through the index as far
/// as that goes, and beyond it through what the process remembers, or by reading on in the log.
///
/// The index and the memory only say where to look. Every event is fetched from the log and checked, and the versions of a
/// stream must follow each other; where they don't, the index has lost something, and the log is read from the start.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string_view>
#include <vector>

#include <whence/store/event_page_builder.hpp>
#include <whence/store/log.hpp>
#include <whence/store/sqlite/index/reader.hpp>
#include <whence/store/sqlite/reader.hpp>

namespace whence::inline v0 {

/// What one lookup stands on. All of it was taken in this order: the memory, the index, the log; so that nothing that one of
/// them had handed on to the next can be missed.
struct lookup_sources {
  log_reader_connection& log;     ///< inside a snapshot
  index_reader* index = nullptr;  ///< inside a snapshot; null: there is none, or it doesn't fit the log
  global_position indexed_to;     ///< the index has everything up to here
  /// The positions of the searched keys beyond the index, ascending; nothing: they have to be looked for in the log.
  std::optional<std::vector<std::uint64_t>> remembered;
  /// What is remembered is all up to here: where the log ended just before the memory was asked. The log's snapshot may know
  /// more, which neither memory nor index can have told.
  global_position remembered_to;
};

/// Nothing: there is no index to be used.
std::optional<global_position> end_of_index(const lookup_sources& sources);

enum class index_fit {
  fits,   ///< it is a source now
  empty,  ///< there is nothing in it, nor a checkpoint
  other,  ///< of another log, of another history, or ahead of the log
};

/// Makes the index a source, if it fits the log. Reads its checkpoint first, and the log only then.
/// Throws sql_error if it cannot be read.
index_fit use_index(lookup_sources& sources, index_reader& index);

/// True if the index turned out to have lost something.
struct lookup_findings {
  bool index_incomplete = false;
};

event_page read_stream(const lookup_sources& sources, std::string_view stream, stream_version from,
                       read_direction direction, const page_limit& limit, lookup_findings& findings);

std::optional<global_position> find_event(const lookup_sources& sources, const event_id& id);

index_key key_of(const event_link& link) noexcept;
event_page read_linked(const lookup_sources& sources, const event_link& link, global_position after,
                       const page_limit& limit);

/// The keys by which what a query finds is looked for: the first tag of each item. None: an item has no tag, and the query is
/// looked for by its types.
std::vector<index_key> keys_of(const event_query& query);
event_page read_matching(const lookup_sources& sources, const event_query& query, global_position after,
                         const page_limit& limit);

}  // namespace whence::inline v0
