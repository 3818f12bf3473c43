// Which types can be archived. The sentences for those that cannot are in tests/compile_errors.
#include <doctest/doctest.h>

#include <deque>
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

static_assert(!whence::archivable<Plain>);
static_assert(!whence::archivable<Nameless>);
static_assert(!whence::archivable<char>, "is it a number or a text?");
static_assert(!whence::archivable<float>, "its decimal text would say more than it knows");
static_assert(!whence::archivable<int*>);
static_assert(!whence::archivable<std::string_view>, "it could not own what is read");
static_assert(!whence::archivable<std::unordered_map<std::string, int>>, "its order differs from run to run");
static_assert(!whence::archivable<std::map<int, int>>, "JSON has no such keys");

TEST_CASE("lists of any kind are archived") {
  CHECK(whence::decode<std::deque<int>>("[1,2]") == std::deque<int>{1, 2});
  CHECK(whence::encode(std::deque<std::string>{"a"}) == R"(["a"])");
}
