#include <whence/serialization/schema_writer.hpp>

#include <algorithm>

#include <whence/serialization/base64.hpp>
#include <whence/serialization/duration_text.hpp>
#include <whence/serialization/json.hpp>

namespace whence::inline v0::detail {
namespace {

using json = schema_writer::json;

// Regular expressions of ECMA-262, anchored. That a day exists, or that digits fit into 64 bits, is beyond them.
constexpr std::string_view uuid_pattern = "^[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}$";
constexpr std::string_view time_pattern =
    "^[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])[Tt]([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]([.][0-9]{1,6})?"
    "([Zz]|[+-]([01][0-9]|2[0-3]):[0-5][0-9])$";
constexpr std::string_view decimal_pattern = "^(?!-0([.]0+)?$)-?(0|[1-9][0-9]{0,18})([.][0-9]{1,18})?$";
constexpr std::string_view currency_pattern = "^[A-Z]{3}$";

json of_type(std::string_view type) { return {{"type", type}}; }

json like(std::string_view pattern) { return {{"type", "string"}, {"pattern", pattern}}; }

json object_of(json properties, json required, bool tolerant) {
  json schema = of_type("object");
  if (!properties.empty()) schema["properties"] = std::move(properties);
  if (!required.empty()) schema["required"] = std::move(required);
  if (!tolerant) schema["additionalProperties"] = false;
  return schema;
}

}  // namespace

json schema_writer::finish() {
  if (!definitions_.empty()) root_["$defs"] = std::move(definitions_);
  return std::move(root_);
}

void schema_writer::boolean(bool&) { describe(of_type("boolean")); }

void schema_writer::integer(std::int64_t&, std::int64_t least, std::int64_t most) {
  describe({{"type", "integer"}, {"minimum", least}, {"maximum", most}});
}

void schema_writer::natural(std::uint64_t&, std::uint64_t most) {
  describe({{"type", "integer"}, {"minimum", 0}, {"maximum", most}});
}

void schema_writer::real(double&, precision how) {
  json schema = of_type("number");
  if (how == precision::of_float) {
    schema["exclusiveMinimum"] = -float_end;
    schema["exclusiveMaximum"] = float_end;
  }
  describe(std::move(schema));
}

void schema_writer::text(std::string&) { describe(of_type("string")); }

void schema_writer::bytes(std::vector<std::byte>&, std::size_t size) {
  json schema = like(base64_pattern);
  schema["contentEncoding"] = "base64";
  if (size != any_size) {
    // The length of the text tells the length of the bytes but for its padding.
    const std::size_t letters = (size + 2) / 3 * 4;
    schema["minLength"] = letters;
    schema["maxLength"] = letters;
    if (letters != 0)
      schema["pattern"] = std::string(base64_pattern)
                              .insert(1, size % 3 == 0   ? "(?!.*=)"
                                         : size % 3 == 1 ? "(?=.*==$)"
                                                         : "(?=.*[^=]=$)");
  }
  describe(std::move(schema));
}

void schema_writer::identifier(uuid&) { describe(like(uuid_pattern)); }
void schema_writer::time(timestamp&, std::chrono::microseconds) { describe(like(time_pattern)); }
void schema_writer::duration(std::int64_t&, const tick&) { describe(like(duration_pattern)); }
void schema_writer::exact(decimal&) { describe(like(decimal_pattern)); }
void schema_writer::currency(currency_code&) { describe(like(currency_pattern)); }

void schema_writer::enumerator(std::size_t& index, std::span<const std::string_view> names) {
  index = 0;
  json schema = of_type("string");
  schema["enum"] = names;
  describe(std::move(schema));
}

bool schema_writer::present(bool) {
  // An optional member that is left out is no matter of its value: it may be null besides.
  nullable_ = true;
  return true;
}

bool schema_writer::begin_object(const void* type) {
  for (const auto& [known, reference] : defined_) {
    if (known != type) continue;
    describe({{"$ref", reference}});
    return false;
  }
  for (std::size_t i = 0; i < frames_.size(); ++i) {
    frame& around = frames_[i];
    if (around.what != kind::object || around.type != type) continue;
    if (around.reference.empty()) around.reference = i == 0 && !around.nullable ? "#" : new_reference();
    describe({{"$ref", around.reference}});
    return false;
  }
  open(kind::object).type = type;
  return true;
}

void schema_writer::tolerate_unknown() { frames_.back().tolerant = true; }

bool schema_writer::member(std::string_view name, need how, const visitable* standard) {
  frame& object = frames_.back();
  if (object.inside.contains(name)) throw encode_error({}, "a second member is named \"" + std::string(name) + "\"");
  object.name = name;
  object.has_standard = standard != nullptr;
  if (standard) object.standard = json::parse(encode_json(*standard));
  if (how == need::required) object.all.push_back(name);
  return true;
}

void schema_writer::end_object() {
  frame& object = frames_.back();
  json schema = object_of(std::move(object.inside), std::move(object.all), object.tolerant);
  if (!object.reference.empty() && object.reference != "#") {
    definitions_[object.reference.substr(std::string_view("#/$defs/").size())] = std::move(schema);
    defined_.emplace_back(object.type, object.reference);
    schema = {{"$ref", object.reference}};
  }
  close(std::move(schema));
}

void schema_writer::begin_list(std::size_t size, elements allowed) {
  frame& list = open(kind::list);
  list.list_kind = allowed;
  list.size = size;
}

bool schema_writer::next_element() {
  const frame& list = frames_.back();
  return list.list_kind == elements::tuple || list.all.empty();
}

void schema_writer::end_list() {
  frame& list = frames_.back();
  json schema = of_type("array");
  if (list.list_kind == elements::tuple && list.size > 0) {
    schema["prefixItems"] = std::move(list.all);
    schema["items"] = false;
  } else if (!list.all.empty()) {
    schema["items"] = std::move(list.all[0]);
  }
  if (list.list_kind == elements::fixed || list.list_kind == elements::tuple) {
    if (list.size > 0) schema["minItems"] = list.size;
    schema["maxItems"] = list.size;
  }
  if (list.list_kind == elements::unique) schema["uniqueItems"] = true;
  close(std::move(schema));
}

void schema_writer::found_twice() {}

void schema_writer::begin_map(std::size_t) { open(kind::map); }

bool schema_writer::next_entry(std::string& key) {
  key.clear();
  return frames_.back().inside.empty();
}

void schema_writer::end_map() {
  json schema = of_type("object");
  schema["additionalProperties"] = std::move(frames_.back().inside[""]);
  close(std::move(schema));
}

void schema_writer::begin_variant(std::size_t& index, std::span<const std::string_view> names) {
  index = 0;
  frame& variant = open(kind::variant);
  variant.names = names;
  variant.name = names[0];
}

bool schema_writer::end_variant(std::size_t& index) {
  frame& variant = frames_.back();
  if (++index < variant.names.size()) {
    variant.name = variant.names[index];
    return true;
  }
  json schema = json::object();
  schema["oneOf"] = std::move(variant.all);
  close(std::move(schema));
  return false;
}

schema_writer::frame& schema_writer::open(kind what) {
  return frames_.emplace_back(frame{.what = what, .nullable = std::exchange(nullable_, false)});
}

void schema_writer::close(json schema) {
  const bool nullable = frames_.back().nullable;
  frames_.pop_back();
  put(std::move(schema), nullable);
}

void schema_writer::describe(json schema) { put(std::move(schema), std::exchange(nullable_, false)); }

void schema_writer::put(json schema, bool nullable) {
  if (nullable) schema = json{{"anyOf", json::array({std::move(schema), of_type("null")})}};
  if (frames_.empty()) {
    root_ = std::move(schema);
    return;
  }
  frame& around = frames_.back();
  switch (around.what) {
    case kind::object:
      if (around.has_standard) schema["default"] = std::move(around.standard);
      around.inside[around.name] = std::move(schema);
      break;
    case kind::list: around.all.push_back(std::move(schema)); break;
    case kind::map: around.inside[""] = std::move(schema); break;
    case kind::variant: {
      json properties = json::object();
      properties[around.name] = std::move(schema);
      around.all.push_back(object_of(std::move(properties), json::array({around.name}), false));
      break;
    }
  }
}

/// Named after the member in which the type was met in itself: a name of the wire, not of the compiler.
std::string schema_writer::new_reference() {
  std::string name = "value";
  for (const frame& around : frames_)
    if (!around.name.empty()) name = around.name;
  std::replace_if(
      name.begin(), name.end(),
      [](char c) { return c == '/' || c == '~' || c == '%' || c == ' ' || c == '"' || c < 0; }, '_');
  const auto taken = [this](const std::string& reference) {
    return std::any_of(frames_.begin(), frames_.end(), [&](const frame& one) { return one.reference == reference; }) ||
           std::any_of(defined_.begin(), defined_.end(), [&](const auto& one) { return one.second == reference; });
  };
  std::string reference = "#/$defs/" + name;
  for (int number = 2; taken(reference); ++number) reference = "#/$defs/" + name + std::to_string(number);
  return reference;
}

std::string json_schema(visitable described, const event_type* event) {
  schema_writer writer;
  described.visit(writer, described.value);
  json schema{{"$schema", "https://json-schema.org/draft/2020-12/schema"}};
  if (event) schema["title"] = std::string(event->name) + " version " + std::to_string(event->version);
  schema.update(writer.finish());
  return schema.dump();
}

}  // namespace whence::inline v0::detail
