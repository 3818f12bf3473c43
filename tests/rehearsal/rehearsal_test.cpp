// A program is tried on a log: what would break is named by position, what would be another state by stream, and nothing else.
#include <doctest/doctest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <optional>
#include <set>
#include <stop_token>
#include <string>
#include <vector>

#include <whence/core/async.hpp>
#include <whence/rehearsal/rehearsal.hpp>
#include <whence/store/audit_event.hpp>

#include <tests/rehearsal/bank.hpp>
#include <tests/temporary_folder.hpp>

using namespace whence;
using tests::bank::build_of_today;
using tests::bank::next_build;
using tests::bank::written;
using kind = rehearsal_finding::kind;

namespace {

const std::string opened = R"({"owner":"Ada","kind":"savings"})";

written opens() { return {"Opened", 1, opened}; }
written deposits(int cents) { return {"Deposited", 2, "{\"cents\":" + std::to_string(cents) + "}"}; }

struct a_bank {
  tests::temporary_folder folder;
  whence::runtime runtime = whence::runtime::system();
  log_source source = memory();
  std::unique_ptr<whence::log> log_ = source.open(runtime);

  std::uint64_t append(const std::string& stream, const std::vector<written>& events,
                       std::string_view aggregate = "Account") {
    return tests::bank::append(*log_, runtime, stream, events, aggregate);
  }
  rehearsal rehearse(const program_types& types, const rehearsal_options& options = {}) {
    return whence::rehearse(source, types, runtime, options);
  }
  std::string file(const std::string& name) const { return (folder.path() / name).string(); }
};

/// The only finding; another one fails the test.
rehearsal_finding only_finding(const rehearsal& found) {
  std::string all;
  for (const rehearsal_finding& each : found.findings) all += each.stream + ": " + each.detail + "\n";
  INFO(all);
  REQUIRE(found.findings.size() == 1);
  CHECK(found.more_findings == 0);
  CHECK_FALSE(found.passed());
  return found.findings.front();
}

}  // namespace

TEST_CASE("an empty log, and one that the program wrote, have nothing that would break") {
  a_bank bank;
  CHECK(bank.rehearse(build_of_today()).passed());
  bank.append("account-1", {opens(), deposits(5), {"Deposited", 1, R"({"amount":3})"}, {"Touched", 1, "{}"}});
  bank.append("account-2", {opens()});
  const rehearsal found = bank.rehearse(build_of_today());
  CHECK(found.passed());
  CHECK(found.events == 5);
  CHECK(found.broken == 0);
  CHECK(found.not_handled == 0);
  CHECK(found.aggregates == 2);
  CHECK(found.not_folded == 0);
}

TEST_CASE("what an operator did is known to every program") {
  a_bank bank;
  bank.append("account-1", {opens()});
  const log_operation operation{.name = "event append", .reason = "a test", .by = this_operator("whence")};
  REQUIRE(bank.log_->append({{audit_of(operation, bank.runtime)}}).get().committed() != nullptr);
  const rehearsal found = bank.rehearse(build_of_today());
  CHECK(found.passed());
  CHECK(found.events == 2);
  CHECK(found.not_handled == 0);
}

TEST_CASE("an event that cannot be read is named, and why, and its aggregate cannot be folded") {
  a_bank bank;
  bank.append("account-1", {opens()});
  std::string code = "data.unreadable";
  std::string detail;
  written broken = opens();
  SUBCASE("a member is missing") {
    broken.data = R"({"owner":"Ada"})";
    detail = "/kind";
  }
  SUBCASE("a member nobody knows") {
    broken.data = R"({"owner":"Ada","kind":"savings","iban":"x"})";
    detail = "/iban";
  }
  SUBCASE("another type") {
    broken.data = R"({"owner":7,"kind":"savings"})";
    detail = "/owner: expected a string, found number";
  }
  SUBCASE("a name that the enumeration does not have") {
    broken.data = R"({"owner":"Ada","kind":"gold"})";
    detail = "/kind";
  }
  SUBCASE("a number out of range") {
    broken = {"Deposited", 2, R"({"cents":3000000000})"};
    detail = "/cents";
  }
  SUBCASE("a version of tomorrow") {
    broken = {"Deposited", 9, R"({"cents":3})"};
    code = "event.unknown_version";
    detail = "version 9 is not known; of Deposited this program knows version 2";
  }
  SUBCASE("a version that the program has forgotten") {
    broken = {"Closed", 7, "{}"};
    code = "event.unknown_version";
    detail = "version 7";
  }
  SUBCASE("what its upcaster does not expect") {
    broken = {"Deposited", 1, R"({"sum":3})"};
    code = "event.upcast_failed";
    detail = "its upcaster: ";
  }
  SUBCASE("an event that the aggregate does not list") {
    broken = {"Frozen", 1, "{}"};
    code = "aggregate.unlisted_event";
    detail = "Account does not list Frozen among its events";
  }
  const std::uint64_t position = bank.append("account-2", {opens(), broken, deposits(1)}) + 1;
  bank.append("account-3", {opens()});
  const rehearsal found = bank.rehearse(build_of_today());
  const rehearsal_finding finding = only_finding(found);
  CHECK(finding.what == kind::event);
  CHECK(finding.position == global_position{position});
  CHECK(finding.stream == "account-2");
  CHECK(finding.version == stream_version{2});
  CHECK(finding.aggregate_type == "Account");
  CHECK(finding.event_type == broken.type);
  CHECK(finding.event_version == broken.version);
  CHECK(finding.code == code);
  CHECK_MESSAGE(finding.detail.starts_with(detail), finding.detail);
  CHECK(found.broken == 1);
  CHECK(found.aggregates == 3);
  CHECK(found.not_folded == 1);
  CHECK(found.kinds.front().broken == 1);
  CHECK(found.kinds.front().event_type == broken.type);
  CHECK(found.kinds.front().first_broken == global_position{position});
}

TEST_CASE("all broken events are named, several of one stream as well") {
  a_bank bank;
  const written broken{"Opened", 1, "{}"};
  bank.append("account-1", {opens(), broken, deposits(1), broken, {"Deposited", 1, "{}"}, broken});
  const rehearsal found = bank.rehearse(build_of_today());
  std::vector<std::uint64_t> positions;
  for (const rehearsal_finding& each : found.findings) positions.push_back(each.position.value());
  CHECK(positions == std::vector<std::uint64_t>{2, 4, 5, 6});
  CHECK(found.not_folded == 1);
}

TEST_CASE(
    "an aggregate that cannot be folded, though its events can be read, is named with the event that it throws at") {
  a_bank bank;
  bank.append("account-1", {opens(), {"Closed", 1, "{}"}, deposits(4)});
  const rehearsal_finding finding = only_finding(bank.rehearse(build_of_today()));
  CHECK(finding.what == kind::state);
  CHECK(finding.position == global_position{3});
  CHECK(finding.event_type == "Deposited");
  CHECK(finding.detail == "applying it throws: the account is closed");
}

TEST_CASE("what nothing in the program handles is counted, and is no finding") {
  a_bank bank;
  bank.append("audit-1", {{"Audited", 1, "{}"}, {"Audited", 1, "{}"}}, "Audit");
  const rehearsal found = bank.rehearse(build_of_today());
  CHECK(found.passed());
  CHECK(found.not_handled == 2);
  CHECK(found.of_no_type == 1);
  REQUIRE(found.kinds.size() == 1);
  CHECK_FALSE(found.kinds[0].handled);
  CHECK(found.kinds[0].events == 2);
}

TEST_CASE("what a projection alone handles is read") {
  a_bank bank;
  bank.append("other-1", {{"Deposited", 2, R"({"cents":"many"})"}}, "Other");
  const rehearsal_finding finding = only_finding(bank.rehearse(program_types().projection<tests::bank::Balances>()));
  CHECK(finding.aggregate_type == "Other");
  CHECK(finding.detail.starts_with("/cents"));
}

TEST_CASE("states are compared with those of another build, as of the version that they had then") {
  a_bank bank;
  bank.append("account-1", {opens(), deposits(5)});
  bank.append("account-2", {opens(), deposits(200'000)});
  bank.append("account-3", {opens()});
  CHECK(bank.rehearse(build_of_today(), {.save_to = bank.file("states")}).passed());
  CHECK(bank.rehearse(build_of_today(), {.compare_with = bank.file("states")}).compared == 3);

  // What happened since has no state that could be compared.
  bank.append("account-3", {deposits(300'000)});
  bank.append("account-4", {opens(), deposits(300'000)});
  const rehearsal same = bank.rehearse(build_of_today(), {.compare_with = bank.file("states")});
  CHECK(same.passed());
  CHECK(same.compared == 3);

  const rehearsal other = bank.rehearse(next_build(), {.compare_with = bank.file("states")});
  const rehearsal_finding finding = only_finding(other);
  CHECK(finding.what == kind::difference);
  CHECK(finding.stream == "account-2");
  CHECK(finding.version == stream_version{2});
  CHECK(finding.position == global_position{4});
  CHECK(other.different == 1);
  CHECK(other.compared == 3);
}

TEST_CASE("an aggregate type that the next build does not have is named for each state that was saved") {
  a_bank bank;
  bank.append("account-1", {opens()});
  static_cast<void>(bank.rehearse(build_of_today(), {.save_to = bank.file("states")}));
  const rehearsal found =
      bank.rehearse(program_types().projection<tests::bank::Balances>(), {.compare_with = bank.file("states")});
  CHECK(only_finding(found).what == kind::aggregate);
  CHECK(found.no_longer_known == 1);
}

TEST_CASE("a stream under another name of an aggregate is named: its events are listed, and no command reaches it") {
  a_bank bank;
  bank.append("audit-1", {{"Audited", 1, "{}"}}, "Audit");  // another application's
  bank.append("konto-1", {{"Touched", 1, "{}"}, opens()}, "Konto");
  bank.append("konto-2", {{"Deposited", 1, R"({"sum":3})"}}, "Konto");  // not to be read at all
  bank.append("konto-3", {{"Touched", 1, "{}"}}, "Konto");              // nothing is told of it any more
  bank.append("account-1", {opens()});
  const rehearsal found =
      bank.rehearse(program_types().aggregate<tests::bank::Account>().upcasting(tests::bank::upcasters()));
  CHECK(found.of_no_type == 4);
  CHECK(found.orphaned == 1);
  CHECK_FALSE(found.passed());
  REQUIRE(found.findings.size() >= 1);
  const rehearsal_finding& finding = found.findings.front();
  CHECK(finding.what == kind::aggregate);
  CHECK(finding.stream == "konto-1");
  CHECK(finding.aggregate_type == "Konto");
  CHECK(finding.position == global_position{2});
  CHECK(finding.detail ==
        "no command reaches it: this program does not know its type, and Account lists its events; an aggregate keeps "
        "its stored name");
}

TEST_CASE("a state is another one though nothing of its stream is told any more: it has the place where it was saved") {
  a_bank bank;
  bank.append("account-0", {opens()});
  bank.append("account-1", {opens(), opens()});
  REQUIRE(bank.rehearse(build_of_today(), {.save_to = bank.file("states")}).passed());
  const rehearsal found = bank.rehearse(program_types().aggregate<tests::bank::Account>().upcasting(
                                            upcasters::of(upcast<tests::bank::Opened, 1>().dropped())),
                                        {.compare_with = bank.file("states")});
  REQUIRE(found.findings.size() == 2);
  CHECK(found.findings[1].what == kind::difference);
  CHECK(found.findings[1].stream == "account-1");
  CHECK(found.findings[1].version == stream_version{2});
  CHECK(found.findings[1].position == global_position{3});
}

TEST_CASE("the findings are the same with any number of threads, and only so many are listed: those that come first") {
  a_bank bank;
  for (int i = 0; i < 400; ++i)
    bank.append("account-" + std::to_string(i),
                std::vector<written>(50, i % 4 == 0 ? written{"Opened", 1, "{}"} : opens()));
  const rehearsal one = bank.rehearse(build_of_today(), {.threads = 1, .listed_max = 30});
  const rehearsal four = bank.rehearse(build_of_today(), {.threads = 4, .listed_max = 30});
  REQUIRE(one.findings.size() == 30);
  REQUIRE(four.findings.size() == 30);
  for (std::size_t i = 0; i < 30; ++i) {
    CHECK(one.findings[i].position == four.findings[i].position);
    CHECK(one.findings[i].position == global_position{i + 1});
  }
  CHECK(one.more_findings == 100 * 50 - 30);
  CHECK(four.more_findings == one.more_findings);
}

TEST_CASE("a rehearsal that is stopped says so, and saves nothing") {
  a_bank bank;
  bank.append("account-1", {opens()});
  std::stop_source stop;
  stop.request_stop();
  CHECK_THROWS_AS(
      static_cast<void>(bank.rehearse(build_of_today(), {.save_to = bank.file("states"), .stop = stop.get_token()})),
      operation_cancelled);
  CHECK(std::filesystem::is_empty(bank.folder.path()));
}

TEST_CASE("fingerprints of another log, or of one that had gone on, are refused before anything is read") {
  a_bank bank;
  a_bank other;
  bank.append("account-1", {opens()});
  other.append("account-1", {opens()});
  static_cast<void>(other.rehearse(build_of_today(), {.save_to = bank.file("other")}));
  std::string why;
  try {
    static_cast<void>(bank.rehearse(build_of_today(), {.compare_with = bank.file("other")}));
  } catch (const fingerprints_not_usable& refused) {
    why = refused.text().why;
  }
  CHECK(why == "they are of log " + other.log_->identity().id.to_string() + ", and this is " +
                   bank.log_->identity().id.to_string());
  CHECK_THROWS_AS(static_cast<void>(bank.rehearse(build_of_today(), {.compare_with = bank.file("none")})), file_error);
  CHECK_THROWS_AS(static_cast<void>(bank.rehearse(build_of_today(), {.save_to = bank.file("no/such/folder")})),
                  file_error);
}

TEST_CASE("fingerprints never go where something else is, nor to a name that belongs to the log") {
  const tests::temporary_folder folder;
  const runtime runtime = runtime::system();
  const std::string path = folder.file("bank.db");
  const log_source source = sqlite(path);
  tests::bank::append(*source.open(runtime), runtime, "account-1", {opens()});
  const auto bytes_of = [](const std::string& file) {
    std::ifstream in(file, std::ios::binary);
    return std::string(std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>());
  };
  const auto refuses = [&](const std::string& file) {
    CAPTURE(file);
    const bool is_regular = std::filesystem::is_regular_file(file);
    const std::string before = is_regular ? bytes_of(file) : "";
    CHECK_THROWS_AS(static_cast<void>(rehearse(source, build_of_today(), runtime, {.save_to = file})),
                    fingerprints_not_saved);
    if (is_regular) CHECK(bytes_of(file) == before);
  };
  for (const char* const end : {"", "-wal", ".lock", ".witness", ".index", ".models/balances.1.1.db", ".states"})
    refuses(path + end);
  std::ofstream(folder.file("notes.txt")) << "of the party";
  refuses(folder.file("notes.txt"));
  std::filesystem::create_symlink(path, folder.file("link"));
  refuses(folder.file("link"));
  std::filesystem::create_directory(folder.file("folder"));
  refuses(folder.file("folder"));
  refuses("/dev/null");
  CHECK(source.visit(runtime)->head() == global_position{1});

  // A link to nothing yet, or to fingerprints, is followed, and stays one.
  std::filesystem::create_symlink(folder.file("states"), folder.file("latest"));
  for (int again = 0; again < 2; ++again) {
    CHECK(rehearse(source, build_of_today(), runtime, {.save_to = folder.file("latest")}).passed());
    CHECK(std::filesystem::is_symlink(folder.file("latest")));
    CHECK(std::filesystem::is_regular_file(folder.file("states")));
  }
  CHECK_THROWS_WITH_AS(
      static_cast<void>(rehearse(source, build_of_today(), runtime, {.save_to = folder.file("no/states")})),
      doctest::Contains("no/states"), file_error);
}
