// What the kit says of snapshots: aggregates whose `serialize` is whole, and such that leave something out.
#include <whence/testing/snapshots.hpp>

#include <doctest/doctest.h>

#include <stdexcept>
#include <string>
#include <vector>

#include <whence/testing/failed_expectation.hpp>

namespace {

struct Opened {
  static constexpr whence::event_type type{"Opened"};
  template <class Archive>
  void serialize(Archive&) {}
};
struct Passed {
  static constexpr whence::event_type type{"Passed"};
  std::int64_t people = 0;
  template <class Archive>
  void serialize(Archive& ar) {
    ar(cereal::make_nvp("people", people));
  }
};

/// A gate that counts who passes while it is open.
struct Gate {
  static constexpr whence::aggregate_type type{"Gate"};
  static constexpr whence::snapshot_policy snapshots{};
  using events = whence::events<Opened, Passed>;

  bool open = false;
  std::int64_t passed = 0;
  void apply(const Opened&) { open = !open; }
  void apply(const Passed& event) {
    if (open) passed += event.people;
  }
  template <class Archive>
  void serialize(Archive& ar) {
    ar(cereal::make_nvp("open", open), cereal::make_nvp("passed", passed));
  }
};

struct ForgetfulGate : Gate {
  template <class Archive>
  void serialize(Archive& ar) {
    ar(cereal::make_nvp("passed", passed));
  }
};

/// What is left out, only a `decide` would look at.
struct ComparedGate {
  static constexpr whence::aggregate_type type{"Gate"};
  static constexpr whence::snapshot_policy snapshots{};
  using events = whence::events<Opened>;

  bool open = false;
  void apply(const Opened&) { open = !open; }
  template <class Archive>
  void serialize(Archive&) {}
  bool operator==(const ComparedGate&) const = default;
};

/// One that bears no made-up event.
struct StrictGate : Gate {
  void apply(const Opened&) {}
  void apply(const Passed& event) { static_cast<void>(std::vector<int>().at(static_cast<std::size_t>(event.people))); }
};

/// One that looks at what `serialize` leaves out, and throws.
struct LockedGate : ForgetfulGate {
  void apply(const Opened&) { open = true; }
  void apply(const Passed& event) {
    if (!open) throw std::logic_error("it is shut");
    passed += event.people;
  }
};

template <class Aggregate>
std::string said() {
  try {
    whence::testing::goes_on_from_snapshots<Aggregate>();
    return {};
  } catch (const whence::testing::failed_expectation& failure) {
    return failure.what();
  }
}

}  // namespace

TEST_CASE("an aggregate whose `serialize` is whole goes on from its snapshots") {
  CHECK(said<Gate>() == "");
  CHECK(said<StrictGate>() == "");
}

TEST_CASE("what `serialize` leaves out is missed by an `apply` that throws without it") {
  const std::string locked = said<LockedGate>();
  CAPTURE(locked);
  CHECK(locked.find("Gate does not go on from a snapshot: its `serialize` leaves out what `apply` looks at\n  at "
                    "Passed, event ") != std::string::npos);
  CHECK(locked.ends_with("`apply` throws: it is shut"));
}

TEST_CASE("what `serialize` leaves out is missed by a later event, and by `==`") {
  const std::string forgetful = said<ForgetfulGate>();
  CAPTURE(forgetful);
  CHECK(forgetful.find("Gate is another one after a snapshot: its `serialize` leaves out what `apply` changes\n"
                       "  behind Passed, event ") != std::string::npos);
  CHECK(forgetful.find("\n  with:    {\"passed\":0}") != std::string::npos);
  const std::string compared = said<ComparedGate>();
  CAPTURE(compared);
  CHECK(compared.find("behind Opened, event 1 of life 1\n  without: {}\n  with:    {}") != std::string::npos);
}
