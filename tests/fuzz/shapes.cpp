#include "tests/fuzz/shapes.hpp"

#include <chrono>
#include <deque>
#include <list>
#include <set>
#include <tuple>

#include <whence/serialization/binary.hpp>
#include <whence/serialization/json_schema.hpp>

#include "tests/serialization/samples.hpp"

namespace fuzzing {
namespace {

using namespace samples;
using whence::or_default;

struct Integers {
  std::int8_t i8 = 0;
  std::int32_t i32 = 0;
  std::int64_t i64 = 0;
  std::uint16_t u16 = 0;
  std::uint64_t u64 = 0;
  bool flag = false;
  template <class Archive>
  void serialize(Archive& ar) {
    ar(make_nvp("i8", i8), make_nvp("i32", i32), make_nvp("i64", i64), make_nvp("u16", u16), make_nvp("u64", u64),
       make_nvp("flag", flag));
  }
};

struct Numbers {
  double number = 0;
  float small = 0;
  std::vector<double> more;
  std::optional<float> perhaps{};
  template <class Archive>
  void serialize(Archive& ar) {
    ar(make_nvp("number", number), make_nvp("small", small), make_nvp("more", more), make_nvp("perhaps", perhaps));
  }
};

struct Times {
  whence::timestamp at;
  std::chrono::sys_seconds second;
  std::chrono::sys_days day;
  std::chrono::nanoseconds fine{};
  std::chrono::minutes coarse{};
  std::chrono::duration<std::int8_t, std::ratio<1, 4>> quarters{};
  template <class Archive>
  void serialize(Archive& ar) {
    ar(make_nvp("at", at), make_nvp("second", second), make_nvp("day", day), make_nvp("fine", fine),
       make_nvp("coarse", coarse), make_nvp("quarters", quarters));
  }
};

struct Texts {
  std::string text;
  whence::uuid id;
  whence::decimal amount;
  whence::money price;
  std::vector<std::byte> bytes;
  std::array<std::byte, 2> two{};
  Status status = Status::none;
  template <class Archive>
  void serialize(Archive& ar) {
    ar(make_nvp("text", text), make_nvp("id", id), make_nvp("amount", amount), make_nvp("price", price),
       make_nvp("bytes", bytes), make_nvp("two", two), make_nvp("status", status));
  }
};

struct Lists {
  std::vector<bool> flags;
  std::array<int, 3> three{};
  std::tuple<bool, std::optional<int>, std::vector<int>> mixed;
  std::set<std::string> labels;
  std::set<std::pair<Status, bool>> pairs;
  std::map<int, std::string> by_number;
  std::map<whence::decimal, int> by_amount;
  std::map<std::string, std::list<Means>> by_name;
  template <class Archive>
  void serialize(Archive& ar) {
    ar(make_nvp("flags", flags), make_nvp("three", three), make_nvp("mixed", mixed), make_nvp("labels", labels));
    ar(make_nvp("pairs", pairs), make_nvp("byNumber", by_number), make_nvp("byAmount", by_amount),
       make_nvp("byName", by_name));
  }
};

struct Defaults {
  std::string title;
  int priority = 0;
  std::optional<int> limit{};
  std::set<std::string> labels;
  template <class Archive>
  void serialize(Archive& ar) {
    ar(make_nvp("title", title), or_default(make_nvp("priority", priority), 3),
       or_default(make_nvp("limit", limit), 7));
    ar(or_default(make_nvp("labels", labels), {"new"}));
  }
};

/// Passes over what it does not know, with a strict type inside.
struct Lenient {
  int known = 0;
  std::optional<Status> status{};
  std::optional<Line> line{};
  template <class Archive>
  void serialize(Archive& ar) {
    ar(whence::tolerant, make_nvp("known", known), make_nvp("status", status), make_nvp("line", line));
  }
};

struct Folder {
  std::string name;
  std::vector<Folder> folders;
  std::map<std::string, Folder> named;
  template <class Archive>
  void serialize(Archive& ar) {
    ar(make_nvp("name", name), make_nvp("folders", folders), make_nvp("named", named));
  }
};

struct StrangeNames {
  int slash = 0;
  int quote = 0;
  std::optional<int> umlaut{};
  int nothing = 0;
  template <class Archive>
  void serialize(Archive& ar) {
    ar(make_nvp("a/b~c", slash), make_nvp("\"\\", quote), make_nvp("für", umlaut), make_nvp("", nothing));
  }
};

template <class T>
forms forms_of(const T& value) {
  return {whence::encode(value), whence::encode_binary(value)};
}

template <class T>
constexpr shape of() {
  return {.schema = &whence::json_schema<T>,
          .from_json = [](std::string_view json) { return forms_of(whence::decode<T>(json)); },
          .from_binary = [](std::string_view data) { return forms_of(whence::decode_binary<T>(data)); }};
}

constexpr shape all[] = {of<Order>(),  of<Integers>(),     of<Numbers>(),     of<Times>(),
                         of<Texts>(),  of<Lists>(),        of<Defaults>(),    of<Lenient>(),
                         of<Folder>(), of<StrangeNames>(), of<std::string>(), of<std::optional<std::uint64_t>>()};

}  // namespace

std::span<const shape> shapes() { return all; }

const shape& shape_of(char choice) { return all[static_cast<unsigned char>(choice - 'a') % std::size(all)]; }

}  // namespace fuzzing
