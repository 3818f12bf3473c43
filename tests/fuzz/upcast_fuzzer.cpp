// Upcasting: what is done with a document is what the same operations do with a tree of nlohmann/json, and an event becomes what
// the rules of a shop say; what is not as they expect is refused, and nothing else happens.
//
// An input begins with a letter: 'd' for a line of operations, and a document; 'e' for a character that chooses an event, and
// its data; 'b' for the same in binary; 'm' for any character, a line with the first of two events, and the second.
#include <nlohmann/json.hpp>

#include <whence/contracts/schema_validator.hpp>
#include <whence/core/payload_form.hpp>
#include <whence/serialization/binary.hpp>
#include <whence/upcasting/errors.hpp>

#include "tests/fuzz/document_operations.hpp"
#include "tests/fuzz/property.hpp"
#include "tests/upcasting/shop.hpp"

namespace {

using fuzzing::holds;
using fuzzing::refused;
using nlohmann::ordered_json;

/// A document that nothing but its type can refuse.
bool is_sound(std::string_view json) {
  static const whence::schema_validator everything("true");
  try {
    return everything.violations(json).empty();
  } catch (const whence::decode_error&) {
    return false;
  }
}

void operate(std::string_view operations, std::string_view text) {
  whence::document data;
  bool taken = true;
  try {
    data.assign(text);
  } catch (const whence::decode_error&) {
    taken = false;
  }
  const bool sound = is_sound(text);
  if (!taken) {
    holds(!sound || !ordered_json::parse(text).is_object(), "an object is taken", {text});
    return;
  }
  holds(nlohmann::json::accept(data.json()) == nlohmann::json::accept(text),
        "what is not touched is as sound as it was", {text, data.json()});
  if (!sound) {
    fuzzing::carry_out(operations, data, nullptr);
    return;
  }
  ordered_json tree = ordered_json::parse(text);
  holds(tree.is_object(), "what is no object is refused", {text});
  holds(whence::document(data).json() == data.json(), "a copy is the same", {text});
  fuzzing::carry_out(operations, data, &tree);
  const std::string after = data.json();
  holds(nlohmann::json::accept(after), "what was JSON stays JSON", {operations, text, after});
  holds(ordered_json::parse(after).dump() == tree.dump(), "it is what the same operations make of a tree",
        {operations, text, after, tree.dump()});
}

struct told {
  whence::event_type type;
  ordered_json data;
};

int whole_number(const ordered_json& in, const char* name) {
  const auto found = in.find(name);
  if (found == in.end() || !found->is_number_integer()) throw refused{};
  if (found->is_number_unsigned() && found->get<std::uint64_t>() > INT32_MAX) throw refused{};
  if (found->get<std::int64_t>() > INT32_MAX || found->get<std::int64_t>() < INT32_MIN) throw refused{};
  return found->get<int>();
}

void must_remove(ordered_json& data, const char* name) {
  if (data.erase(name) == 0) throw refused{};
}

/// The rules of tests/upcasting/shop.hpp, once more.
void tell(std::vector<told>& to, const whence::event_type& type, ordered_json data) {
  const auto is = [&](std::string_view name, std::uint32_t version) {
    return type.name == name && type.version == version;
  };
  if (is("OrderCreated", 1)) return tell(to, {"OrderPlaced", 1}, std::move(data));
  if (is("OrderPlaced", 1)) {
    fuzzing::rename(data, "custId", "customer");
    return tell(to, {"OrderPlaced", 2}, std::move(data));
  }
  if (is("OrderPlaced", 2)) {
    const int amount = whole_number(data, "amount");
    if (data.size() != 2 || !data.contains("customer") || !data["customer"].is_string()) throw refused{};
    to.push_back({{"OrderPlaced", 3}, {{"customer", data["customer"]}, {"amount", amount}, {"currency", "EUR"}}});
    return;
  }
  if (is("OrderShipped", 1)) {
    data["at"] = "unknown";
    to.push_back({{"OrderShipped", 2}, std::move(data)});
    return;
  }
  if (is("OrderClosed", 1)) {
    ordered_json shipped = data;
    must_remove(shipped, "amount");
    tell(to, {"OrderShipped", 1}, std::move(shipped));
    must_remove(data, "carrier");
    if (whole_number(data, "amount") != 0) to.push_back({{"OrderBilled", 1}, std::move(data)});
    return;
  }
  if (type.name == "OrderTouched") return;
  if (is("PriceSet", 1)) return tell(to, {"OrderBilled", 1}, std::move(data));
  to.push_back({type, std::move(data)});
}

constexpr whence::event_type types[] = {
    {"OrderPlaced", 1}, {"OrderPlaced", 2},  {"OrderPlaced", 3}, {"OrderCreated", 1}, {"OrderShipped", 1},
    {"OrderClosed", 1}, {"OrderTouched", 1}, {"PriceSet", 1},    {"OrderOpened", 1},  {"Unheard", 7}};

const whence::event_type& type_of(char choice) {
  return types[static_cast<unsigned char>(choice - '0') % std::size(types)];
}

ordered_json object_in(std::string_view json) {
  ordered_json tree = ordered_json::parse(json);
  if (!tree.is_object()) throw refused{};
  return tree;
}

/// The stored data as JSON; nothing if they cannot be shown, or are no sound document.
std::optional<std::string> sound_json(std::string_view stored) {
  std::string json(stored);
  if (whence::form_of(stored) == whence::form::binary) {
    if (!whence::is_binary(stored)) return std::nullopt;
    json = whence::binary_to_json(stored);
  }
  if (!is_sound(json)) return std::nullopt;
  return json;
}

std::optional<std::vector<whence::upcast_event>> upcast(const whence::stored_event& one,
                                                        const whence::stored_event* next) {
  static const whence::upcasters shop = shop::upcasters();
  try {
    return next ? shop.upcast(one, *next) : shop.upcast(one);
  } catch (const whence::upcast_failed&) {
  } catch (const whence::decode_error&) {  // of data that no upcaster looks at, and nobody can show
  }
  return std::nullopt;
}

void compare(const whence::stored_event& one, const whence::stored_event* next) {
  const auto today = upcast(one, next);
  const auto first = sound_json(one.data);
  const auto second = next ? sound_json(next->data) : first;
  if (!first || !second) return;
  std::optional<std::vector<told>> expected(std::in_place);
  try {
    if (!next) {
      // An event that no upcaster begins at is shown as it is stored, whatever it is.
      if (!shop::upcasters().ways_from({one.type, one.version}).empty())
        tell(*expected, {one.type, one.version}, object_in(*first));
      else
        expected->push_back({{one.type, one.version}, ordered_json::parse(*first)});
    } else {
      ordered_json data = object_in(*second);
      data["amount"] = whole_number(object_in(*first), "amount");
      tell(*expected, {"OrderPlaced", 2}, std::move(data));
    }
  } catch (const refused&) {
    expected.reset();
  }
  holds(today.has_value() == expected.has_value(), "an event is upcast if it is as the rules expect", {one.data});
  if (!today) return;
  holds(today->size() == expected->size(), "it becomes as many as the rules say", {one.data});
  for (std::size_t i = 0; i < today->size(); ++i) {
    const whence::upcast_event& event = (*today)[i];
    const told& rule = (*expected)[i];
    holds(event.type.name == rule.type.name && event.type.version == rule.type.version, "it becomes what the rules say",
          {one.data, event.type.name, rule.type.name});
    holds(ordered_json::parse(event.data).dump() == rule.data.dump(), "its data become what the rules say",
          {one.data, event.data, rule.data.dump()});
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  const std::string input(fuzzing::text_of(bytes, size));
  if (input.size() < 2) return -1;
  const std::string_view rest = std::string_view(input).substr(2);
  const std::size_t line = rest.find('\n');
  const whence::event_type& type = type_of(input[1]);
  switch (input[0]) {
    case 'd': {
      const std::size_t end = input.find('\n');
      if (end == std::string::npos) return -1;
      operate(std::string_view(input).substr(1, end - 1), std::string_view(input).substr(end + 1));
      return 0;
    }
    case 'e': compare({.type = type.name, .version = type.version, .data = rest}, nullptr); return 0;
    case 'b': {
      const std::string data = std::string(whence::binary_mark).append(rest);
      compare({.type = type.name, .version = type.version, .data = data}, nullptr);
      return 0;
    }
    case 'm': {
      if (line == std::string_view::npos) return -1;
      const whence::stored_event first{.type = "PriceSet", .version = 1, .data = rest.substr(0, line)};
      const whence::stored_event second{.type = "OrderOpened", .version = 1, .data = rest.substr(line + 1)};
      compare(first, &second);
      return 0;
    }
    default: return -1;
  }
}
