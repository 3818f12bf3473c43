#include <whence/cli/id_pattern.hpp>

#include <algorithm>
#include <optional>

#include <whence/cli/failure.hpp>

namespace whence::inline v0::cli {
namespace {

constexpr std::string_view ellipsis = "…";
constexpr std::size_t digits = 32;
constexpr std::size_t digits_and_hyphens = 36;

bool is_part_of_an_id(std::string_view text) {
  return std::all_of(text.begin(), text.end(),
                     [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || c == '-'; });
}

std::string without_hyphens(std::string text) {
  std::erase(text, '-');
  return text;
}

/// 32 digits as an id is written.
std::string with_hyphens(std::string text) {
  for (const std::size_t place : {std::size_t{8}, std::size_t{13}, std::size_t{18}, std::size_t{23}})
    text.insert(place, "-");
  return text;
}

}  // namespace

id_pattern::id_pattern(std::string_view what, std::string_view text) {
  std::string_view bare = text;
  if (bare.starts_with(ellipsis)) bare.remove_prefix(ellipsis.size());
  if (bare.ends_with(ellipsis)) bare.remove_suffix(ellipsis.size());
  text_ = bare;
  std::transform(text_.begin(), text_.end(), text_.begin(),
                 [](char c) { return c >= 'A' && c <= 'F' ? char(c + 32) : c; });
  const bool bare_digits = text_.find('-') == std::string::npos;
  const std::size_t longest = bare_digits ? digits : digits_and_hyphens;
  if (const auto id = uuid::try_parse(bare_digits && text_.size() == digits ? with_hyphens(text_) : text_)) {
    whole_ = true;
    id_ = *id;
    return;
  }
  if (text_.size() < characters_min || text_.size() > longest || !is_part_of_an_id(text_)) {
    const bool position = !text_.empty() && text_.find_first_not_of("0123456789") == std::string::npos;
    throw usage_error(
        "value", std::string(what) + " cannot be \"" + std::string(text) + "\"",
        "give an id, or at least " + std::to_string(characters_min) + " characters of its beginning or end" +
            (what.starts_with("--") ? std::string{}
                                    : "; or where it stands: @" + (position ? text_ : "4711") + ", order-12345@3"));
  }
}

std::string id_pattern::written_as_here(const uuid& id) const {
  return text_.find('-') == std::string::npos ? without_hyphens(id.to_string()) : id.to_string();
}

bool id_pattern::matches(const uuid& id) const {
  if (whole_) return id == id_;
  const std::string all = written_as_here(id);
  return all.starts_with(text_) || all.ends_with(text_);
}

bool id_pattern::begins(const uuid& id) const { return written_as_here(id).starts_with(text_); }

std::string shortened(const uuid& id) {
  const std::string all = id.to_string();
  return std::string(ellipsis) + all.substr(all.size() - id_pattern::characters_min);
}

}  // namespace whence::inline v0::cli
