/// Judges JSON documents by a JSON Schema (draft 2020-12).
///
///     const whence::schema_validator orders(text_of("OrderPlaced.v2.schema.json"));
///     for (const whence::schema_violation& wrong : orders.violations(document)) std::cerr << wrong.text() << '\n';
///
/// It checks exactly the keywords that the schemas of types use (json_schema.hpp), and those beside them: README.md lists them. A
/// schema with another one is refused by name; none is ever passed over.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <whence/contracts/errors.hpp>

namespace whence::inline v0 {

namespace detail {
struct schema_nodes;
}

/// What does not fit.
struct schema_violation {
  std::string pointer;   ///< JSON pointer (RFC 6901) of the value in the document; empty: the whole
  std::string keyword;   ///< JSON pointer of the keyword in the schema that does not allow it
  std::string expected;  ///< "a text", "at most 127"
  std::string found;     ///< "the number 128", "nothing"

  /// "/count: expected at most 127, found the number 200 (by /properties/count/maximum)"
  std::string text() const;
};

/// A value; copies share what is inside, which never changes.
///
/// Numbers  a whole number that fits into 64 bits, with a sign or without, is exact; every other one is the nearest double. They
///          are compared without rounding: 9007199254740993 is more than 9007199254740992.0. 1.0 is an integer.
/// Threads  any, at once.
/// Limits   documents: json_limits. Schemas: json_limits::bytes_max, 256 levels, 64 schemas that judge one value by each other,
///          patterns of 4,096 characters, and of a million steps in all. The work. `violations_max` violations are told.
class schema_validator {
 public:
  static constexpr std::size_t violations_max = 100;

  /// Throws schema_malformed, schema_unsupported.
  explicit schema_validator(std::string_view schema);

  /// None: the document fits.
  /// Throws   decode_error: it is no JSON, or has a member twice. schema_too_much_work.
  std::vector<schema_violation> violations(std::string_view document) const;

  /// For the library.
  const detail::schema_nodes& nodes() const noexcept { return *nodes_; }

 private:
  std::shared_ptr<const detail::schema_nodes> nodes_;
};

}  // namespace whence::inline v0
