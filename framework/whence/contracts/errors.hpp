/// What can be wrong with a schema, and with what was released.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include <whence/core/error.hpp>

namespace whence::inline v0 {

/// `schema.malformed`: a text is no JSON Schema. Nothing was judged by it.
struct schema_malformed final : error {
  schema_malformed(std::string pointer, std::string problem, std::string where = {});
  std::string pointer;  ///< JSON pointer (RFC 6901) of the wrong place in the schema; empty: the whole
  std::string problem;
};

/// `schema.unsupported`: a schema asks for what is not checked here. A keyword that is passed over would make everything fit, so
/// nothing was judged.
struct schema_unsupported final : error {
  schema_unsupported(std::string keyword, std::string pointer, std::string problem, std::string where = {});
  std::string keyword;
  std::string pointer;  ///< of the keyword in the schema
  std::string problem;
};

/// `schema.too_much_work`: a document and a schema are made so that judging one by the other would take for ever.
struct schema_too_much_work final : error {
  explicit schema_too_much_work(std::string pointer);
  std::string pointer;  ///< of the place in the document that was looked at last
};

/// `contract.changed`: a version that was released is described otherwise now. Nothing was written.
struct contract_changed final : error {
  /// `pointer` and `problem`: the first change; `more`: how many others there are. `remedy`: what to do about that one.
  contract_changed(std::string event_type, std::uint32_t version, std::string pointer, const std::string& problem,
                   std::size_t more, const std::string& remedy, std::string file);
  std::string event_type;
  std::uint32_t version;
  std::string pointer;  ///< of the member in the event's data
  std::string file;     ///< the released schema
};

/// `contract.misplaced`: an event's contracts stand in the folder of another aggregate. Nothing was written.
struct contract_misplaced final : error {
  contract_misplaced(std::string event_type, std::string file, const std::string& belongs_to);
  std::string event_type;
  std::string file;
};

/// `contract.incomplete`: a version was released, as its samples show, and its schema is gone. Nothing was written.
struct contract_incomplete final : error {
  contract_incomplete(std::string event_type, std::uint32_t version, std::string schema_file, std::string samples_file);
  std::string event_type;
  std::uint32_t version;
  std::string schema_file;
};

/// `contract.missing`: there are no contracts where they should be.
struct contract_missing final : error {
  explicit contract_missing(std::string folder);
  std::string folder;
};

/// `contract.newer`: a version of an event was released that this program does not have yet. Nothing was written.
struct contract_newer final : error {
  contract_newer(std::string event_type, std::uint32_t version, std::uint32_t version_of_program, std::string file);
  std::string event_type;
  std::uint32_t version;             ///< the released one
  std::uint32_t version_of_program;  ///< the last that the program has
  std::string file;
};

/// `contract.unfit_name`: an event's or an aggregate's name cannot be a file's. Nothing was written.
struct contract_unfit_name final : error {
  explicit contract_unfit_name(std::string name);
  std::string name;
};

}  // namespace whence::inline v0
