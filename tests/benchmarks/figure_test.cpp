// How figures are made of rounds: with contenders that play what they are told.
#include <cstddef>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include <tests/benchmarks/figure.hpp>

using namespace bench;

namespace {

/// Plays the values in turn, and writes its name down each time.
contender player(std::string name, std::vector<double> values, std::string& turns) {
  return {name, [name, values = std::move(values), &turns, round = std::size_t{0}]() mutable {
            turns += name;
            return values.at(round++);
          }};
}

}  // namespace

TEST_CASE("contenders take turns, in another order each round") {
  std::string turns;
  static_cast<void>(compare({.name = "x", .unit = "u", .rounds = 3}, player("a", {1, 1, 1}, turns),
                            {player("b", {1, 1, 1}, turns), player("c", {1, 1, 1}, turns)}));
  CHECK(turns == "abcbcacab");
}

TEST_CASE("one bad round changes neither the figure nor the ratio") {
  std::string turns;
  const figure found = compare({.name = "x", .unit = "u", .rounds = 3}, player("a", {8, 1, 12}, turns),
                               {player("b", {10, 10, 10}, turns)});
  CHECK(found.ours == 8);
  CHECK(found.reference == 10);
  CHECK(found.ratio == doctest::Approx(0.8));
  CHECK(found.low == doctest::Approx(0.1));
  CHECK(found.high == doctest::Approx(1.2));
}

TEST_CASE("a machine that is slow for a round is slow for both") {
  std::string turns;
  const figure found = compare({.name = "x", .unit = "u", .rounds = 5}, player("a", {9, 90, 9, 90, 9}, turns),
                               {player("b", {10, 100, 10, 100, 10}, turns)});
  CHECK(found.ratio == doctest::Approx(0.9));
  CHECK(found.low == doctest::Approx(found.high));
}

TEST_CASE("the best of several references is the reference") {
  std::string turns;
  const std::vector<contender> references{player("slow", {5, 5, 5}, turns), player("fast", {9, 1, 9}, turns)};
  CHECK(compare({.name = "x", .unit = "u", .rounds = 3}, player("a", {9, 9, 9}, turns), references).against == "fast");
  const std::vector<contender> times{player("slow", {5, 5, 5}, turns), player("fast", {1, 9, 1}, turns)};
  const comparison lower{.name = "x", .unit = "ms", .direction = better::lower, .rounds = 3};
  CHECK(compare(lower, player("a", {9, 9, 9}, turns), times).against == "fast");
}

TEST_CASE("a figure is one line of JSON") {
  const figure made{.name = "append/1",
                    .ours = 9000.5,
                    .reference = 10000,
                    .ratio = 0.9,
                    .low = 0.8,
                    .high = 1,
                    .unit = "events/s",
                    .against = "SQLite",
                    .goal = 0.8};
  CHECK(
      to_json(made) ==
      R"({"name": "append/1", "ours": 9000.5, "reference": 10000, "ratio": 0.9, "unit": "events/s", "low": 0.8, "high": 1, )"
      R"("against": "SQLite", "goal": 0.8})");
}

TEST_CASE("people see a table") {
  const figure made{.name = "append/1",
                    .ours = 1234567,
                    .reference = 42.25,
                    .ratio = 12.34,
                    .low = 0.5,
                    .high = 20,
                    .unit = "events/s",
                    .against = "SQLite",
                    .goal = 0.8};
  CHECK(to_table({made}) ==
        "               ours  reference  unit      ratio  of the rounds  goal  the reference\n"
        "append/1  1,234,567       42.2  events/s   12.3  0.50 – 20.0    0.80  SQLite\n");
}
