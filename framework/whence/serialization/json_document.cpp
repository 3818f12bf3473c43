#include <whence/serialization/json_document.hpp>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <optional>

#include <whence/serialization/json_pointer.hpp>

namespace whence::inline v0 {

/// Receives the parser's events and appends nodes.
class json_decoder::document::builder {
 public:
  explicit builder(document& to) : to_(to) {}

  const std::optional<decode_error>& problem() const { return problem_; }

  bool null() {
    add(kind::null);
    return true;
  }
  bool boolean(bool value) {
    add(kind::boolean).boolean = value;
    return true;
  }
  bool number_integer(std::int64_t value) {
    add(kind::integer).integer = value;
    return true;
  }
  bool number_unsigned(std::uint64_t value) {
    add(kind::natural).natural = value;
    return true;
  }
  bool number_float(double value, const std::string& digits) {
    if (digits.find_first_of(".eE") == std::string::npos) {
      const slice kept = keep(digits);
      add(kind::huge).text = kept;
    } else {
      add(kind::decimal).decimal = value;
    }
    return true;
  }
  bool string(std::string& value) {
    const slice kept = keep(value);
    add(kind::text).text = kept;
    return true;
  }
  bool binary(std::vector<std::uint8_t>&) { return false; }  // of other formats than JSON

  bool start_object(std::size_t) { return open(kind::object); }
  bool key(std::string& value) {
    key_ = keep(value);
    return true;
  }
  bool end_object() {
    const std::uint32_t object = close();
    if (const auto twice = key_there_twice(object); twice != 0) {
      problem_.emplace(to_.pointer(twice), "is there twice");
      return false;
    }
    return true;
  }
  bool start_array(std::size_t) { return open(kind::array); }
  bool end_array() {
    close();
    return true;
  }

  bool parse_error(std::size_t byte, const std::string&, const nlohmann::json::exception&) {
    problem_.emplace(std::string{}, "no JSON from byte " + std::to_string(byte) + " on");
    return false;
  }

 private:
  node& add(kind what) {
    if (to_.nodes_.size() == json_limits::values_max)
      throw decode_error({}, "more than " + std::to_string(json_limits::values_max) + " values");
    const auto index = static_cast<std::uint32_t>(to_.nodes_.size());
    node& added = to_.nodes_.emplace_back();
    added.what = what;
    added.end = index + 1;
    added.parent = to_.open_.empty() ? index : to_.open_.back();
    added.key = key_;
    if (!to_.open_.empty()) ++to_.nodes_[added.parent].children;
    return added;
  }

  bool open(kind what) {
    if (to_.open_.size() == json_limits::depth_max) {
      problem_.emplace(to_.pointer(to_.open_.back()), "nested deeper than " + std::to_string(json_limits::depth_max));
      return false;
    }
    add(what);
    to_.open_.push_back(static_cast<std::uint32_t>(to_.nodes_.size() - 1));
    return true;
  }

  std::uint32_t close() {
    const std::uint32_t closed = to_.open_.back();
    to_.open_.pop_back();
    to_.nodes_[closed].end = static_cast<std::uint32_t>(to_.nodes_.size());
    return closed;
  }

  slice keep(const std::string& text) {
    const slice kept{static_cast<std::uint32_t>(to_.texts_.size()), static_cast<std::uint32_t>(text.size())};
    to_.texts_ += text;
    return kept;
  }

  /// The second of two children with one key; 0 if there is none.
  std::uint32_t key_there_twice(std::uint32_t object) {
    auto& keys = to_.keys_;
    keys.clear();
    const std::uint32_t end = to_.nodes_[object].end;
    for (std::uint32_t child = object + 1; child < end; child = to_.nodes_[child].end) keys.push_back(to_.key(child));
    std::sort(keys.begin(), keys.end());
    const auto same = std::adjacent_find(keys.begin(), keys.end());
    if (same == keys.end()) return 0;
    std::uint32_t last = 0;
    for (std::uint32_t child = object + 1; child < end; child = to_.nodes_[child].end)
      if (to_.key(child) == *same) last = child;
    return last;
  }

  document& to_;
  slice key_;
  std::optional<decode_error> problem_;
};

void json_decoder::document::parse(std::string_view json, std::size_t bytes_max) {
  nodes_.clear();
  texts_.clear();
  open_.clear();
  if (json.size() > bytes_max)
    throw decode_error({}, std::to_string(json.size()) + " bytes, at most " + std::to_string(bytes_max) + " are read");
  // The parser would skip a byte-order mark; our texts have none.
  if (json.starts_with("\xEF\xBB\xBF")) throw decode_error({}, "begins with a byte-order mark");
  // The parser would take a zero byte for the end, and pass over what follows. None stands in JSON.
  if (const auto zero = json.find('\0'); zero != std::string_view::npos)
    throw decode_error({}, "no JSON from byte " + std::to_string(zero + 1) + " on");
  builder receiver(*this);
  const bool parsed = nlohmann::json::sax_parse(json.begin(), json.end(), &receiver);
  if (receiver.problem()) throw *receiver.problem();
  if (!parsed) throw decode_error({}, "no JSON");
}

std::string json_decoder::document::pointer(std::uint32_t index) const {
  std::vector<std::uint32_t> path;
  for (std::uint32_t at = index; nodes_[at].parent != at; at = nodes_[at].parent) path.push_back(at);
  std::string pointer;
  for (auto step = path.rbegin(); step != path.rend(); ++step) {
    const std::uint32_t parent = nodes_[*step].parent;
    if (nodes_[parent].what == kind::object) {
      detail::append_key(pointer, key(*step));
      continue;
    }
    std::size_t position = 0;
    for (std::uint32_t sibling = parent + 1; sibling < *step; sibling = nodes_[sibling].end) ++position;
    detail::append_index(pointer, position);
  }
  return pointer;
}

std::string json_decoder::document::describe(std::uint32_t index) const {
  static constexpr std::size_t shown_max = 60;
  switch (nodes_[index].what) {
    case kind::null: return "null";
    case kind::boolean: return "boolean";
    case kind::integer:
    case kind::natural:
    case kind::decimal:
    case kind::huge: return "number";
    case kind::text: break;
    case kind::array: return "array";
    case kind::object: return "object";
  }
  std::string_view shown = text(index);
  const bool cut = shown.size() > shown_max;
  if (cut) {
    shown = shown.substr(0, shown_max);
    while (!shown.empty() && (static_cast<unsigned char>(text(index)[shown.size()]) & 0xC0u) == 0x80u)
      shown.remove_suffix(1);
  }
  return '"' + std::string(shown) + (cut ? "…\"" : "\"");
}

}  // namespace whence::inline v0
