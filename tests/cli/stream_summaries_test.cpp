// Looking streams up and passing over the log give the same, whatever few streams are held at once; and both get as far as a
// damaged event lets them.
#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

#include <tests/cli/damaged_log.hpp>
#include <tests/cli/shop_log.hpp>
#include <whence/cli/stream_summaries.hpp>
#include <whence/store/log_errors.hpp>
#include <whence/store/log_source.hpp>

using namespace whence;
using cli::selection;
using cli::stream_summaries;

namespace {

/// A line for each stream; "damaged" at the end if it came to that.
std::vector<std::string> all(log_reader& log, selection wanted, stream_summaries::way way, std::size_t held) {
  stream_summaries streams(log, std::move(wanted), way, held);
  std::vector<std::string> lines;
  try {
    while (const auto stream = streams.next()) {
      lines.push_back(stream->name + " " + stream->aggregate_type + " v" + std::to_string(stream->version.value()) +
                      " #" + std::to_string(stream->first_position.value()) + "-#" +
                      std::to_string(stream->last_position.value()) + " " + to_rfc3339(stream->first_recorded) + " " +
                      to_rfc3339(stream->last_recorded));
    }
  } catch (const log_damaged&) {
    lines.emplace_back("damaged");
  }
  return lines;
}

constexpr auto look_up = stream_summaries::way::look_up;
constexpr auto pass = stream_summaries::way::pass;
constexpr auto look_up_first = stream_summaries::way::look_up_first;

}  // namespace

TEST_CASE("streams are the same however few are held at once, and however they are found") {
  const runtime runtime = tests::shop_runtime();
  const auto log = memory().open(runtime);
  tests::fill(*log, 3'000, 70, 1);
  const std::vector<std::string> expected = all(*log, {}, look_up, 1);
  CHECK(expected.size() == 70);
  CHECK(expected.front().starts_with("stream-1 Counter v43 #1-#2941 "));
  CHECK(expected.back().starts_with("stream-0 Counter v42 #70-#2940 "));
  for (const std::size_t held : {1, 2, 69, 70, 71, 1000}) {
    CHECK(all(*log, {}, pass, held) == expected);
    CHECK(all(*log, {}, look_up_first, held) == expected);
  }
}

TEST_CASE("the first streams are given before the log is passed over for the rest") {
  const runtime runtime = tests::shop_runtime();
  const auto log = memory().open(runtime);
  tests::fill(*log, 1'000, 250, 1);
  const std::vector<std::string> expected = all(*log, {}, look_up, 1);
  REQUIRE(expected.size() == 250);
  for (const std::size_t held : {1, 99, 150, 1000}) CHECK(all(*log, {}, look_up_first, held) == expected);

  stream_summaries streams(*log, {}, look_up_first);
  std::size_t given = 0;
  std::optional<std::size_t> given_when_shown;
  streams.while_looking([&] {
    if (!given_when_shown) given_when_shown = given;
  });
  while (streams.next()) ++given;
  CHECK(given == 250);
  CHECK(given_when_shown == stream_summaries::looked_up_first);
}

TEST_CASE("from and to are for first events") {
  const runtime runtime = tests::shop_runtime();
  const auto log = memory().open(runtime);
  tests::fill(*log, 100, 10, 1);
  const selection some{.from = global_position{3}, .to = global_position{5}};
  const std::vector<std::string> expected = all(*log, some, look_up, 1);
  CHECK(expected.size() == 3);
  CHECK(all(*log, some, pass, 2) == expected);
  CHECK(all(*log, {.from = global_position{11}}, pass, 2).empty());
  CHECK(all(*log, {.from = global_position{500}}, look_up, 2).empty());
}

TEST_CASE("streams are given as far as a damaged event lets") {
  const runtime runtime = tests::shop_runtime();
  const log_source source = memory();
  const auto log = source.open(runtime);
  tests::fill(*log, 100, 10, 1);
  const auto damaged = [&](std::uint64_t position, stream_summaries::way way, std::size_t held) {
    tests::damaged_log reader(source.visit(runtime), position);
    return all(reader, {}, way, held);
  };
  for (const std::size_t held : {1, 4, 1000}) {
    CAPTURE(held);
    for (const auto way : {look_up, pass, look_up_first}) {
      // The eighth stream begins with what is damaged.
      const std::vector<std::string> some = damaged(8, way, held);
      REQUIRE(some.size() == 8);
      CHECK(some.front().starts_with("stream-1 Counter v"));
      CHECK(some.back() == "damaged");

      // The end of the third is damaged: it ends before that.
      const std::vector<std::string> cut = damaged(93, way, held);
      REQUIRE(cut.size() == 11);
      CHECK(cut[1].starts_with("stream-2 Counter v10 #2-#92 "));
      CHECK(cut[2].starts_with("stream-3 Counter v9 #3-#83 "));
      CHECK(cut[9].starts_with("stream-0 Counter v9 #10-#90 "));
      CHECK(cut.back() == "damaged");
    }
  }
}
