#include "tests/fuzz/document_operations.hpp"

#include <charconv>
#include <utility>

#include <whence/core/json_text.hpp>
#include <whence/serialization/errors.hpp>

#include "tests/fuzz/property.hpp"

namespace fuzzing {
namespace {

using nlohmann::ordered_json;
using whence::document;

constexpr std::size_t inside_max = 8;

struct operation {
  char what = 0;
  std::string name;
  std::string value;
};

std::vector<operation> parsed(std::string_view line) {
  std::vector<operation> all;
  while (!line.empty()) {
    const std::size_t end = std::min(line.find(';'), line.size());
    const std::string_view one = line.substr(0, end);
    line.remove_prefix(std::min(end + 1, line.size()));
    if (one.empty()) continue;
    const std::size_t equals = std::min(one.find('=', 1), one.size());
    all.push_back({.what = one.front(),
                   .name = std::string(one.substr(1, equals - 1)),
                   .value = std::string(equals < one.size() ? one.substr(equals + 1) : std::string_view())});
  }
  return all;
}

std::int64_t number_of(std::string_view text) {
  std::int64_t number = 0;
  std::from_chars(text.data(), text.data() + text.size(), number);
  return number;
}

std::vector<std::int64_t> numbers_of(std::string_view text) {
  std::vector<std::int64_t> all;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find(','), text.size());
    all.push_back(number_of(text.substr(0, end)));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return all;
}

/// Each member of `all` from `at` on; `c` and `e` take the next one with them.
void on_document(const std::vector<operation>& all, std::size_t at, std::size_t depth, document& data) {
  const operation& one = all[at];
  const auto inside = [&](document& inner) {
    if (at + 1 < all.size() && depth < inside_max) on_document(all, at + 1, depth + 1, inner);
  };
  switch (one.what) {
    case 'r': data.rename(one.name, one.value); break;
    case 'x': data.remove(one.name); break;
    case 'i': data.set(one.name, number_of(one.value)); break;
    case 't': data.set(one.name, one.value); break;
    case 'l': data.set(one.name, numbers_of(one.value)); break;
    case 'g': static_cast<void>(data.get<std::string>(one.name)); break;
    case 'n': static_cast<void>(data.get<std::int64_t>(one.name)); break;
    case 'c': data.change(one.name, inside); break;
    case 'e': data.each(one.name, inside); break;
    default: break;
  }
}

ordered_json& must_find(ordered_json& data, const std::string& name) {
  const auto found = data.find(name);
  if (found == data.end()) throw refused{};
  return *found;
}

const std::string& must_be_utf8(const std::string& text) {
  if (!whence::is_utf8(text)) throw refused{};
  return text;
}

void on_tree(const std::vector<operation>& all, std::size_t at, std::size_t depth, ordered_json& data) {
  const operation& one = all[at];
  const auto inside = [&](ordered_json& inner) {
    if (!inner.is_object()) throw refused{};
    if (at + 1 < all.size() && depth < inside_max) on_tree(all, at + 1, depth + 1, inner);
  };
  switch (one.what) {
    case 'r': rename(data, one.name, one.value); break;
    case 'x':
      if (data.erase(one.name) == 0) throw refused{};
      break;
    case 'i': data[must_be_utf8(one.name)] = number_of(one.value); break;
    case 't': data[must_be_utf8(one.name)] = must_be_utf8(one.value); break;
    case 'l': data[must_be_utf8(one.name)] = numbers_of(one.value); break;
    case 'g':
      if (!must_find(data, one.name).is_string()) throw refused{};
      break;
    case 'n': {
      const ordered_json& value = must_find(data, one.name);
      if (!value.is_number_integer() || (value.is_number_unsigned() && value.get<std::uint64_t>() > INT64_MAX))
        throw refused{};
      break;
    }
    case 'c': inside(must_find(data, one.name)); break;
    case 'e': {
      ordered_json& list = must_find(data, one.name);
      if (!list.is_array()) throw refused{};
      for (ordered_json& element : list) inside(element);
      break;
    }
    default: break;
  }
}

/// What the operation took with it.
std::size_t taken(const std::vector<operation>& all, std::size_t at) {
  std::size_t count = 1;
  for (std::size_t depth = 0; (all[at].what == 'c' || all[at].what == 'e') && depth < inside_max && at + 1 < all.size();
       ++depth, ++at)
    ++count;
  return count;
}

template <class Operation>
bool is_done(Operation operate) {
  try {
    operate();
    return true;
  } catch (const refused&) {
  } catch (const whence::decode_error&) {
  } catch (const whence::encode_error&) {
  }
  return false;
}

}  // namespace

void rename(ordered_json& data, const std::string& from, const std::string& to) {
  ordered_json renamed = ordered_json::object();
  must_find(data, from);
  if (from == to) return;
  if (data.contains(to)) throw refused{};
  must_be_utf8(to);
  for (auto& [name, value] : data.items()) renamed[name == from ? to : name] = std::move(value);
  data = std::move(renamed);
}

void carry_out(std::string_view operations, document& data, ordered_json* tree) {
  const std::vector<operation> all = parsed(operations);
  for (std::size_t at = 0; at < all.size(); at += taken(all, at)) {
    const std::string before = data.json();
    const bool done = is_done([&] { on_document(all, at, 0, data); });
    if (!done) holds(data.json() == before, "what was refused has changed nothing", {operations, before, data.json()});
    if (!tree) continue;
    ordered_json changed = *tree;
    const bool expected = is_done([&] { on_tree(all, at, 0, changed); });
    holds(done == expected, "an operation is refused where a tree says so", {operations, before, data.json()});
    if (expected) *tree = std::move(changed);
  }
}

}  // namespace fuzzing
