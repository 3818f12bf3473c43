// From the text of a schema to its nodes. Every keyword is one of the table, or the schema is refused.
#include <algorithm>
#include <utility>

#include <whence/contracts/errors.hpp>
#include <whence/contracts/schema_nodes.hpp>
#include <whence/contracts/strict_json.hpp>
#include <whence/serialization/errors.hpp>

namespace whence::inline v0::detail {
namespace {

using nlohmann::json;

constexpr std::size_t levels_max = 256;
constexpr std::size_t chain_max = 64;
// A short schema could ask for any amount of memory: `.{20000}` is a program of so many steps, and one long name stands in the
// pointers of all that is inside it.
constexpr std::size_t pattern_steps_max = 1'000'000;
constexpr std::size_t pointer_bytes_max = 16u << 20;
constexpr std::string_view dialect = "https://json-schema.org/draft/2020-12/schema";

constexpr std::pair<std::string_view, std::uint8_t> kinds_by_name[] = {
    {"null", kind_null},     {"boolean", kind_boolean}, {"integer", kind_integer}, {"number", kind_number},
    {"string", kind_string}, {"array", kind_array},     {"object", kind_object}};

class compiler {
 public:
  explicit compiler(json root) : root_(std::move(root)) {}

  schema_nodes compile() {
    node(root_, "");
    for (const auto& [index, target] : references_) nodes_.all[index].reference = resolve(index, target);
    depths_.resize(nodes_.all.size());
    for (node_index i = 0; i < nodes_.all.size(); ++i) depth_of(i, 0);
    return std::move(nodes_);
  }

 private:
  /// Reads one keyword: its value, and where it stands.
  using reading = void (compiler::*)(node_index, const json&, const std::string&);

  struct keyword {
    std::string_view name;
    reading read;
  };

  static const keyword keywords[];

  node_index node(const json& schema, const std::string& pointer) {
    const auto index = static_cast<node_index>(nodes_.all.size());
    if ((pointer_bytes_ += pointer.size()) > pointer_bytes_max)
      throw schema_unsupported("", {}, "names so long, with so many schemas inside them, are not checked here");
    nodes_.all.push_back({.pointer = pointer});
    by_pointer_.emplace(pointer, index);
    if (schema.is_boolean()) {
      nodes_.all[index].nothing_fits = !schema.get<bool>();
      return index;
    }
    if (!schema.is_object())
      throw schema_malformed(pointer, "a schema is an object or a boolean, this is " + described(schema));
    for (const auto& [name, value] : schema.items()) {
      const std::string at = inside(pointer, name);
      const auto* const known = find(name);
      if (known == nullptr) throw schema_unsupported(name, at, "the keyword \"" + name + "\" is not checked here");
      (this->*known->read)(index, value, at);
    }
    return index;
  }

  static const keyword* find(std::string_view name);

  void says_nothing(node_index, const json&, const std::string&) {}

  void read_dialect(node_index index, const json& value, const std::string& at) {
    if (value != dialect) throw schema_unsupported("$schema", at, "only " + std::string(dialect) + " is checked here");
    if (index != 0)
      throw schema_unsupported("$schema", at, "a schema of its own inside another one is not checked here");
  }

  void read_reference(node_index index, const json& value, const std::string& at) {
    references_.emplace_back(index, text(value, at));
  }

  void read_definitions(node_index, const json& value, const std::string& at) {
    must_be_object(value, at);
    for (const auto& [name, schema] : value.items()) node(schema, inside(at, name));
  }

  void read_kinds(node_index index, const json& value, const std::string& at) {
    std::uint8_t kinds = 0;
    for (const json& one : value.is_array() ? value : json::array({value})) {
      const auto* const known = std::find_if(std::begin(kinds_by_name), std::end(kinds_by_name),
                                             [&](const auto& kind) { return one == kind.first; });
      if (known == std::end(kinds_by_name)) throw schema_malformed(at, described(one) + " is no type");
      kinds = static_cast<std::uint8_t>(kinds | known->second);
    }
    if (kinds == 0) throw schema_malformed(at, "no type at all");
    nodes_.all[index].kinds = kinds;
  }

  void read_constant(node_index index, const json& value, const std::string&) {
    nodes_.all[index].constant = value;
    nodes_.all[index].weight += weight_of(value);
  }

  void read_choices(node_index index, const json& value, const std::string& at) {
    must_be_array(value, at);
    nodes_.all[index].choices.emplace(value.begin(), value.end());
    nodes_.all[index].weight += weight_of(value);
  }

  template <std::optional<json> schema_node::* Bound>
  void read_bound(node_index index, const json& value, const std::string& at) {
    if (!value.is_number()) throw schema_malformed(at, "expected a number, found " + described(value));
    nodes_.all[index].*Bound = value;
  }

  template <std::optional<std::uint64_t> schema_node::* Count>
  void read_count(node_index index, const json& value, const std::string& at) {
    if (!is_whole(value) || compare(value, 0) < 0 || compare(value, 0xFFFF'FFFFu) > 0)
      throw schema_malformed(at, "expected a count, found " + described(value));
    nodes_.all[index].*Count = value.get<std::uint64_t>();
  }

  template <std::vector<node_index> schema_node::* List>
  void read_list(node_index index, const json& value, const std::string& at) {
    must_be_array(value, at);
    if (value.empty()) throw schema_malformed(at, "expected schemas, found none");
    for (std::size_t i = 0; i < value.size(); ++i) {
      const node_index one = node(value[i], inside(at, i));
      (nodes_.all[index].*List).push_back(one);
    }
  }

  template <std::optional<node_index> schema_node::* Inside>
  void read_schema(node_index index, const json& value, const std::string& at) {
    const node_index one = node(value, at);
    nodes_.all[index].*Inside = one;
  }

  void read_pattern(node_index index, const json& value, const std::string& at) {
    const std::string& expression = text(value, at);
    try {
      nodes_.all[index].like = std::make_shared<const pattern>(expression);
      if ((pattern_steps_ += nodes_.all[index].like->steps()) > pattern_steps_max)
        throw pattern_refused{"with those before it, it is too large when its repetitions are written out", true};
    } catch (const pattern_refused& refused) {
      const std::string problem = described(value) + ": " + refused.problem;
      if (refused.unsupported) throw schema_unsupported("pattern", at, problem);
      throw schema_malformed(at, problem);
    }
  }

  void read_unique(node_index index, const json& value, const std::string& at) {
    if (!value.is_boolean()) throw schema_malformed(at, "expected a boolean, found " + described(value));
    nodes_.all[index].unique = value.get<bool>();
  }

  void read_properties(node_index index, const json& value, const std::string& at) {
    must_be_object(value, at);
    for (const auto& [name, schema] : value.items()) {
      const node_index one = node(schema, inside(at, name));
      nodes_.all[index].properties.emplace(name, one);
    }
  }

  void read_required(node_index index, const json& value, const std::string& at) {
    must_be_array(value, at);
    for (const json& name : value) nodes_.all[index].required.push_back(text(name, at));
  }

  void read_default(node_index index, const json& value, const std::string&) { nodes_.all[index].standard = value; }

  void read_title(node_index index, const json& value, const std::string& at) {
    nodes_.all[index].title = text(value, at);
  }

  static void must_be_object(const json& value, const std::string& at) {
    if (!value.is_object()) throw schema_malformed(at, "expected an object, found " + described(value));
  }
  static void must_be_array(const json& value, const std::string& at) {
    if (!value.is_array()) throw schema_malformed(at, "expected a list, found " + described(value));
  }
  static const std::string& text(const json& value, const std::string& at) {
    if (!value.is_string()) throw schema_malformed(at, "expected a text, found " + described(value));
    return value.get_ref<const std::string&>();
  }

  /// `#` and `#/…`: a place in this schema, where a schema stands.
  node_index resolve(node_index from, const std::string& reference) const {
    const std::string at = inside(nodes_[from].pointer, "$ref");
    if (reference != "#" && !reference.starts_with("#/"))
      throw schema_unsupported("$ref", at,
                               json(reference).dump() + " does not stand in this schema: a schema stands alone here");
    const auto found = by_pointer_.find(without_percent(reference.substr(1), at));
    if (found == by_pointer_.end()) throw schema_malformed(at, "there is no schema at " + json(reference).dump());
    return found->second;
  }

  static std::string without_percent(const std::string& text, const std::string& at) {
    std::string plain;
    for (std::size_t i = 0; i < text.size(); ++i) {
      if (text[i] != '%') {
        plain += text[i];
        continue;
      }
      const std::string digits = text.substr(i + 1, 2);
      if (digits.size() != 2 || digits.find_first_not_of("0123456789ABCDEFabcdef") != std::string::npos)
        throw schema_malformed(at, "a % without two hexadecimal digits");
      plain += static_cast<char>(std::stoi(digits, nullptr, 16));
      i += 2;
    }
    return plain;
  }

  /// How many schemas judge one value by each other from here on: each is a call inside a call.
  std::size_t depth_of(node_index index, std::size_t above) {
    if (depths_[index] != 0 && above + depths_[index] <= chain_max) return depths_[index];
    if (above >= chain_max)
      throw schema_malformed(nodes_[index].pointer, "for one value it leads to itself, or through more than " +
                                                        std::to_string(chain_max) + " schemas");
    const schema_node& here = nodes_[index];
    std::size_t deepest = 0;
    const auto look = [&](node_index next) { deepest = std::max(deepest, depth_of(next, above + 1)); };
    if (here.reference) look(*here.reference);
    if (here.none_of) look(*here.none_of);
    for (const auto* const list : {&here.all_of, &here.any_of, &here.one_of})
      std::for_each(list->begin(), list->end(), look);
    return depths_[index] = deepest + 1;
  }

  json root_;
  schema_nodes nodes_;
  std::map<std::string, node_index, std::less<>> by_pointer_;
  std::vector<std::pair<node_index, std::string>> references_;
  std::vector<std::size_t> depths_;
  std::size_t pattern_steps_ = 0;
  std::size_t pointer_bytes_ = 0;
};

constexpr compiler::keyword compiler::keywords[] = {
    {"$comment", &compiler::says_nothing},
    {"$defs", &compiler::read_definitions},
    {"$ref", &compiler::read_reference},
    {"$schema", &compiler::read_dialect},
    {"additionalProperties", &compiler::read_schema<&schema_node::additional>},
    {"allOf", &compiler::read_list<&schema_node::all_of>},
    {"anyOf", &compiler::read_list<&schema_node::any_of>},
    {"const", &compiler::read_constant},
    {"contentEncoding", &compiler::says_nothing},
    {"default", &compiler::read_default},
    {"deprecated", &compiler::says_nothing},
    {"description", &compiler::says_nothing},
    {"enum", &compiler::read_choices},
    {"examples", &compiler::says_nothing},
    {"exclusiveMaximum", &compiler::read_bound<&schema_node::exclusive_maximum>},
    {"exclusiveMinimum", &compiler::read_bound<&schema_node::exclusive_minimum>},
    {"items", &compiler::read_schema<&schema_node::items>},
    {"maxItems", &compiler::read_count<&schema_node::max_items>},
    {"maxLength", &compiler::read_count<&schema_node::max_length>},
    {"maxProperties", &compiler::read_count<&schema_node::max_properties>},
    {"maximum", &compiler::read_bound<&schema_node::maximum>},
    {"minItems", &compiler::read_count<&schema_node::min_items>},
    {"minLength", &compiler::read_count<&schema_node::min_length>},
    {"minProperties", &compiler::read_count<&schema_node::min_properties>},
    {"minimum", &compiler::read_bound<&schema_node::minimum>},
    {"not", &compiler::read_schema<&schema_node::none_of>},
    {"oneOf", &compiler::read_list<&schema_node::one_of>},
    {"pattern", &compiler::read_pattern},
    {"prefixItems", &compiler::read_list<&schema_node::prefix>},
    {"properties", &compiler::read_properties},
    {"required", &compiler::read_required},
    {"title", &compiler::read_title},
    {"type", &compiler::read_kinds},
    {"uniqueItems", &compiler::read_unique},
};

const compiler::keyword* compiler::find(std::string_view name) {
  const auto* const found =
      std::lower_bound(std::begin(keywords), std::end(keywords), name,
                       [](const keyword& one, std::string_view wanted) { return one.name < wanted; });
  return found != std::end(keywords) && found->name == name ? found : nullptr;
}

}  // namespace

std::uint8_t kind_of(const json& value) {
  if (value.is_null()) return kind_null;
  if (value.is_boolean()) return kind_boolean;
  if (value.is_number()) return is_whole(value) ? kind_integer : kind_fraction;
  if (value.is_string()) return kind_string;
  return value.is_array() ? kind_array : kind_object;
}

std::string words_for(std::uint8_t kinds) {
  constexpr std::pair<std::uint8_t, std::string_view> words[] = {
      {kind_object, "an object"},   {kind_array, "a list"},      {kind_string, "a text"}, {kind_number, "a number"},
      {kind_integer, "an integer"}, {kind_boolean, "a boolean"}, {kind_null, "null"}};
  std::string all;
  for (const auto& [kind, word] : words) {
    if ((kinds & kind) != kind) continue;
    kinds = static_cast<std::uint8_t>(kinds & ~kind);
    if (!all.empty()) all += " or ";
    all += word;
  }
  return all;
}

schema_nodes compile_schema(std::string_view text) {
  try {
    return compiler(parse_strictly(text, levels_max)).compile();
  } catch (const decode_error& wrong) {
    throw schema_malformed({}, wrong.problem);
  }
}

}  // namespace whence::inline v0::detail
