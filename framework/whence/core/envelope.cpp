// Writing is appending: the shape is fixed. Reading is one SAX pass: depth, duplicates and forms are looked at as the tokens
// come, so that nothing is ever built from a document that is too deep or too large.
#include <whence/core/envelope.hpp>

#include <charconv>
#include <limits>
#include <nlohmann/json.hpp>
#include <set>
#include <span>
#include <utility>

#include <whence/core/error.hpp>
#include <whence/core/json_text.hpp>
#include <whence/core/payload_form.hpp>

namespace whence::inline v0 {
namespace {

using json = nlohmann::json;

void append_member(std::string& out, std::string_view name, std::string_view text) {
  if (out.back() != '{') out += ',';
  append_json_string(out, name);
  out += ':';
  append_json_string(out, text);
}

void append_member(std::string& out, std::string_view name, std::uint64_t number) {
  if (out.back() != '{') out += ',';
  append_json_string(out, name);
  out += ':';
  out += std::to_string(number);
}

void append_document(std::string& out, std::string_view document) {
  if (form_of(document) == form::binary) {
    static constexpr std::string_view digits = "0123456789abcdef";
    out += "{\"$binary\":\"";
    for (const char byte : document) {
      out += digits[static_cast<unsigned char>(byte) >> 4];
      out += digits[static_cast<unsigned char>(byte) & 15];
    }
    out += "\"}";
    return;
  }
  const std::size_t from = out.size();
  out += document;
  for (std::size_t at = from; (at = out.find_first_of("\r\n", at)) != std::string::npos; ++at) out[at] = ' ';
}

/// A token that is no object and no array.
struct scalar {
  enum class kind { null, boolean, number, string };
  kind is;
  std::string_view text;  // of a string its content, else as JSON writes it
};

std::string_view name_of(scalar::kind kind) {
  switch (kind) {
    case scalar::kind::null: return "null";
    case scalar::kind::boolean: return "a boolean";
    case scalar::kind::number: return "a number";
    case scalar::kind::string: return "a string";
  }
  return "something else";
}

/// Why a value is not accepted; the reader adds where.
struct refusal {
  std::string reason;
};

std::string text_of(const scalar& value) {
  if (value.is != scalar::kind::string) throw refusal{"expected a string, found " + std::string(name_of(value.is))};
  return std::string(value.text);
}

std::string name_from(const scalar& value) {
  std::string text = text_of(value);
  if (text.empty()) throw refusal{"it is empty"};
  return text;
}

template <class Id>
Id id_from(const scalar& value) {
  return Id(uuid::parse(text_of(value)));
}

template <class Number>
Number number_from(const scalar& value, std::string_view text) {
  Number number = 0;
  const auto [rest, failure] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (failure != std::errc{} || rest != text.data() + text.size() || number == 0) {
    throw refusal{"expected an integer from 1 to " + std::to_string(std::numeric_limits<Number>::max()) + ", found " +
                  (value.is == scalar::kind::string ? json_string(value.text) : std::string(value.text))};
  }
  return number;
}

std::uint64_t count_from(const scalar& value) {
  if (value.is != scalar::kind::number) throw refusal{"expected an integer, found " + std::string(name_of(value.is))};
  return number_from<std::uint64_t>(value, value.text);
}

/// 2, 2.0, "2" or "2.0".
std::uint32_t version_from(const scalar& value) {
  if (value.is != scalar::kind::number && value.is != scalar::kind::string) {
    throw refusal{"expected an integer, found " + std::string(name_of(value.is))};
  }
  std::string_view text = value.text;
  if (text.ends_with(".0")) text.remove_suffix(2);
  if (text.starts_with('0')) text = {};
  return number_from<std::uint32_t>(value, text);
}

struct member {
  std::string_view name;
  bool required;
  void (*read)(envelope&, const scalar&);  // null: an object or array of its own
};

constexpr member members[] = {
    {"eventId", true, [](envelope& e, const scalar& v) { e.id = id_from<event_id>(v); }},
    {"eventType", true, [](envelope& e, const scalar& v) { e.event_type = name_from(v); }},
    {"eventVersion", true, [](envelope& e, const scalar& v) { e.event_version = version_from(v); }},
    {"occurredAt", true, [](envelope& e, const scalar& v) { e.occurred_at = parse_rfc3339(text_of(v)); }},
    {"aggregateId", true, [](envelope& e, const scalar& v) { e.aggregate_id = name_from(v); }},
    {"aggregateType", true, [](envelope& e, const scalar& v) { e.aggregate_type = name_from(v); }},
    {"data", true, nullptr},
    {"metadata", true, nullptr},
    {"globalPosition", false, [](envelope& e, const scalar& v) { e.position = global_position(count_from(v)); }},
    {"streamVersion", false, [](envelope& e, const scalar& v) { e.version = stream_version(count_from(v)); }},
    {"recordedAt", false, [](envelope& e, const scalar& v) { e.recorded_at = parse_rfc3339(text_of(v)); }},
    {"tags", false, nullptr},
};

constexpr member metadata_members[] = {
    {"correlationId", true, [](envelope& e, const scalar& v) { e.metadata.correlation = id_from<correlation_id>(v); }},
    {"causationId", true, [](envelope& e, const scalar& v) { e.metadata.causation = id_from<causation_id>(v); }},
    {"source", true, [](envelope& e, const scalar& v) { e.metadata.source = text_of(v); }},
    {"causationType", false, [](envelope& e, const scalar& v) { e.metadata.causation_type = name_from(v); }},
    {"traceparent", false, [](envelope& e, const scalar& v) { e.metadata.traceparent = name_from(v); }},
};

[[noreturn]] void refuse(std::string where, std::string why) {
  throw malformed_input("envelope.malformed",
                        {.what = "this is no event: " + (where.empty() ? why : where + ": " + why),
                         .where = std::move(where),
                         .why = std::move(why),
                         .remedy = "schemas/envelope.schema.json has the form of an event"});
}

/// Follows the tokens, knows where it is, and puts them where they belong.
class reader final : public nlohmann::json_sax<json> {
 public:
  envelope take() && { return std::move(event_); }

  bool null() override { return take_scalar({scalar::kind::null, "null"}); }
  bool boolean(bool value) override { return take_scalar({scalar::kind::boolean, value ? "true" : "false"}); }
  bool number_integer(number_integer_t value) override {
    return take_scalar({scalar::kind::number, std::to_string(value)});
  }
  bool number_unsigned(number_unsigned_t value) override {
    return take_scalar({scalar::kind::number, std::to_string(value)});
  }
  bool number_float(number_float_t, const string_t& text) override { return take_scalar({scalar::kind::number, text}); }
  bool string(string_t& text) override { return take_scalar({scalar::kind::string, text}); }
  bool binary(binary_t&) override { return false; }  // not in JSON text

  bool start_object(std::size_t) override { return open(true); }
  bool start_array(std::size_t) override { return open(false); }
  bool end_array() override { return close(); }

  bool key(string_t& name) override {
    level& object = levels_.back();
    object.key = name;
    if (!object.keys.insert(name).second) refuse(pointer(), "it is there twice");
    if (in_data()) {
      if (object.keys.size() > 1) event_.data += ',';
      append_json_string(event_.data, name);
      event_.data += ':';
    } else if (!find(name)) {
      refuse(pointer(), "an event has no such member");
    }
    return true;
  }

  bool end_object() override {
    if (!in_data()) {
      for (const member& expected : expected_members()) {
        if (!expected.required || levels_.back().keys.contains(expected.name)) continue;
        levels_.back().key = expected.name;
        refuse(pointer(), "it is missing");
      }
    }
    return close();
  }

  bool parse_error(std::size_t position, const std::string&, const nlohmann::detail::exception& failure) override {
    std::string_view why = failure.what();
    if (const std::size_t bracket = why.find("] "); bracket != std::string_view::npos) why.remove_prefix(bracket + 2);
    refuse("byte " + std::to_string(position), std::string(why));
  }

 private:
  struct level {
    bool object;
    std::string key{};                          // of the member that is being read
    std::set<std::string, std::less<>> keys{};  // all so far
    std::size_t count = 0;                      // of an array's elements so far
  };

  bool in_data() const { return data_levels_ > 0; }
  /// True while the next token is the value of the event's member of that name.
  bool at_member(std::string_view name) const { return levels_.size() == 1 && levels_.back().key == name; }
  bool in_metadata() const { return levels_.size() == 2 && levels_.front().key == "metadata"; }
  bool in_tags() const { return levels_.size() == 2 && levels_.front().key == "tags"; }

  std::span<const member> expected_members() const {
    return in_metadata() ? std::span<const member>(metadata_members) : std::span<const member>(members);
  }
  const member* find(std::string_view name) const {
    for (const member& known : expected_members()) {
      if (known.name == name) return &known;
    }
    return nullptr;
  }

  /// JSON pointer (RFC 6901) to what is being read.
  std::string pointer() const {
    std::string text;
    for (const level& step : levels_) {
      text += '/';
      if (!step.object) {
        text += std::to_string(step.count - 1);
        continue;
      }
      for (const char c : step.key) {
        if (c == '~') {
          text += "~0";
        } else if (c == '/') {
          text += "~1";
        } else {
          text += c;
        }
      }
    }
    return text;
  }

  /// Counts an array's element before it is read.
  void begin_value() {
    if (levels_.empty() || levels_.back().object) return;
    if (++levels_.back().count > 1 && in_data()) event_.data += ',';
  }

  bool take_scalar(const scalar& value) {
    begin_value();
    if (in_data() || at_member("data")) {
      if (value.is == scalar::kind::string) {
        append_json_string(event_.data, value.text);
      } else {
        event_.data += value.text;
      }
      return true;
    }
    if (levels_.empty()) refuse({}, "expected an object, found " + std::string(name_of(value.is)));
    try {
      if (in_tags()) {
        event_.tags.push_back(name_from(value));
      } else {
        const member& target = *find(levels_.back().key);
        if (!target.read) throw refusal{"expected an object or array, found " + std::string(name_of(value.is))};
        target.read(event_, value);
      }
    } catch (const refusal& refused) {
      refuse(pointer(), refused.reason);
    } catch (const malformed_input& refused) {
      refuse(pointer(), refused.text().what + " (" + refused.text().why + ")");
    }
    return true;
  }

  bool open(bool object) {
    begin_value();
    if (in_data() || at_member("data")) {
      if (data_levels_ == data_depth_max) refuse(pointer(), "it is nested too deeply");
      ++data_levels_;
      event_.data += object ? '{' : '[';
    } else if (levels_.empty() ? !object : !at_member(object ? "metadata" : "tags")) {
      refuse(pointer(), object ? "an object has no place here" : "an array has no place here");
    }
    levels_.push_back({.object = object});
    return true;
  }

  bool close() {
    if (in_data()) {
      event_.data += levels_.back().object ? '}' : ']';
      --data_levels_;
    }
    levels_.pop_back();
    return true;
  }

  envelope event_;
  std::vector<level> levels_;
  std::size_t data_levels_ = 0;
};

}  // namespace

std::string to_json(const envelope& event) {
  std::string out;
  out.reserve(512 + event.data.size());
  out += '{';
  append_member(out, "eventId", event.id.to_string());
  append_member(out, "eventType", event.event_type);
  append_member(out, "eventVersion", event.event_version);
  append_member(out, "occurredAt", to_rfc3339(event.occurred_at));
  append_member(out, "aggregateId", event.aggregate_id);
  append_member(out, "aggregateType", event.aggregate_type);
  out += ",\"data\":";
  append_document(out, event.data);
  out += ",\"metadata\":{";
  append_member(out, "correlationId", event.metadata.correlation.to_string());
  append_member(out, "causationId", event.metadata.causation.to_string());
  append_member(out, "source", event.metadata.source);
  if (!event.metadata.causation_type.empty()) append_member(out, "causationType", event.metadata.causation_type);
  if (!event.metadata.traceparent.empty()) append_member(out, "traceparent", event.metadata.traceparent);
  out += '}';
  if (event.position) append_member(out, "globalPosition", event.position->value());
  if (event.version) append_member(out, "streamVersion", event.version->value());
  if (event.recorded_at) append_member(out, "recordedAt", to_rfc3339(*event.recorded_at));
  if (!event.tags.empty()) {
    out += ",\"tags\":[";
    for (const std::string& tag : event.tags) {
      if (out.back() != '[') out += ',';
      append_json_string(out, tag);
    }
    out += ']';
  }
  out += '}';
  return out;
}

envelope envelope_from_json(std::string_view text) {
  if (text.size() > envelope_bytes_max) {
    refuse({}, std::to_string(text.size()) + " bytes are more than " + std::to_string(envelope_bytes_max));
  }
  // The parser would skip a byte-order mark, and take a zero byte for the end. Neither stands in JSON.
  if (text.starts_with("\xEF\xBB\xBF")) refuse("byte 1", "it begins with a byte-order mark");
  if (const auto zero = text.find('\0'); zero != std::string_view::npos)
    refuse("byte " + std::to_string(zero + 1), "a zero byte is no JSON");
  reader tokens;
  json::sax_parse(text, &tokens);
  return std::move(tokens).take();
}

}  // namespace whence::inline v0
