// Contracts in a folder: what is released, what is never written again, and what a check finds.
#include <doctest/doctest.h>

#include <algorithm>
#include <filesystem>
#include <string>
#include <vector>

#include <whence/contracts/contract_folder.hpp>
#include <whence/contracts/released_contracts.hpp>

#include <tests/contracts/schema_folder.hpp>

using namespace whence;
using tests::schema_folder;
namespace fs = std::filesystem;

namespace {

struct Deposited {
  static constexpr event_type type{"Deposited", 1};
  std::int64_t amount = 0;
  std::string by;
  template <class Archive>
  void serialize(Archive& ar) {
    ar(cereal::make_nvp("amount", amount), cereal::make_nvp("by", by));
  }
};
struct AccountClosed {
  static constexpr event_type type{"AccountClosed", 1};
  template <class Archive>
  void serialize(Archive&) {}
};
struct SavingsAccount {
  static constexpr aggregate_type type{"SavingsAccount"};
  using events = whence::events<Deposited, AccountClosed>;
  void apply(const Deposited&) {}
  void apply(const AccountClosed&) {}
};

/// The same program some time later.
namespace later {

/// Changed, and its version is not.
struct Deposited {
  static constexpr event_type type{"Deposited", 1};
  std::int64_t cents = 0;
  std::string by;
  std::optional<std::string> note;
  template <class Archive>
  void serialize(Archive& ar) {
    ar(cereal::make_nvp("cents", cents), cereal::make_nvp("by", by), cereal::make_nvp("note", note));
  }
};
struct Reordered {
  static constexpr event_type type{"Deposited", 1};
  std::int64_t amount = 0;
  std::string by;
  template <class Archive>
  void serialize(Archive& ar) {
    ar(cereal::make_nvp("by", by), cereal::make_nvp("amount", amount));
  }
};
struct WithNote {
  static constexpr event_type type{"Deposited", 1};
  std::int64_t amount = 0;
  std::string by;
  std::optional<std::string> note;
  template <class Archive>
  void serialize(Archive& ar) {
    ar(cereal::make_nvp("amount", amount), cereal::make_nvp("by", by), cereal::make_nvp("note", note));
  }
};
struct Deposited2 : Deposited {
  static constexpr event_type type{"Deposited", 2};
};

template <class Deposit>
struct Account {
  static constexpr aggregate_type type{"SavingsAccount"};
  using events = whence::events<Deposit>;
  void apply(const Deposit&) {}
};
struct Both {
  static constexpr aggregate_type type{"SavingsAccount"};
  using events = whence::events<AccountClosed, Deposited>;
  void apply(const AccountClosed&) {}
  void apply(const Deposited&) {}
};
struct Renamed {
  static constexpr aggregate_type type{"Account"};
  using events = whence::events<::Deposited>;
  void apply(const ::Deposited&) {}
};

}  // namespace later

/// An event with a default, and a number of cents.
namespace tips {

template <class Cents>
struct of {
  static constexpr event_type type{"Tipped", 1};
  Cents cents{};
  std::string currency;
  std::string standard = "GBP";
  template <class Archive>
  void serialize(Archive& ar) {
    ar(cereal::make_nvp("cents", cents), or_default(cereal::make_nvp("currency", currency), standard));
  }
};
struct Tipped : of<std::int64_t> {};
struct InEuros : of<std::int64_t> {
  InEuros() { standard = "EUR"; }
};
struct InFractions : of<double> {};

}  // namespace tips

struct Slashed {
  static constexpr event_type type{"../../passwd", 1};
  template <class Archive>
  void serialize(Archive&) {}
};
struct SlashedAccount {
  static constexpr aggregate_type type{"Account"};
  using events = whence::events<Slashed>;
  void apply(const Slashed&) {}
};

template <class Aggregate>
event_contracts contracts_of() {
  return event_contracts{}.aggregate<Aggregate>();
}
const event_contracts today = contracts_of<SavingsAccount>();

event_contracts version_two(upcasters through) {
  return contracts_of<later::Account<later::Deposited2>>().upcasting(std::move(through));
}
const auto to_cents = upcast<later::Deposited2, 1>([](document& data) { data.rename("amount", "cents"); });
const auto closed_is_dropped = upcast<AccountClosed, 1>().dropped();

using lines = std::vector<std::string>;
const std::string schema_of_deposit = "savings-account/Deposited.v1.schema.json";
const std::string samples_of_deposit = "savings-account/Deposited.v1.samples.jsonl";

}  // namespace

TEST_CASE(
    "a released version that is described otherwise is an error that says which member; nothing is written, of any "
    "event") {
  const schema_folder folder;
  folder.release(contracts_of<later::Account<Deposited>>());
  const auto before = folder.all();
  try {
    folder.release(contracts_of<later::Both>());
    FAIL("it was released");
  } catch (const contract_changed& changed) {
    CHECK(changed.event_type == "Deposited");
    CHECK(changed.version == 1);
    CHECK(changed.pointer == "/amount");
    CHECK(changed.file == folder.file(schema_of_deposit));
    CHECK(changed.text().what ==
          "Deposited version 1 was released, and is described otherwise now: /amount: a member is gone that was "
          "required (and 2 more); "
          "nothing was written");
    CHECK(changed.text().remedy.starts_with("give the event a new version and upcast<Deposited, 1>("));
  }
  CHECK(folder.all() == before);
}

TEST_CASE("also a change with which old events are read needs a new version") {
  const schema_folder folder;
  folder.release(today);
  try {
    folder.release(contracts_of<later::Account<later::WithNote>>());
    FAIL("it was released");
  } catch (const contract_changed& changed) {
    CHECK(changed.pointer == "/note");
    CHECK(changed.text().remedy ==
          "give the event a new version, `event_type type{\"Deposited\", 2}`, and `upcast<Deposited, 1>([](document&) "
          "{})`: "
          "events of before are read as they stand");
  }
}

TEST_CASE("a change with which old events say something else is told so, also where they are read") {
  const auto remedy_for = [](const event_contracts& before, const event_contracts& after) -> std::string {
    const schema_folder folder;
    folder.release(before);
    const auto found = check_contracts(after, folder.path());
    REQUIRE(!found.empty());
    return found.front().remedy;
  };
  const std::string new_version =
      "give the event a new version, `event_type type{\"Tipped\", 2}`, and `upcast<Tipped, 1>([](document&) {})`: ";
  CHECK(remedy_for(contracts_of<later::Account<tips::Tipped>>(), contracts_of<later::Account<tips::InEuros>>()) ==
        new_version +
            "events of before are read; events of before that lack it mean something else from now on; if that is not "
            "meant: leave the default, or give the event a new version and upcast<Tipped, 1>([](document& data) { if "
            "(!data.has(\"currency\")) data.set(\"currency\", …); })");
  CHECK(remedy_for(contracts_of<later::Account<tips::Tipped>>(), contracts_of<later::Account<tips::InFractions>>()) ==
        new_version +
            "events of before are read; beyond 2^53 a whole number is read as the nearest double now; if that is not "
            "meant: keep whole numbers; else nothing for the log; replace all programs that read before one that "
            "writes");
}

TEST_CASE("a program older than what was released releases nothing, of any event") {
  const schema_folder folder;
  folder.release(contracts_of<later::Account<later::Deposited2>>());
  const auto before = folder.all();
  for (const release_mode mode : {release_mode::look, release_mode::write}) {
    try {
      folder.release(today, mode);
      FAIL("it was released");
    } catch (const contract_newer& newer) {
      CHECK(newer.event_type == "Deposited");
      CHECK(newer.version == 2);
      CHECK(newer.version_of_program == 1);
      CHECK(newer.file == folder.file("savings-account/Deposited.v2.schema.json"));
    }
  }
  CHECK(folder.all() == before);
}

TEST_CASE("a name that is no file's is refused before anything is written") {
  const schema_folder folder;
  CHECK_THROWS_AS(folder.release(contracts_of<SlashedAccount>()), contract_unfit_name);
  CHECK(folder.all().empty());
}

TEST_CASE("an event that was released as another aggregate's is refused") {
  const schema_folder folder;
  folder.release(today);
  const auto before = folder.all();
  CHECK_THROWS_AS(folder.release(contracts_of<later::Renamed>()), contract_misplaced);
  CHECK(folder.all() == before);
  CHECK(folder.check(contracts_of<later::Renamed>())[1] ==
        "misplaced Deposited 1 " + schema_of_deposit + ": it is an event of Account today");
}

TEST_CASE("a released schema that is gone is not made anew") {
  const schema_folder folder;
  folder.release(today);
  folder.write(samples_of_deposit, folder.read(samples_of_deposit) + "{\"amount\":7,\"by\":\"ada\"}\n");
  fs::remove(folder.file(schema_of_deposit));
  const auto before = folder.all();
  CHECK_THROWS_AS(folder.release(today), contract_incomplete);
  CHECK_THROWS_AS(folder.release(today, release_mode::look), contract_incomplete);
  CHECK(folder.all() == before);
  CHECK(folder.check(today) == std::vector<std::string>{"incomplete Deposited 1 " + samples_of_deposit +
                                                        ": there is no schema beside the samples"});
}

TEST_CASE("a release that was broken off behind the samples goes on") {
  const schema_folder folder;
  folder.release(today);
  const auto whole = folder.all();
  fs::remove(folder.file(schema_of_deposit));
  CHECK(folder.check(today)[0] == "unreleased Deposited 1 : has no contract yet");
  folder.release(today);
  CHECK(folder.all() == whole);
}

TEST_CASE("two types of one name are refused") {
  CHECK_THROWS_AS(event_contracts{}.aggregate<SavingsAccount>().aggregate<later::Account<later::Deposited>>(),
                  duplicate_event_type);
}

TEST_CASE("a release writes the same bytes each time, and only what is not there") {
  const schema_folder one;
  const schema_folder other;
  const auto released = one.release(today);
  REQUIRE(released.size() == 2);
  CHECK(released[1].event_type == "Deposited");
  CHECK(released[1].aggregate_type == "SavingsAccount");
  CHECK(released[1].is_new);
  other.release(today);
  CHECK(one.all() == other.all());
  CHECK(one.all().size() == 4);
  CHECK(one.read(schema_of_deposit) == R"({
  "$schema": "https://json-schema.org/draft/2020-12/schema",
  "additionalProperties": false,
  "properties": {
    "amount": {
      "maximum": 9223372036854775807,
      "minimum": -9223372036854775808,
      "type": "integer"
    },
    "by": {
      "type": "string"
    }
  },
  "required": [
    "amount",
    "by"
  ],
  "title": "Deposited version 1",
  "type": "object"
}
)");
  CHECK(one.read("savings-account/AccountClosed.v1.samples.jsonl") == "{}\n");
  const auto again = one.release(today);
  CHECK(std::none_of(again.begin(), again.end(), [](const released_contract& each) { return each.is_new; }));
  CHECK(one.all() == other.all());
  CHECK(one.check(today).empty());
}

TEST_CASE("nothing is written when one only looks") {
  const schema_folder folder;
  CHECK(folder.release(today, release_mode::look).front().is_new);
  CHECK(folder.all().empty());
}

TEST_CASE("members in another order are the same contract, and so is what is only said of values") {
  const schema_folder folder;
  folder.release(contracts_of<later::Account<Deposited>>());
  const auto reordered = contracts_of<later::Account<later::Reordered>>();
  CHECK(folder.check(reordered).empty());
  folder.release(reordered);
  std::string told = folder.read(schema_of_deposit);
  told.insert(told.find("\"by\": {") + 7, R"("description":"who",)");
  folder.write(schema_of_deposit, told);
  CHECK(folder.check(reordered).empty());
}

TEST_CASE("a check names each version that is not released") {
  const schema_folder folder;
  CHECK(folder.check(today) ==
        lines{"unreleased AccountClosed 1 : has no contract yet", "unreleased Deposited 1 : has no contract yet"});
}

TEST_CASE("a check finds a changed description, with the member") {
  const schema_folder folder;
  folder.release(contracts_of<later::Account<Deposited>>());
  const auto found = folder.check(contracts_of<later::Account<later::Deposited>>());
  CHECK(found.front() == "changed Deposited 1 " + schema_of_deposit + ": /amount: a member is gone that was required");
  // Its samples are not read either.
  CHECK(found[1] == "unread-sample Deposited 1 " + samples_of_deposit + ":1: /cents: is missing (and 23 samples more)");
}

TEST_CASE("samples of every version are read through the upcasters to today's type, or the check says which are not") {
  const schema_folder folder;
  folder.release(today);
  const auto without = version_two(upcasters::of(closed_is_dropped));
  const auto found = folder.check(without);
  CHECK(found[0] == "unread-sample Deposited 1 " + samples_of_deposit +
                        ":1: no upcaster leads from Deposited version 1 to version 2 (and 23 samples more)");
  CHECK(found.back() == "unreleased Deposited 2 : has no contract yet");

  const auto with = version_two(upcasters::of(to_cents, closed_is_dropped));
  CHECK(folder.check(with) == lines{"unreleased Deposited 2 : has no contract yet"});
  folder.release(with);
  CHECK(folder.check(with).empty());
  CHECK(folder.all().size() == 6);

  const auto wrong = version_two(upcasters::of(
      upcast<later::Deposited2, 1>([](document& data) { data.rename("amount", "pence"); }), closed_is_dropped));
  CHECK(folder.check(wrong).front() ==
        "unread-sample Deposited 1 " + samples_of_deposit + ":1: /cents: is missing (and 23 samples more)");

  const auto forgotten = version_two(upcasters::of(to_cents));
  CHECK(folder.check(forgotten) ==
        lines{"unread-sample AccountClosed 1 savings-account/AccountClosed.v1.samples.jsonl:1: the program has no "
              "event AccountClosed version 1"});
}

TEST_CASE("a sample of what is merged is read together with one of its neighbour") {
  const schema_folder folder;
  folder.release(today);
  const auto merged = contracts_of<later::Account<later::Deposited2>>().upcasting(
      upcasters::of(upcast<later::Deposited2, 1>().merged_with<AccountClosed, 1>().to<later::Deposited2, 2>(
          [](document& data, const document& first) {
            data.set("cents", first.get<std::int64_t>("amount"));
            data.set("by", "ada");
          })));
  CHECK(folder.check(merged) == lines{"unreleased Deposited 2 : has no contract yet"});
}

TEST_CASE("a version that the program does not have yet is told, and none of its samples is read") {
  const schema_folder folder;
  folder.release(today);
  const auto newer = version_two(upcasters::of(to_cents, closed_is_dropped));
  folder.release(newer);
  CHECK(folder.check(today) ==
        lines{"newer Deposited 2 savings-account/Deposited.v2.schema.json: it belongs to a newer "
              "build: this program has version 1"});
}

TEST_CASE("what was changed by hand is found") {
  const schema_folder folder;
  folder.release(today);
  SUBCASE("a sample that does not fit") {
    folder.write(samples_of_deposit, folder.read(samples_of_deposit) + "{\"amount\":1}\n\nnot json\n");
    const auto found = folder.check(today);
    CHECK(found.size() == 4);
    CHECK(found[0] == "unfit-sample Deposited 1 " + samples_of_deposit +
                          ":25: /by: expected a member, found nothing (by /required)");
    CHECK(found[1].starts_with("unfit-sample Deposited 1 " + samples_of_deposit + ":27: "));
    CHECK(found[2] == "unread-sample Deposited 1 " + samples_of_deposit + ":25: /by: is missing");
    CHECK(found[3].starts_with("unread-sample Deposited 1 " + samples_of_deposit + ":27: "));
  }
  SUBCASE("a schema that is none") {
    folder.write(schema_of_deposit, "{\"type\":");
    CHECK(folder.check(today) == lines{"unreadable-schema Deposited 1 " + schema_of_deposit + ": no JSON from byte 9"});
    CHECK_THROWS_AS(folder.release(today), schema_malformed);
  }
  SUBCASE("a schema with a keyword that is not checked") {
    folder.write(schema_of_deposit, R"({"format":"email"})");
    CHECK(folder.check(today) == lines{"unreadable-schema Deposited 1 " + schema_of_deposit +
                                       ": /format: the keyword \"format\" is not checked here"});
    CHECK_THROWS_AS(folder.release(today), schema_unsupported);
  }
  SUBCASE("samples that are gone") {
    fs::remove(folder.file(samples_of_deposit));
    CHECK(folder.check(today) ==
          lines{"incomplete Deposited 1 " + schema_of_deposit + ": there are no samples beside the schema"});
  }
  SUBCASE("samples without a line") {
    folder.write(samples_of_deposit, "\n");
    CHECK(folder.check(today) == lines{"incomplete Deposited 1 " + samples_of_deposit + ": there is no sample in it"});
  }
  SUBCASE("a schema of a former version that is gone") {
    folder.write("savings-account/Retired.v3.samples.jsonl", "{}\n");
    const auto found = folder.check(today);
    CHECK(found[0] ==
          "incomplete Retired 3 savings-account/Retired.v3.samples.jsonl: there is no schema beside the samples");
    CHECK(found[1].ends_with("the program has no event Retired version 3"));
  }
}

TEST_CASE("files of other names are left alone") {
  const schema_folder folder;
  folder.release(today);
  folder.write("order.schema.json", "nothing of ours");
  folder.write("savings-account/README.md", "nothing of ours");
  folder.write("savings-account/Deposited.v01.schema.json", "no version");
  folder.write("savings-account/Deposited.schema.json", "no version");
  CHECK(folder.check(today).empty());
}

TEST_CASE("a folder is named in kebab-case") {
  using whence::detail::kebab_case;
  CHECK(kebab_case("Order") == "order");
  CHECK(kebab_case("CreditNote") == "credit-note");
  CHECK(kebab_case("HTTPRequest") == "http-request");
  CHECK(kebab_case("Stock2Item") == "stock2-item");
  CHECK(kebab_case("credit_note") == "credit-note");
}
