/// Whether all that one schema describes is let through by another.
#pragma once

#include <map>
#include <utility>

#include <whence/contracts/schema_branches.hpp>

namespace whence::inline v0::detail {

/// Of pairs of nodes: what was found once is remembered.
///
/// What is written by one schema: the documents that fit it, without members that it does not name. What is read by the other: the
/// documents that fit it.
///
/// Limits   256 values inside each other; beyond that, and where a schema is opaque, only what is the same is contained.
class schema_containment {
 public:
  bool contains(const schema_nodes& written_nodes, const schema_node& written, const schema_nodes& read_nodes,
                const schema_node& read);
  /// Of one kind: for the differences inside it.
  bool contains(const branch& written, const branch& read);

 private:
  bool numbers(const branch& written, const branch& read);
  bool texts(const branch& written, const branch& read);
  bool lists(const branch& written, const branch& read);
  bool objects(const branch& written, const branch& read);
  bool choices_fit(const branch& written, const branch& read);

  using pair_of_nodes = std::pair<const schema_node*, const schema_node*>;
  std::map<pair_of_nodes, bool> known_;
  std::vector<pair_of_nodes> order_;  ///< in which they became known
  std::size_t depth_ = 0;
};

/// Whether each text that the one lets through is let through by the other, as far as the expressions themselves tell: they are the
/// same but for what is looked at first (`^(?=…)`, `^(?!…)`).
bool is_narrower(const pattern& one, const pattern& other);

/// The values that a branch lists, of its kind; empty: it does not.
std::vector<nlohmann::json> listed_values(const branch& one);

/// Whether both judge alike in every keyword, as they are written.
bool are_alike(const schema_nodes& nodes, const schema_node& one, const schema_nodes& other_nodes,
               const schema_node& other);

}  // namespace whence::inline v0::detail
