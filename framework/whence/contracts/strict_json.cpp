#include <whence/contracts/strict_json.hpp>

#include <cmath>
#include <limits>
#include <utility>
#include <vector>

#include <whence/serialization/errors.hpp>
#include <whence/serialization/json.hpp>

namespace whence::inline v0::detail {
namespace {

using nlohmann::json;

/// The order of kinds.
int rank(const json& value) {
  switch (value.type()) {
    case json::value_t::null: return 0;
    case json::value_t::boolean: return 1;
    case json::value_t::number_integer:
    case json::value_t::number_unsigned:
    case json::value_t::number_float: return 2;
    case json::value_t::string: return 3;
    case json::value_t::array: return 4;
    default: return 5;
  }
}

int sign_of(bool less, bool more) { return less ? -1 : more ? 1 : 0; }

int compare_lists(const json& one, const json& other) {
  for (std::size_t i = 0; i < one.size() && i < other.size(); ++i)
    if (const int order = compare(one[i], other[i]); order != 0) return order;
  return sign_of(one.size() < other.size(), one.size() > other.size());
}

/// Builds the tree of what the parser meets, and refuses what a tree could not tell any more.
class tree_builder final : public nlohmann::json_sax<json> {
 public:
  explicit tree_builder(std::size_t depth_max) : depth_max_(depth_max) {}

  json finish() { return std::move(root_); }

  bool null() override { return put(nullptr); }
  bool boolean(bool value) override { return put(value); }
  bool number_integer(number_integer_t value) override { return put(value); }
  bool number_unsigned(number_unsigned_t value) override { return put(value); }
  bool number_float(number_float_t value, const string_t& digits) override {
    // A whole number below all of 64 bits stays below them, though the nearest double is the least of them.
    constexpr double least = -0x1p63;
    if (value == least && digits.find_first_of(".eE") == std::string::npos) value = std::nextafter(least, 2 * least);
    return put(value);
  }
  bool string(string_t& value) override { return put(std::move(value)); }
  bool binary(binary_t&) override { return false; }
  bool start_object(std::size_t) override { return open(json::object()); }
  bool start_array(std::size_t) override { return open(json::array()); }
  bool end_object() override { return close(); }
  bool end_array() override { return close(); }
  bool key(string_t& name) override {
    if (open_.back()->contains(name))
      throw decode_error({}, "the member " + json(name).dump() + " is there twice in one object");
    name_ = std::move(name);
    return true;
  }
  bool parse_error(std::size_t byte, const std::string&, const nlohmann::detail::exception& wrong) override {
    if (dynamic_cast<const json::out_of_range*>(&wrong) != nullptr)
      throw decode_error({}, "a number that no double can hold");
    throw decode_error({}, "no JSON from byte " + std::to_string(byte));
  }

 private:
  json& add(json value) {
    if (open_.empty()) return root_ = std::move(value);
    if (open_.back()->is_array()) return open_.back()->emplace_back(std::move(value));
    return (*open_.back())[name_] = std::move(value);
  }
  bool put(json value) {
    add(std::move(value));
    return true;
  }
  bool open(json value) {
    if (open_.size() == depth_max_) throw decode_error({}, "deeper than " + std::to_string(depth_max_) + " levels");
    open_.push_back(&add(std::move(value)));
    return true;
  }
  bool close() {
    open_.pop_back();
    return true;
  }

  std::size_t depth_max_;
  json root_;
  std::vector<json*> open_;  ///< what is inside the last one is added to it alone, so that none moves while it is open
  std::string name_;
};

/// Members are sorted by name in both.
int compare_objects(const json& one, const json& other) {
  auto left = one.begin();
  auto right = other.begin();
  for (; left != one.end() && right != other.end(); ++left, ++right) {
    if (const int order = left.key().compare(right.key()); order != 0) return sign_of(order < 0, true);
    if (const int order = compare(left.value(), right.value()); order != 0) return order;
  }
  return sign_of(one.size() < other.size(), one.size() > other.size());
}

/// Whether it is a value by itself whose text is short.
bool is_short(const json& value) {
  constexpr std::size_t shown_max = 60;
  if (value.is_structured()) return value.empty();
  if (value.is_string() && value.get_ref<const std::string&>().size() > shown_max) return false;
  return value.dump().size() <= shown_max;
}

}  // namespace

json parse_strictly(std::string_view text, std::size_t depth_max) {
  if (text.size() > json_limits::bytes_max)
    throw decode_error({}, "longer than " + std::to_string(json_limits::bytes_max) + " bytes");
  if (text.starts_with("\xEF\xBB\xBF")) throw decode_error({}, "begins with a byte-order mark");
  // The parser would take a zero byte for the end, and pass over what follows. None stands in JSON.
  if (const auto zero = text.find('\0'); zero != std::string_view::npos)
    throw decode_error({}, "no JSON from byte " + std::to_string(zero + 1));
  tree_builder builder(depth_max);
  json::sax_parse(text.begin(), text.end(), &builder);
  return builder.finish();
}

int compare(const json& one, const json& other) {
  if (const int left = rank(one), right = rank(other); left != right) return sign_of(left < right, true);
  switch (rank(one)) {
    case 0: return 0;
    case 1: return sign_of(!one.get<bool>() && other.get<bool>(), one.get<bool>() && !other.get<bool>());
    case 2: return sign_of(exactly(one) < exactly(other), exactly(one) > exactly(other));
    case 3: {
      const int order = one.get_ref<const std::string&>().compare(other.get_ref<const std::string&>());
      return sign_of(order < 0, order > 0);
    }
    case 4: return compare_lists(one, other);
    default: return compare_objects(one, other);
  }
}

static_assert(std::numeric_limits<long double>::digits >= 64);

long double exactly(const json& number) {
  if (number.is_number_unsigned()) return static_cast<long double>(number.get<std::uint64_t>());
  if (number.is_number_integer()) return static_cast<long double>(number.get<std::int64_t>());
  return static_cast<long double>(number.get<double>());
}

bool is_whole(const json& number) {
  return number.is_number_integer() ||
         (number.is_number_float() && std::trunc(number.get<double>()) == number.get<double>());
}

std::string described(const json& value) {
  if (value.is_object()) return value.empty() ? "an object without members" : "an object";
  if (value.is_array()) return "a list of " + std::to_string(value.size());
  if (value.is_null()) return "null";
  if (value.is_boolean()) return value.get<bool>() ? "true" : "false";
  if (value.is_number()) return "the number " + value.dump();
  if (is_short(value)) return "the text " + value.dump();
  return "a text of " + std::to_string(value.get_ref<const std::string&>().size()) + " bytes";
}

std::string shown(const json& value) { return is_short(value) ? value.dump() : described(value); }

std::uint64_t weight_of(const json& value) {
  constexpr std::uint64_t characters_to_a_value = 16;
  if (value.is_string()) return 1 + value.get_ref<const std::string&>().size() / characters_to_a_value;
  std::uint64_t weight = 1;
  if (value.is_structured())
    for (const auto& [name, inside] : value.items())
      weight += weight_of(inside) + (value.is_object() ? name.size() / characters_to_a_value : 0);
  return weight;
}

std::string inside(std::string_view pointer, std::string_view key) {
  std::string longer(pointer);
  longer += '/';
  for (const char c : key) {
    if (c == '~')
      longer += "~0";
    else if (c == '/')
      longer += "~1";
    else
      longer += c;
  }
  return longer;
}

std::string inside(std::string_view pointer, std::size_t index) {
  return std::string(pointer) + "/" + std::to_string(index);
}

}  // namespace whence::inline v0::detail
