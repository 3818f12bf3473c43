#include <whence/cli/id_pattern.hpp>

#include <algorithm>
#include <optional>

#include <whence/cli/failure.hpp>

namespace whence::inline v0::cli {
namespace {

constexpr std::string_view ellipsis = "…";

bool is_part_of_an_id(std::string_view text) {
  return std::all_of(text.begin(), text.end(),
                     [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || c == '-'; });
}

}  // namespace

id_pattern::id_pattern(std::string_view what, std::string_view text) {
  std::string_view bare = text;
  if (bare.starts_with(ellipsis)) bare.remove_prefix(ellipsis.size());
  if (bare.ends_with(ellipsis)) bare.remove_suffix(ellipsis.size());
  text_ = bare;
  std::transform(text_.begin(), text_.end(), text_.begin(),
                 [](char c) { return c >= 'A' && c <= 'F' ? char(c + 32) : c; });
  if (const std::optional<uuid> id = uuid::try_parse(text_)) {
    whole_ = true;
    id_ = *id;
    return;
  }
  if (text_.size() < characters_min || text_.size() > 36 || !is_part_of_an_id(text_)) {
    throw usage_error(
        "value", std::string(what) + " cannot be \"" + std::string(text) + "\"",
        "give an id, or at least " + std::to_string(characters_min) + " characters of its beginning or end");
  }
}

bool id_pattern::matches(const uuid& id) const {
  if (whole_) return id == id_;
  const std::string all = id.to_string();
  return all.starts_with(text_) || all.ends_with(text_);
}

std::string shortened(const uuid& id) {
  const std::string all = id.to_string();
  return std::string(ellipsis) + all.substr(all.size() - id_pattern::characters_min);
}

}  // namespace whence::inline v0::cli
