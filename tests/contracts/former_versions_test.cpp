// What a check makes of versions that are only read any more: merged ones, and those whose files are gone.
#include <doctest/doctest.h>

#include <cstdint>
#include <filesystem>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include <whence/contracts/released_contracts.hpp>

#include <tests/contracts/schema_folder.hpp>

using namespace whence;
using tests::schema_folder;
using lines = std::vector<std::string>;

namespace {

struct Priced {
  static constexpr event_type type{"Priced", 1};
  std::int64_t cents = 0;
  template <class Archive>
  void serialize(Archive& ar) {
    ar(cereal::make_nvp("cents", cents));
  }
};
struct Opened {
  static constexpr event_type type{"Opened", 1};
  std::string by;
  template <class Archive>
  void serialize(Archive& ar) {
    ar(cereal::make_nvp("by", by));
  }
};
struct Order {
  static constexpr aggregate_type type{"Order"};
  using events = whence::events<Priced, Opened>;
  void apply(const Priced&) {}
  void apply(const Opened&) {}
};

/// The same program some time later: what were two events is one.
namespace later {
struct Placed {
  static constexpr event_type type{"Placed", 2};
  std::string by;
  std::int64_t cents = 0;
  template <class Archive>
  void serialize(Archive& ar) {
    ar(cereal::make_nvp("by", by), cereal::make_nvp("cents", cents));
  }
};
struct Order {
  static constexpr aggregate_type type{"Order"};
  using events = whence::events<Placed>;
  void apply(const Placed&) {}
};
}  // namespace later
using later::Placed;

event_contracts program(upcasters through) {
  return event_contracts{}.aggregate<later::Order>().upcasting(std::move(through));
}
template <class Merge>
auto merged(Merge merge) {
  return upcast<Priced, 1>().merged_with<Opened, 1>().to<Placed, 2>(merge);
}
const auto price_alone = upcast<Priced, 1>().dropped();
const auto opened_alone = upcast<Opened, 1>().to<Placed, 2>([](document& data) { data.set("cents", 0); });
void take_price(document& data, const document& first) { data.set("cents", first.get<std::int64_t>("cents")); }

/// What was released before, and today's.
class old_folder : public schema_folder {
 public:
  old_folder(const std::string& prices, const std::string& openings) {
    release(event_contracts{}.aggregate<Order>());
    release(program(upcasters::of(merged(&take_price), price_alone, opened_alone)));
    write("order/Priced.v1.samples.jsonl", prices);
    write("order/Opened.v1.samples.jsonl", openings);
  }
};

const std::string two_prices = "{\"cents\":1}\n{\"cents\":2}\n";
const std::string three_openings = "{\"by\":\"ada\"}\n\n{\"by\":\"bob\"}\n{\"by\":\"eve\"}\n";

}  // namespace

TEST_CASE("a merge that fails is found although each of the two is read alone") {
  const old_folder folder(two_prices, three_openings);
  const auto in_pence = [](document& data, const document& first) {
    data.set("cents", first.get<std::int64_t>("pence"));
  };
  const auto found =
      check_contracts(program(upcasters::of(merged(in_pence), price_alone, opened_alone)), folder.path());
  REQUIRE(found.size() == 1);
  CHECK(found[0].what == contract_finding::kind::unread_sample);
  CHECK(found[0].event_type == "Priced");
  CHECK(found[0].file == folder.file("order/Priced.v1.samples.jsonl:1"));
  CHECK(found[0].problem == "merged with Opened version 1 (" + folder.file("order/Opened.v1.samples.jsonl:1") +
                                "): Priced version 1 cannot be upcast: /pence: is missing (and 2 pairs more)");
  CHECK(found[0].remedy ==
        "let the upcaster take what was stored; a test with the event's stored text shows what it makes of it");
}

TEST_CASE("a merge that makes what today's type refuses is found") {
  const old_folder folder(two_prices, three_openings);
  const auto without_price = [](document&, const document&) {};
  CHECK(folder.check(program(upcasters::of(merged(without_price), price_alone, opened_alone))) ==
        lines{"unread-sample Priced 1 order/Priced.v1.samples.jsonl:1: merged with Opened version 1 "
              "(order/Opened.v1.samples.jsonl:1): /cents: is missing (and 2 pairs more)"});
}

TEST_CASE("a merge that fails for one sample alone says at which lines, whichever of the two it is in") {
  const old_folder folder(two_prices, three_openings);
  const auto refuses = [](const std::string& customer, std::int64_t cents) {
    return [customer, cents](document& data, const document& first) {
      if (data.get<std::string>("by") == customer || first.get<std::int64_t>("cents") == cents)
        throw std::runtime_error("not this one");
      take_price(data, first);
    };
  };
  CHECK(folder.check(program(upcasters::of(merged(refuses("eve", 0)), price_alone, opened_alone))) ==
        lines{"unread-sample Priced 1 order/Priced.v1.samples.jsonl:1: merged with Opened version 1 "
              "(order/Opened.v1.samples.jsonl:4): Priced version 1 cannot be upcast: not this one"});
  CHECK(folder.check(program(upcasters::of(merged(refuses("", 2)), price_alone, opened_alone))) ==
        lines{"unread-sample Priced 1 order/Priced.v1.samples.jsonl:2: merged with Opened version 1 "
              "(order/Opened.v1.samples.jsonl:3): Priced version 1 cannot be upcast: not this one"});
}

TEST_CASE("what is not read alone is found although the merge reads it") {
  const old_folder folder(two_prices, three_openings);
  const auto in_pence = upcast<Priced, 1>().to<Placed, 2>([](document& data) { data.rename("pence", "cents"); });
  CHECK(folder.check(program(upcasters::of(merged(&take_price), in_pence, opened_alone))) ==
        lines{"unread-sample Priced 1 order/Priced.v1.samples.jsonl:1: Priced version 1 cannot be upcast: /pence: is "
              "missing (and 1 sample more)"});
}

TEST_CASE("a former version whose files are all gone is missed, by its name and version") {
  const old_folder folder(two_prices, three_openings);
  const auto with_first = program(upcasters::of(
      merged(&take_price), opened_alone, upcast<Placed, 1>([](document& data) { data.rename("customer", "by"); })));
  for (const char* const name : {"order/Priced.v1.schema.json", "order/Priced.v1.samples.jsonl"})
    std::filesystem::remove(folder.file(name));
  // What can only be merged with it is not blamed for it.
  CHECK(folder.check(with_first) ==
        lines{"incomplete Placed 1 : an upcaster begins at it, and there is neither a schema nor a sample of it",
              "incomplete Priced 1 : an upcaster begins at it, and there is neither a schema nor a sample of it"});
  const auto found = check_contracts(with_first, folder.path());
  const std::string rest =
      " and the samples beside it back from the history of the sources; one that was never released is written by "
      "hand, after events in a log; if no log has any, take its upcaster away";
  CHECK(folder.without_folder(found[0].remedy) == "bring order/Placed.v1.schema.json" + rest);
  CHECK(found[1].remedy == "bring Priced.v1.schema.json" + rest);  // nobody says in which folder it was
}

TEST_CASE("before the first release no former version is missed") {
  const schema_folder folder;
  CHECK(folder.check(program(upcasters::of(merged(&take_price)))) ==
        lines{"unreleased Placed 2 : has no contract yet"});
}

TEST_CASE("of two that are read together only, the one whose other is gone is not blamed for it") {
  const old_folder folder(two_prices, three_openings);
  for (const char* const name : {"order/Opened.v1.schema.json", "order/Opened.v1.samples.jsonl"})
    std::filesystem::remove(folder.file(name));
  CHECK(folder.check(program(upcasters::of(merged(&take_price)))) ==
        lines{"incomplete Opened 1 : an upcaster begins at it, and there is neither a schema nor a sample of it"});
}

TEST_CASE("a sample that does not fit is merged with none") {
  const old_folder folder("{\"cents\":\"1\"}\n", three_openings);
  CHECK(folder.check(program(upcasters::of(merged(&take_price), price_alone, opened_alone))) ==
        lines{"unfit-sample Priced 1 order/Priced.v1.samples.jsonl:1: /cents: expected an integer, found the text "
              "\"1\" (by /properties/cents/type)"});
}

TEST_CASE("each sample of both is seen in a merge, and no more pairs are made than it takes") {
  using pairs = std::vector<std::pair<std::int64_t, std::string>>;
  pairs seen;
  const auto note = [&seen](document& data, const document& first) {
    seen.emplace_back(first.get<std::int64_t>("cents"), data.get<std::string>("by"));
    take_price(data, first);
  };
  const auto noting = program(upcasters::of(merged(note)));
  CHECK(old_folder(two_prices, three_openings).check(noting).empty());
  CHECK(seen == pairs{{1, "ada"}, {2, "bob"}, {1, "eve"}});
  seen.clear();
  CHECK(old_folder(two_prices + "{\"cents\":3}\n", "{\"by\":\"ada\"}\n").check(noting).empty());
  CHECK(seen == pairs{{1, "ada"}, {2, "ada"}, {3, "ada"}});
  seen.clear();
  std::string many;
  for (int i = 0; i < 500; ++i) many.append("{\"cents\":").append(std::to_string(i)).append("}\n");
  CHECK(old_folder(many, three_openings).check(noting).empty());
  CHECK(seen.size() == 500);
}
