#include <whence/testing/generated.hpp>

#include <whence/serialization/detail/value_generator.hpp>
#include <whence/testing/report_failure.hpp>

namespace whence::testing::inline v0 {
namespace detail {

void generate(std::uint64_t seed, whence::detail::visitable into) {
  whence::detail::value_generator generator(seed);
  into.visit(generator, into.value);
}

void check_round_trips(std::size_t values, std::uint64_t seed, seen_forms (*see)(std::uint64_t seed),
                       const std::source_location& where) {
  for (std::size_t i = 0; i < values; ++i) {
    std::string problem;
    try {
      const seen_forms seen = see(seed + i);
      const auto differs = [&](const char* what, const std::string& other) {
        if (other != seen.json)
          problem.append("\n  as JSON:  ").append(seen.json).append("\n  ").append(what).append(": ").append(other);
      };
      differs("read and written again", seen.json_again);
      differs("read from binary", seen.json_from_binary);
      differs("what the binary says", seen.json_of_binary);
      if (!seen.equal) problem.append("\n  its `==` says that it is another than: ").append(seen.json);
    } catch (const error& failed) {
      problem = std::string("\n  ") + failed.what();
    }
    if (problem.empty()) continue;
    report_failure("the value of seed " + std::to_string(seed + i) + " does not come back as it was" + problem, where);
    return;
  }
  report_met();
}

}  // namespace detail
}  // namespace whence::testing::inline v0
