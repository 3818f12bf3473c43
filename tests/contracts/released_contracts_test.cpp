// Contracts in a folder: what is released, what is never written again, and what a check finds.
#include <doctest/doctest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <string>
#include <vector>

#include <whence/contracts/contract_folder.hpp>
#include <whence/contracts/released_contracts.hpp>

#include <tests/temporary_folder.hpp>

using namespace whence;
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

class contract_folder {
 public:
  std::string path() const { return folder_.file("schemas"); }
  std::string file(const std::string& name) const { return path() + "/" + name; }

  std::string read(const std::string& name) const {
    std::ifstream in(file(name), std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
  }
  void write(const std::string& name, const std::string& content) const {
    fs::create_directories(fs::path(file(name)).parent_path());
    std::ofstream(file(name), std::ios::binary) << content;
  }
  /// Every file, with what is in it.
  std::map<std::string, std::string> all() const {
    std::map<std::string, std::string> files;
    if (!fs::exists(path())) return files;
    for (const auto& entry : fs::recursive_directory_iterator(path()))
      if (entry.is_regular_file()) {
        const std::string name = fs::relative(entry.path(), path()).string();
        files[name] = read(name);
      }
    return files;
  }

  std::vector<released_contract> release(const event_contracts& contracts,
                                         release_mode mode = release_mode::write) const {
    return release_contracts(contracts, path(), mode);
  }
  /// "unreleased Deposited 1 : has no contract yet"
  std::vector<std::string> check(const event_contracts& contracts) const {
    std::vector<std::string> found;
    for (const contract_finding& one : check_contracts(contracts, path())) {
      CHECK(!one.remedy.empty());
      std::string where = one.file;
      if (const std::size_t at = where.find("schemas/"); at != std::string::npos) where = where.substr(at + 8);
      found.push_back(std::string(name_of(one.what)) + " " + one.event_type + " " + std::to_string(one.version) + " " +
                      where + ": " + one.problem);
    }
    return found;
  }

 private:
  tests::temporary_folder folder_;
};

using lines = std::vector<std::string>;
const std::string schema_of_deposit = "savings-account/Deposited.v1.schema.json";
const std::string samples_of_deposit = "savings-account/Deposited.v1.samples.jsonl";

}  // namespace

TEST_CASE(
    "a released version that is described otherwise is an error that says which member; nothing is written, of any "
    "event") {
  const contract_folder folder;
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
  const contract_folder folder;
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

TEST_CASE("a name that is no file's is refused before anything is written") {
  const contract_folder folder;
  CHECK_THROWS_AS(folder.release(contracts_of<SlashedAccount>()), contract_unfit_name);
  CHECK(folder.all().empty());
}

TEST_CASE("an event that was released as another aggregate's is refused") {
  const contract_folder folder;
  folder.release(today);
  const auto before = folder.all();
  CHECK_THROWS_AS(folder.release(contracts_of<later::Renamed>()), contract_misplaced);
  CHECK(folder.all() == before);
  CHECK(folder.check(contracts_of<later::Renamed>())[1] ==
        "misplaced Deposited 1 " + schema_of_deposit + ": it is an event of Account today");
}

TEST_CASE("a released schema that is gone is not made anew") {
  const contract_folder folder;
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
  const contract_folder folder;
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
  const contract_folder one;
  const contract_folder other;
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
  const contract_folder folder;
  CHECK(folder.release(today, release_mode::look).front().is_new);
  CHECK(folder.all().empty());
}

TEST_CASE("members in another order are the same contract, and so is what is only said of values") {
  const contract_folder folder;
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
  const contract_folder folder;
  CHECK(folder.check(today) ==
        lines{"unreleased AccountClosed 1 : has no contract yet", "unreleased Deposited 1 : has no contract yet"});
}

TEST_CASE("a check finds a changed description, with the member") {
  const contract_folder folder;
  folder.release(contracts_of<later::Account<Deposited>>());
  const auto found = folder.check(contracts_of<later::Account<later::Deposited>>());
  CHECK(found.front() == "changed Deposited 1 " + schema_of_deposit + ": /amount: a member is gone that was required");
  // Its samples are not read either.
  CHECK(found[1] == "unread-sample Deposited 1 " + samples_of_deposit + ":1: /cents: is missing (and 23 samples more)");
}

TEST_CASE("samples of every version are read through the upcasters to today's type, or the check says which are not") {
  const contract_folder folder;
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
  const contract_folder folder;
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
  const contract_folder folder;
  folder.release(today);
  const auto newer = version_two(upcasters::of(to_cents, closed_is_dropped));
  folder.release(newer);
  CHECK(folder.check(today) ==
        lines{"newer Deposited 2 savings-account/Deposited.v2.schema.json: the program has version 1"});
}

TEST_CASE("what was changed by hand is found") {
  const contract_folder folder;
  folder.release(today);
  SUBCASE("a sample that does not fit") {
    folder.write(samples_of_deposit, folder.read(samples_of_deposit) + "{\"amount\":1}\n\nnot json\n");
    const auto found = folder.check(today);
    CHECK(found.size() == 2);
    CHECK(found[0] == "unfit-sample Deposited 1 " + samples_of_deposit +
                          ":25: /by: expected a member, found nothing (by /required) (and 1 sample more)");
    CHECK(found[1] == "unread-sample Deposited 1 " + samples_of_deposit + ":25: /by: is missing (and 1 sample more)");
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
  const contract_folder folder;
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
