// What the committer remembers of streams: nothing wrong, and mostly everything.
#include <doctest/doctest.h>

#include <cstdint>
#include <string>

#include <whence/store/sqlite/known_events.hpp>

using namespace whence;

namespace {

stream_hash name_of(std::uint64_t stream) { return hash_of_stream("order-" + std::to_string(stream)); }

stream_head_entry head_of(std::uint64_t stream) {
  return {.number = stream, .version = stream + 7, .aggregate_type = "Order"};
}

bool remembers(stream_heads& heads, std::uint64_t stream) {
  const auto found = heads.find(name_of(stream));
  if (!found) return false;
  CHECK(found->number == stream);
  CHECK(found->version == stream + 7);
  CHECK(found->aggregate_type == "Order");
  return true;
}

}  // namespace

TEST_CASE("as long as there is room, heads are remembered") {
  stream_heads heads;
  CHECK_FALSE(heads.find(name_of(1)));
  constexpr std::uint64_t streams = 131'072;  // of 262,144
  for (std::uint64_t stream = 1; stream <= streams; ++stream) heads.put(name_of(stream), head_of(stream));
  std::uint64_t remembered = 0;
  for (std::uint64_t stream = 1; stream <= streams; ++stream) remembered += remembers(heads, stream) ? 1 : 0;
  CHECK(remembered > streams - streams / 1'000);
  CHECK_FALSE(heads.find(name_of(streams + 1)));
}

TEST_CASE("a head that moved is found where it is now") {
  stream_heads heads;
  for (std::uint64_t stream = 1; stream <= 200'000; ++stream) heads.put(name_of(stream), {stream, 1, "Order"});
  for (std::uint64_t stream = 1; stream <= 200'000; ++stream) {
    heads.put(name_of(stream), head_of(stream));
    CHECK(remembers(heads, stream));
  }
}

TEST_CASE("beyond its room those used lately stay, and what is remembered is right") {
  stream_heads heads;
  constexpr std::uint64_t hot = 1'000;
  constexpr std::uint64_t streams = 1'000'000;
  for (std::uint64_t stream = 1; stream <= streams; ++stream) {
    heads.put(name_of(stream), head_of(stream));
    if (stream > hot) remembers(heads, 1 + stream % hot);
  }
  std::uint64_t kept = 0;
  for (std::uint64_t stream = 1; stream <= hot; ++stream) kept += remembers(heads, stream) ? 1 : 0;
  CHECK(kept > hot * 9 / 10);
  std::uint64_t remembered = 0;
  for (std::uint64_t stream = 1; stream <= streams; ++stream) remembered += remembers(heads, stream) ? 1 : 0;
  CHECK(remembered > 250'000);
  CHECK(remembered <= 262'144);
}

TEST_CASE("of however many aggregate types there are, so many names are remembered, each its own") {
  stream_heads heads;
  const auto type_of = [](std::uint64_t stream) { return std::string("Type").append(std::to_string(stream)); };
  // Given as many as there may be
  for (std::uint64_t stream = 0; stream < stream_heads::aggregate_types_max; ++stream) {
    heads.put(name_of(stream), {stream, 1, type_of(stream)});
    heads.forget_if_too_many();
  }
  // then each is found with its own type;
  for (std::uint64_t stream = 0; stream < stream_heads::aggregate_types_max; stream += 77) {
    const auto found = heads.find(name_of(stream));
    REQUIRE(found);
    CHECK(found->aggregate_type == type_of(stream));
  }
  // when there is one more, then it is found until the next group begins, and after that nothing is, which is looked up again.
  heads.put(name_of(1'000'000), {1'000'000, 1, "OneMore"});
  CHECK(heads.find(name_of(1'000'000))->aggregate_type == "OneMore");
  heads.forget_if_too_many();
  CHECK_FALSE(heads.find(name_of(1'000'000)));
  CHECK_FALSE(heads.find(name_of(1)));
  CHECK(heads.put(name_of(1), {1, 1, "Again"}).aggregate_type == "Again");
  CHECK(heads.find(name_of(1))->aggregate_type == "Again");
}
