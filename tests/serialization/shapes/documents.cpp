// Prints, for the validator that judges them, of each shape its schema, generated documents, and documents that were changed, with
// what reading says of each: one JSON object a line.
//
//   shape_documents VALUES MUTANTS SEED
#include <cstdio>
#include <cstdlib>
#include <random>

#include <nlohmann/json.hpp>

#include <whence/core/json_text.hpp>

#include "tests/serialization/shapes/shapes.hpp"

namespace {

using nlohmann::ordered_json;

class mutator {
 public:
  explicit mutator(std::uint64_t seed) : random_(seed) {}

  /// The text, changed in one to three places.
  std::string changed(const std::string& text) {
    if (below(8) == 0) return changed_text(text);
    ordered_json tree = ordered_json::parse(text);
    for (std::size_t i = 1 + below(3); i > 0; --i) change(tree);
    return tree.dump(-1, ' ', false, ordered_json::error_handler_t::replace);
  }

 private:
  std::size_t below(std::size_t end) { return std::uniform_int_distribution<std::size_t>(0, end - 1)(random_); }

  static void collect(ordered_json& node, std::vector<ordered_json*>& nodes) {
    nodes.push_back(&node);
    if (node.is_structured())
      for (ordered_json& child : node) collect(child, nodes);
  }

  ordered_json something() {
    static const char* const values[] = {"null",
                                         "true",
                                         "false",
                                         "0",
                                         "-1",
                                         "1.5",
                                         "1.0",
                                         "-0.0",
                                         "1e2",
                                         "127",
                                         "128",
                                         "255",
                                         "256",
                                         "-129",
                                         "32768",
                                         "65536",
                                         "2147483648",
                                         "4294967296",
                                         "9007199254740993",
                                         "9223372036854775807",
                                         "9223372036854775808",
                                         "-9223372036854775809",
                                         "18446744073709551615",
                                         "18446744073709551616",
                                         "1e300",
                                         "3.5e38",
                                         "\"\"",
                                         "\"x\"",
                                         "\"paid\"",
                                         "\"Paid\"",
                                         "[]",
                                         "{}",
                                         "[1]",
                                         "[null]",
                                         "[[]]",
                                         "[1,\"a\"]",
                                         "{\"a\":1}",
                                         "{\"cash\":{}}",
                                         "{\"card\":{\"number\":\"1\"}}",
                                         "\"2026-02-30T00:00:00Z\"",
                                         "\"2026-02-28T24:00:00Z\"",
                                         "\"2026-02-28t00:00:00.5z\"",
                                         "\"2026-02-28T00:00:00+01:00\"",
                                         "\"0000-01-01T00:00:00+01:00\"",
                                         "\"2026-02-28\"",
                                         "\"PT1.5S\"",
                                         "\"PT01S\"",
                                         "\"-PT0S\"",
                                         "\"PT1M\"",
                                         "\"PT9999999999999999999S\"",
                                         "\"1.50\"",
                                         "\"-0.0\"",
                                         "\"01\"",
                                         "\"1e3\"",
                                         "\"99999999999.999999999\"",
                                         "\"AA==\"",
                                         "\"AB==\"",
                                         "\"AAA=\"",
                                         "\"AAAA\"",
                                         "\"GBP\"",
                                         "\"gbp\"",
                                         "\"00112233-4455-6677-8899-AABBCCDDEEFF\"",
                                         "\"0011223344556677-8899-aabbccddeeff\"",
                                         "\"\\u0000\"",
                                         "\"\\ud83d\\ude00\""};
    return ordered_json::parse(values[below(std::size(values))]);
  }

  void change(ordered_json& tree) {
    std::vector<ordered_json*> nodes;
    collect(tree, nodes);
    ordered_json& node = *nodes[below(nodes.size())];
    if (node.is_object() && below(4) != 0) return change_object(node);
    if (node.is_array() && below(4) != 0) return change_array(node);
    if (node.is_string() && below(2) == 0) return change_string(node);
    if (node.is_number_integer() && below(2) == 0) return change_integer(node);
    node = something();
  }

  void change_object(ordered_json& object) {
    if (object.empty() || below(3) == 0) {
      object[below(2) == 0 ? "extra" : "value"] = something();
      return;
    }
    auto member = object.begin();
    std::advance(member, below(object.size()));
    ordered_json value = member.value();
    const std::string name = member.key();
    if (below(2) == 0) {
      object.erase(name);
      if (below(2) == 0) object[name + "x"] = value;
      return;
    }
    object[name] = something();
  }

  void change_array(ordered_json& array) {
    if (array.empty() || below(3) == 0) {
      array.push_back(something());
      return;
    }
    const std::size_t at = below(array.size());
    if (below(2) == 0) {
      array.erase(at);
      return;
    }
    array.push_back(ordered_json(array[at]));
  }

  void change_string(ordered_json& node) {
    static constexpr std::string_view characters = "0123456789abcdefghZTPS.-+:=/ \n\"\\";
    auto text = node.get<std::string>();
    const char character = characters[below(characters.size())];
    const std::size_t at = below(text.size() + 1);
    if (below(3) == 0 || text.empty())
      text.insert(at, 1, character);
    else if (below(2) == 0 && at < text.size() && text[at] > 0)
      text.erase(at, 1);
    else if (at < text.size() && text[at] > 0)
      text[at] = character;
    node = text;
  }

  void change_integer(ordered_json& node) {
    const auto value = node.get<std::int64_t>();
    switch (below(4)) {
      case 0: node = static_cast<double>(value); break;
      case 1: node = value == std::numeric_limits<std::int64_t>::max() ? value : value + 1; break;
      case 2: node = value / 2; break;
      default: node = value % 1'000'000 * 1'000; break;
    }
  }

  /// What a tree cannot hold: no JSON, half a surrogate pair, names that are there twice, numbers beyond all.
  std::string changed_text(std::string text) {
    switch (below(5)) {
      case 0:
        if (text.size() > 2 && text.front() == '{') return text.substr(0, text.size() - 1) + "," + text.substr(1);
        return text + " ";
      case 1:
        if (const std::size_t quote = text.find("\":\""); quote != std::string::npos)
          return text.insert(quote + 3, below(2) == 0 ? "\\ud800" : "\\udc00x");
        return text + "x";
      case 2: {
        const std::size_t digit = text.find_first_of("0123456789");
        if (digit == std::string::npos) return text.substr(1);
        return text.insert(digit + 1, below(2) == 0 ? "e400" : "000000000000000000000000");
      }
      case 3: return text.substr(0, below(text.size()));
      default: {
        static constexpr std::string_view characters = "{}[],:\"\\tfn0-.eE ";
        const std::size_t at = below(text.size());
        if (text[at] > 0) text[at] = characters[below(characters.size())];
        return text;
      }
    }
  }

  std::mt19937_64 random_;
};

void print(const ordered_json& line) {
  const std::string text = line.dump();
  std::fwrite(text.data(), 1, text.size(), stdout);
  std::fputc('\n', stdout);
}

}  // namespace

int main(int count, char** arguments) {
  if (count != 4) {
    std::fputs("shape_documents VALUES MUTANTS SEED\n", stderr);
    return 2;
  }
  const std::uint64_t values = std::strtoull(arguments[1], nullptr, 10);
  const std::uint64_t mutants = std::strtoull(arguments[2], nullptr, 10);
  const std::uint64_t seed = std::strtoull(arguments[3], nullptr, 10);
  mutator change(seed);
  for (const auto& shape : shapes::all()) {
    print({{"shape", shape.name}, {"schema", ordered_json::parse(shape.schema())}});
    for (std::uint64_t i = 0; i < values; ++i) print({{"text", shape.document(seed + i)}});
    for (std::uint64_t i = 0; i < mutants; ++i) {
      const std::string text = change.changed(shape.document(seed + i));
      if (whence::is_utf8(text)) print({{"text", text}, {"refusal", shape.refusal(text)}});
    }
  }
  return std::ferror(stdout) ? 1 : 0;
}
