/// Released contracts: a folder of files, kept with the sources, that says of each event and each version that was ever published
/// what was promised.
///
///     schemas/order/OrderPlaced.v1.schema.json       what fits, as JSON Schema; it stands alone
///     schemas/order/OrderPlaced.v1.samples.jsonl     golden samples: an event's data a line
///     schemas/order/OrderPlaced.v2.schema.json
///
/// A folder is an aggregate type's, in kebab-case. A file that was released stays as it is: `release_contracts` writes what is
/// not there yet, and nothing else. Files of other names, and what is not in a folder of its own, are left alone.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <whence/contracts/errors.hpp>
#include <whence/contracts/event_contracts.hpp>
#include <whence/contracts/schema_changes.hpp>
#include <whence/core/files.hpp>

namespace whence::inline v0 {

/// A contract of today's.
struct released_contract {
  std::string event_type;
  std::uint32_t version = 0;
  std::string aggregate_type;
  std::string schema_file;   ///< "schemas/order/OrderPlaced.v2.schema.json"
  std::string samples_file;  ///< beside it
  bool is_new = false;       ///< written by this release; else it was there
};

/// Whether files are written, or only named.
enum class release_mode { write, look };

/// Releases what the program describes today: the schema of each event's version, and samples made up from seeds. The same
/// program makes the same bytes on every machine. Samples that are there are left as they are: lines can be added to them.
///
/// Order    as sorted by event.
/// Durable  on return. After a crash it is run again: a schema stands there whole, and behind its samples.
/// Throws   contract_changed: a released schema says something else than the program does; nothing was written of any event.
///          contract_misplaced; contract_newer; contract_incomplete; contract_unfit_name; schema_malformed,
///          schema_unsupported: a released file was changed by hand; file_error.
std::vector<released_contract> release_contracts(const event_contracts& contracts, const std::string& folder,
                                                 release_mode mode, files& on = *system_files());

/// What is wrong between a program and what was released.
struct contract_finding {
  enum class kind {
    unreleased,         ///< an event's version of today has no contract yet
    changed,            ///< the program describes a released version otherwise
    misplaced,          ///< an event's contracts stand in another aggregate's folder, or in two
    newer,              ///< a version was released that the program does not have yet: a newer build's
    unreadable_schema,  ///< a file is no schema, or one that is not checked
    incomplete,         ///< a schema without samples, samples without a schema, or neither where an upcaster begins
    unfit_sample,       ///< a sample does not fit the schema of its version
    unread_sample       ///< a sample is not read any more: not upcast, or not of today's type
  };
  kind what;
  std::string event_type;
  std::uint32_t version = 0;
  std::string file;     ///< with the line of a sample behind it: "….samples.jsonl:3"; empty: there is none
  std::string problem;  ///< one line
  std::string remedy;   ///< the next step

  /// "OrderPlaced version 2: …; do: …"
  std::string text() const;
};

/// "unreleased", "unread-sample"
std::string_view name_of(contract_finding::kind what);

/// Compares the program with all that was released: schemas of today's versions with what it describes; each sample of every
/// version with its schema, and through all upcasters with today's type, alone or with those that it is merged with. Sorted by
/// event and version; none: all is kept.
/// Throws   file_error.
std::vector<contract_finding> check_contracts(const event_contracts& contracts, const std::string& folder,
                                              files& on = *system_files());

/// A change between two releases.
struct contract_change {
  std::string contract;  ///< "order/OrderPlaced.v1"; of two files: empty
  schema_change change;
};

/// Compares two schemas in files, or all contracts in two folders: each with the one of the same event and version. One that is
/// gone breaks, for events of it may be in a log; one that is new is read by nobody before.
/// Throws   contract_missing: there are none in one of the folders; schema_malformed, schema_unsupported: with the
///          file; file_error.
std::vector<contract_change> contract_changes(const std::string& before, const std::string& after,
                                              files& on = *system_files());

}  // namespace whence::inline v0
