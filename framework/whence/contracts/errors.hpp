/// What can be wrong with a schema.
#pragma once

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

}  // namespace whence::inline v0
