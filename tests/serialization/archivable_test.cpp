// Which types can be archived. The sentences for those that cannot are in tests/compile_errors.
#include <doctest/doctest.h>

#include <chrono>
#include <deque>
#include <set>
#include <unordered_map>

#include "tests/serialization/samples.hpp"

namespace {
struct Plain {};
enum class Nameless { one };
}  // namespace

static_assert(whence::archivable<bool>);
static_assert(whence::archivable<std::uint8_t>);
static_assert(whence::archivable<long long>);
static_assert(whence::archivable<double>);
static_assert(whence::archivable<std::string>);
static_assert(whence::archivable<samples::Status>);
static_assert(whence::archivable<std::optional<int>>);
static_assert(whence::archivable<std::deque<int>>);
static_assert(whence::archivable<std::map<std::string, int>>);
static_assert(whence::archivable<samples::Means>);
static_assert(whence::archivable<samples::Point>);
static_assert(whence::archivable<whence::causation_id>);
static_assert(whence::archivable<whence::timestamp>);
static_assert(whence::archivable<std::chrono::sys_days>);
static_assert(whence::archivable<std::chrono::nanoseconds>);
static_assert(whence::archivable<std::chrono::duration<std::uint32_t, std::ratio<1, 90'000>>> == false,
              "not in nanoseconds");
static_assert(whence::archivable<float>);
static_assert(whence::archivable<whence::decimal>);
static_assert(whence::archivable<whence::money>);
static_assert(whence::archivable<std::vector<std::byte>>);
static_assert(whence::archivable<std::array<std::byte, 4>>);
static_assert(whence::archivable<std::set<int>>);
static_assert(whence::archivable<std::map<int, int>>);
static_assert(whence::archivable<std::pair<int, std::string>>);
static_assert(whence::archivable<std::tuple<>>);

static_assert(!whence::archivable<Plain>);
static_assert(!whence::archivable<Nameless>);
static_assert(!whence::archivable<char>, "is it a number or a text?");
static_assert(!whence::archivable<long double>, "how wide it is differs from machine to machine");
static_assert(!whence::archivable<std::byte>);
static_assert(!whence::archivable<std::chrono::sys_time<std::chrono::nanoseconds>>, "timestamps are microseconds");
static_assert(!whence::archivable<std::chrono::sys_time<std::chrono::duration<std::int32_t>>>, "it ends in 2038");
static_assert(!whence::archivable<std::chrono::steady_clock::time_point>);
static_assert(!whence::archivable<std::chrono::duration<double>>, "it is a measurement, not a count");
static_assert(!whence::archivable<std::multimap<std::string, int>>);
static_assert(!whence::archivable<std::multiset<int>>);
static_assert(!whence::archivable<int*>);
static_assert(!whence::archivable<std::string_view>, "it could not own what is read");
static_assert(!whence::archivable<std::unordered_map<std::string, int>>, "its order differs from run to run");

TEST_CASE("lists of any kind are archived") {
  CHECK(whence::decode<std::deque<int>>("[1,2]") == std::deque<int>{1, 2});
  CHECK(whence::encode(std::deque<std::string>{"a"}) == R"(["a"])");
}
