// How fast values come back: from JSON, beside a decoder written by hand on nlohmann/json for the same types; and from binary.
// Prints `figure: value` lines; each rate is the best of the rounds, which take turns.
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include <whence/serialization/binary.hpp>
#include <whence/serialization/json.hpp>

namespace {

using cereal::make_nvp;

struct Line {
  std::string item;
  std::int32_t quantity = 0;
  std::int64_t price = 0;
  template <class Archive>
  void serialize(Archive& ar) {
    ar(make_nvp("item", item), make_nvp("quantity", quantity), make_nvp("price", price));
  }
};

struct Placed {
  std::string customer;
  std::string country;
  std::vector<Line> lines;
  std::optional<std::string> note{};
  double weight = 0;
  bool gift = false;
  template <class Archive>
  void serialize(Archive& ar) {
    ar(make_nvp("customerId", customer), make_nvp("country", country), make_nvp("lines", lines),
       make_nvp("note", note));
    ar(make_nvp("weight", weight), make_nvp("gift", gift));
  }
};

void from_json(const nlohmann::json& json, Line& line) {
  json.at("item").get_to(line.item);
  json.at("quantity").get_to(line.quantity);
  json.at("price").get_to(line.price);
}

void from_json(const nlohmann::json& json, Placed& placed) {
  json.at("customerId").get_to(placed.customer);
  json.at("country").get_to(placed.country);
  json.at("lines").get_to(placed.lines);
  if (const auto note = json.find("note"); note != json.end()) placed.note = note->get<std::string>();
  json.at("weight").get_to(placed.weight);
  json.at("gift").get_to(placed.gift);
}

Placed event_of(int number) {
  Placed placed{"customer-" + std::to_string(number), "United Kingdom", {}};
  for (int i = 0; i <= number % 5; ++i)
    placed.lines.push_back({"item-" + std::to_string(number + i), i + 1, 123'456 + number});
  if (number % 4 == 0) placed.note = "leave it at the door";
  placed.weight = number / 8.0;
  return placed;
}

struct contender {
  const char* name;
  std::function<std::size_t()> decode_all;
  double best = 0;
};

}  // namespace

int main(int count, char** arguments) {
  const int rounds = count > 1 ? std::max(1, std::atoi(arguments[1])) : 15;
  constexpr int events = 2'000;
  std::vector<std::string> json;
  std::vector<std::string> binary;
  std::size_t json_bytes = 0;
  std::size_t binary_bytes = 0;
  for (int i = 0; i < events; ++i) {
    json.push_back(whence::encode(event_of(i)));
    binary.push_back(whence::encode_binary(event_of(i)));
    json_bytes += json.back().size();
    binary_bytes += binary.back().size();
  }
  whence::json_decoder decoder;
  const auto all = [](const std::vector<std::string>& texts, auto decode) {
    std::size_t lines = 0;
    for (const std::string& text : texts) lines += decode(text).lines.size();
    return lines;
  };
  contender contenders[] = {
      {"nlohmann",
       [&] { return all(json, [](const std::string& text) { return nlohmann::json::parse(text).get<Placed>(); }); }},
      {"JSON", [&] { return all(json, [&](const std::string& text) { return decoder.decode<Placed>(text); }); }},
      {"binary",
       [&] { return all(binary, [](const std::string& data) { return whence::decode_binary<Placed>(data); }); }}};
  const std::size_t lines = contenders[0].decode_all();
  for (int round = 0; round < rounds; ++round) {
    for (contender& one : contenders) {
      const auto begin = std::chrono::steady_clock::now();
      if (one.decode_all() != lines) {
        std::fprintf(stderr, "codec_speed: %s decoded something else\n", one.name);
        return 1;
      }
      const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begin;
      one.best = std::max(one.best, events / took.count());
    }
  }
  std::printf("events/s from JSON, by hand on nlohmann: %.0f\n", contenders[0].best);
  std::printf("events/s from JSON: %.0f\n", contenders[1].best);
  std::printf("events/s from binary: %.0f\n", contenders[2].best);
  std::printf("JSON, of by hand on nlohmann (at least 0.8): %.2f\n", contenders[1].best / contenders[0].best);
  std::printf("binary, of JSON (at least 3): %.2f\n", contenders[2].best / contenders[1].best);
  std::printf("bytes of binary, of JSON: %.2f\n", static_cast<double>(binary_bytes) / static_cast<double>(json_bytes));
  return contenders[1].best >= 0.8 * contenders[0].best && contenders[2].best >= 3 * contenders[1].best ? 0 : 1;
}
