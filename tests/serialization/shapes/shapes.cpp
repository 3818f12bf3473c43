#include "tests/serialization/shapes/shapes.hpp"

#include <chrono>
#include <deque>
#include <list>
#include <set>
#include <tuple>

#include <whence/serialization/json_schema.hpp>
#include <whence/testing/generated.hpp>

#include "tests/serialization/samples.hpp"

namespace shapes {
namespace {

using namespace samples;
using whence::or_default;

struct Empty {
  template <class Archive>
  void serialize(Archive&) {}
  friend bool operator==(const Empty&, const Empty&) = default;
};

/// A tree whose branches are in all that can hold a type before it is complete.
struct Folder {
  std::string name;
  std::vector<Folder> folders;
  std::map<std::string, Folder> named;
  template <class Archive>
  void serialize(Archive& ar) {
    ar(make_nvp("name", name), make_nvp("folders", folders), make_nvp("named", named));
  }
  friend bool operator==(const Folder&, const Folder&) = default;
};

/// Two types that hold each other.
struct Reply;
struct Question {
  static constexpr std::string_view name = "question";
  std::string text;
  std::vector<Reply> replies;
  template <class Archive>
  void serialize(Archive& ar);
  friend bool operator==(const Question&, const Question&);
};
struct Remark {
  static constexpr std::string_view name = "remark";
  bool kind = true;
  template <class Archive>
  void serialize(Archive& ar) {
    ar(make_nvp("kind", kind));
  }
  friend bool operator==(const Remark&, const Remark&) = default;
};
struct Reply {
  std::variant<Question, Remark> content;
  template <class Archive>
  void serialize(Archive& ar) {
    ar(make_nvp("content", content));
  }
  friend bool operator==(const Reply&, const Reply&) = default;
};
template <class Archive>
void Question::serialize(Archive& ar) {
  ar(make_nvp("text", text), make_nvp("replies", replies));
}
bool operator==(const Question& left, const Question& right) {
  return left.text == right.text && left.replies == right.replies;
}

struct Ticket {
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
  friend bool operator==(const Ticket&, const Ticket&) = default;
};

struct Lenient {
  int known = 0;
  std::optional<Status> status{};
  Empty inside{};
  template <class Archive>
  void serialize(Archive& ar) {
    ar(whence::tolerant, make_nvp("known", known), make_nvp("status", status), make_nvp("inside", inside));
  }
  friend bool operator==(const Lenient&, const Lenient&) = default;
};

struct StrangeNames {
  int slash = 0;
  int quote = 0;
  std::optional<int> umlaut{};
  int space = 0;
  template <class Archive>
  void serialize(Archive& ar) {
    ar(make_nvp("a/b~c", slash), make_nvp("\"\\", quote), make_nvp("für", umlaut), make_nvp(" ", space));
  }
  friend bool operator==(const StrangeNames&, const StrangeNames&) = default;
};

struct Integers {
  std::int8_t i8 = 0;
  std::int16_t i16 = 0;
  std::int32_t i32 = 0;
  std::int64_t i64 = 0;
  std::uint8_t u8 = 0;
  std::uint16_t u16 = 0;
  std::uint32_t u32 = 0;
  std::uint64_t u64 = 0;
  template <class Archive>
  void serialize(Archive& ar) {
    ar(make_nvp("i8", i8), make_nvp("i16", i16), make_nvp("i32", i32), make_nvp("i64", i64));
    ar(make_nvp("u8", u8), make_nvp("u16", u16), make_nvp("u32", u32), make_nvp("u64", u64));
  }
  friend bool operator==(const Integers&, const Integers&) = default;
};

/// As events are.
struct Invoiced {
  static constexpr whence::event_type type{"Invoiced", 4};
  whence::event_id order;
  whence::id<Stock> item;
  whence::timestamp due;
  std::chrono::sys_days day;
  std::chrono::minutes reminded_after{};
  whence::money total;
  std::vector<std::pair<std::string, whence::money>> taxes;
  std::map<Status, std::uint32_t> counts;
  std::optional<std::vector<std::byte>> signature{};
  Means paid_by{};
  template <class Archive>
  void serialize(Archive& ar) {
    ar(make_nvp("order", order), make_nvp("item", item), make_nvp("due", due), make_nvp("day", day));
    ar(make_nvp("remindedAfter", reminded_after), make_nvp("total", total), make_nvp("taxes", taxes));
    ar(make_nvp("counts", counts), make_nvp("signature", signature), make_nvp("paidBy", paid_by));
  }
  friend bool operator==(const Invoiced&, const Invoiced&) = default;
};

template <class T>
shape of(std::string name) {
  return {.name = std::move(name),
          .schema = &whence::json_schema<T>,
          .document = [](std::uint64_t seed) { return whence::encode(whence::testing::generated<T>(seed)); },
          .refusal =
              [](const std::string& json) {
                try {
                  static_cast<void>(whence::decode<T>(json));
                  return std::string{};
                } catch (const whence::decode_error& refused) {
                  return refused.problem;  // what() ends at the first U+0000 of a name
                }
              },
          .round_trips = [](std::size_t values, std::uint64_t seed) { whence::testing::round_trips<T>(values, seed); }};
}

/// As the one member of an object.
template <class T>
shape holds(std::string name) {
  return of<Holds<T>>(std::move(name));
}

void add_scalars(std::vector<shape>& to) {
  to.push_back(holds<bool>("bool"));
  to.push_back(holds<std::int8_t>("int8"));
  to.push_back(holds<std::int16_t>("int16"));
  to.push_back(holds<std::int32_t>("int32"));
  to.push_back(holds<std::int64_t>("int64"));
  to.push_back(holds<std::uint8_t>("uint8"));
  to.push_back(holds<std::uint16_t>("uint16"));
  to.push_back(holds<std::uint32_t>("uint32"));
  to.push_back(holds<std::uint64_t>("uint64"));
  to.push_back(holds<float>("float"));
  to.push_back(holds<double>("double"));
  to.push_back(holds<std::string>("string"));
  to.push_back(holds<Status>("enumeration"));
  to.push_back(holds<whence::uuid>("uuid"));
  to.push_back(holds<whence::event_id>("strong id"));
  to.push_back(holds<whence::id<Stock>>("id of an aggregate"));
  to.push_back(holds<whence::timestamp>("time"));
  to.push_back(holds<std::chrono::sys_seconds>("time in seconds"));
  to.push_back(holds<std::chrono::sys_days>("day"));
  to.push_back(holds<std::chrono::nanoseconds>("nanoseconds"));
  to.push_back(holds<std::chrono::milliseconds>("milliseconds"));
  to.push_back(holds<std::chrono::seconds>("seconds"));
  to.push_back(holds<std::chrono::hours>("hours"));
  to.push_back(holds<std::chrono::duration<std::int8_t, std::ratio<1, 4>>>("quarters of a second in 8 bits"));
  to.push_back(holds<whence::decimal>("decimal"));
  to.push_back(holds<whence::currency_code>("currency"));
  to.push_back(holds<whence::money>("money"));
  to.push_back(holds<std::vector<std::byte>>("bytes"));
  to.push_back(holds<std::array<std::byte, 1>>("1 byte"));
  to.push_back(holds<std::array<std::byte, 2>>("2 bytes"));
  to.push_back(holds<std::array<std::byte, 3>>("3 bytes"));
  to.push_back(holds<std::array<std::byte, 0>>("no bytes"));
}

void add_holders(std::vector<shape>& to) {
  to.push_back(holds<std::optional<int>>("optional integer"));
  to.push_back(holds<std::optional<Status>>("optional enumeration"));
  to.push_back(holds<std::optional<Means>>("optional variant"));
  to.push_back(holds<std::optional<std::vector<int>>>("optional list"));
  to.push_back(holds<Means>("variant"));
  to.push_back(holds<std::vector<int>>("list"));
  to.push_back(holds<std::vector<bool>>("list of booleans"));
  to.push_back(holds<std::vector<std::string>>("list of texts"));
  to.push_back(holds<std::vector<std::optional<int>>>("list of optionals"));
  to.push_back(holds<std::vector<std::vector<std::int16_t>>>("list of lists"));
  to.push_back(holds<std::deque<Point>>("deque of objects"));
  to.push_back(holds<std::list<Means>>("linked list of variants"));
  to.push_back(holds<std::array<int, 3>>("array"));
  to.push_back(holds<std::array<std::optional<bool>, 2>>("array of optionals"));
  to.push_back(holds<std::array<int, 0>>("array of none"));
  to.push_back(holds<std::set<int>>("set of integers"));
  to.push_back(holds<std::set<std::string>>("set of texts"));
  to.push_back(holds<std::set<std::pair<Status, bool>>>("set of pairs"));
  to.push_back(holds<std::set<std::int64_t>>("set of large integers"));
  to.push_back(holds<std::map<std::string, int>>("map"));
  to.push_back(holds<std::map<std::string, std::map<std::string, bool>>>("map of maps"));
  to.push_back(holds<std::map<int, std::string>>("map of integers"));
  to.push_back(holds<std::map<Status, Line>>("map of an enumeration"));
  to.push_back(holds<std::map<whence::event_id, std::optional<double>>>("map of ids"));
  to.push_back(holds<std::map<whence::decimal, int>>("map of decimals"));
  to.push_back(holds<std::pair<int, std::string>>("pair"));
  to.push_back(holds<std::tuple<bool, std::optional<int>, std::vector<int>>>("tuple"));
  to.push_back(holds<std::tuple<>>("empty tuple"));
  to.push_back(holds<std::tuple<std::tuple<int>, std::pair<bool, bool>>>("tuple of tuples"));
}

void add_objects(std::vector<shape>& to) {
  to.push_back(of<Empty>("empty object"));
  to.push_back(of<Point>("object with a free function"));
  to.push_back(of<Integers>("object of integers"));
  to.push_back(of<StrangeNames>("object with strange names"));
  to.push_back(of<Order>("order"));
  to.push_back(of<Ticket>("object with defaults"));
  to.push_back(of<Lenient>("tolerant object"));
  to.push_back(of<Tree>("tree"));
  to.push_back(holds<std::optional<Tree>>("optional tree"));
  to.push_back(of<Folder>("folder"));
  to.push_back(of<Reply>("types that hold each other"));
  to.push_back(of<Invoiced>("event"));
  to.push_back(of<std::vector<Order>>("list of orders"));
  to.push_back(of<std::map<std::string, Invoiced>>("map of events"));
  to.push_back(of<std::string>("bare text"));
  to.push_back(of<std::optional<std::uint64_t>>("bare optional integer"));
}

}  // namespace

const std::vector<shape>& all() {
  static const std::vector<shape> shapes = [] {
    std::vector<shape> made;
    add_scalars(made);
    add_holders(made);
    add_objects(made);
    return made;
  }();
  return shapes;
}

}  // namespace shapes
