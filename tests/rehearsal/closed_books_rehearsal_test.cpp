// A rehearsal folds as a load does: from the event on that closed the books last. Its look at the events leaves none out.
#include <doctest/doctest.h>

#include <algorithm>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include <whence/modelling/repository.hpp>
#include <whence/rehearsal/rehearsal.hpp>
#include <whence/upcasting/upcasting_log.hpp>

#include <tests/rehearsal/bank.hpp>
#include <tests/temporary_folder.hpp>

using namespace whence;
using tests::bank::Closed;
using tests::bank::Deposited;
using tests::bank::Opened;
using tests::bank::written;
using kind = rehearsal_finding::kind;

namespace {

/// Closed books carry nothing over. `cents_max`: what a build lets a deposit be.
template <std::int32_t cents_max>
struct Till {
  static constexpr aggregate_type type{"Till"};
  using events = whence::events<Opened, Deposited, Closed>;
  using books_closed_by = whence::events<Closed>;
  std::int64_t cents = 0;
  void apply(const Opened&) {}
  void apply(const Deposited& deposited) { cents += std::min(deposited.cents, cents_max); }
  void apply(const Closed&) {}
  template <class Archive>
  void serialize(Archive& ar) {
    ar(cereal::make_nvp("cents", cents));
  }
};
using OpenTill = Till<1'000'000>;
using CarefulTill = Till<1'000>;

/// Two notes that always stood together, the first of which is a deposit if it stands alone.
struct Counted {
  static constexpr event_type type{"Counted"};
};
struct Confirmed {
  static constexpr event_type type{"Confirmed"};
};

upcasters of_the_till() {
  return upcasters::of(
      upcast<Deposited, 1>([](document& data) { data.rename("amount", "cents"); }),
      upcast<Counted, 1>().merged_with<Confirmed, 1>().to<Opened, 1>(
          [](document& data, const document&) { data.set("owner", "Ada"), data.set("kind", "savings"); }),
      upcast<Counted, 1>().to<Deposited, 2>());
}

template <class Aggregate>
program_types build_with() {
  return program_types().aggregate<Aggregate>().upcasting(of_the_till());
}

const written deposit{"Deposited", 2, R"({"cents":5000})"};
const written unreadable{"Deposited", 1, R"({"sum":3})"};
const written closed{"Closed", 1, "{}"};

struct a_till {
  tests::temporary_folder folder;
  whence::runtime runtime = whence::runtime::system();
  log_source source = memory();
  std::unique_ptr<whence::log> log = source.open(runtime);
  std::string states = (folder.path() / "states").string();

  void append(const std::vector<written>& events) { tests::bank::append(*log, runtime, "till-1", events, "Till"); }
  template <class Aggregate = OpenTill>
  rehearsal rehearse(const rehearsal_options& options = {}) {
    return whence::rehearse(source, build_with<Aggregate>(), runtime, options);
  }
  std::int64_t loaded() {
    const repository aggregates(upcasting(source, of_the_till()).visit(runtime));
    return aggregates.load(id<OpenTill>{"till-1"}).state.cents;
  }
};

}  // namespace

TEST_CASE(
    "an event that cannot be read before the books were closed is named, and the aggregate is folded all the same") {
  a_till till;
  till.append({unreadable, closed, deposit});
  CHECK(till.loaded() == 5'000);
  const rehearsal found = till.rehearse();
  CHECK_FALSE(found.passed());
  REQUIRE(found.findings.size() == 1);
  CHECK(found.findings.front().what == kind::event);
  CHECK(found.findings.front().position == global_position{1});
  CHECK(found.aggregates == 1);
  CHECK(found.not_folded == 0);
}

TEST_CASE("one behind it is in the way of a load, and of the fold") {
  a_till till;
  till.append({deposit, closed, unreadable});
  CHECK_THROWS_AS(till.loaded(), upcast_failed);
  CHECK(till.rehearse().not_folded == 1);
}

TEST_CASE("a state that was saved before the books were closed is compared as of then") {
  a_till till;
  till.append({closed, deposit});
  CHECK(till.rehearse({.save_to = till.states}).passed());
  till.append({closed, deposit, closed});
  const rehearsal same = till.rehearse({.compare_with = till.states});
  CHECK(same.passed());
  CHECK(same.compared == 1);
  const rehearsal other = till.rehearse<CarefulTill>({.compare_with = till.states});
  CHECK(other.different == 1);
  REQUIRE(other.findings.size() == 1);
  CHECK(other.findings.front().what == kind::difference);
  CHECK(other.findings.front().version == stream_version{2});
  CHECK(other.findings.front().position == global_position{2});
}

TEST_CASE("a state that was saved between two events that are merged today is compared as of then") {
  a_till till;
  till.append({deposit, {"Counted", 1, R"({"cents":7})"}});
  CHECK(till.loaded() == 5'007);
  CHECK(till.rehearse({.save_to = till.states}).passed());
  till.append({{"Confirmed", 1, "{}"}, deposit});
  CHECK(till.loaded() == 10'000);
  const rehearsal found = till.rehearse({.compare_with = till.states});
  CHECK(found.passed());
  CHECK(found.compared == 1);
  CHECK(till.rehearse<CarefulTill>({.compare_with = till.states}).different == 1);
}
