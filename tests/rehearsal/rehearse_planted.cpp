// Plants twenty incompatibilities in a log, and rehearses with the program that they are incompatible with:
//
//     rehearse_planted EVENTS [SEED]
//
// Each is named by its position, and nothing else is; twenty states that the next build makes otherwise are named, and no other.
// Prints `figure: value` lines; exits 1 if it is otherwise.
#include <chrono>
#include <cstdio>
#include <random>
#include <set>
#include <string>
#include <vector>

#include <whence/rehearsal/rehearsal.hpp>

#include <tests/rehearsal/bank.hpp>
#include <tests/temporary_folder.hpp>

namespace {

using namespace whence;
using tests::bank::written;
using positions = std::set<std::uint64_t>;

constexpr int planted_max = 20;

/// Of each kind of incompatibility some.
written incompatible(int number) {
  switch (number % 10) {
    case 0: return {"Opened", 1, R"({"owner":"Ada"})"};
    case 1: return {"Opened", 1, R"({"owner":"Ada","kind":"savings","iban":"x"})"};
    case 2: return {"Opened", 1, R"({"owner":["Ada"],"kind":"savings"})"};
    case 3: return {"Opened", 1, R"({"owner":"Ada","kind":"gold"})"};
    case 4: return {"Deposited", 2, R"({"cents":3000000000})"};
    case 5: return {"Deposited", 2, R"({"cents":1.5})"};
    case 6: return {"Deposited", 1, R"({"sum":4})"};
    case 7: return {"Deposited", 3, R"({"cents":4})"};
    case 8: return {"Frozen", 1, "{}"};
    default: return {"Closed", 2, R"({"why":"asked"})"};
  }
}

written ordinary(std::mt19937& dice) {
  const auto die = dice() % 10;
  const std::string amount = std::to_string(1 + dice() % 900);
  if (die == 0) return {"Touched", 1, "{}"};
  if (die < 4) return {"Deposited", 1, "{\"amount\":" + amount + "}"};
  return {"Deposited", 2, "{\"cents\":" + amount + "}"};
}

struct planted_log {
  positions broken;
  positions others;  ///< first events of accounts that the next build makes another state of
};

planted_log fill(const log_source& source, const runtime& runtime, std::uint64_t events, std::mt19937& dice) {
  planted_log planted;
  const auto log = source.open(runtime);
  positions at;  // where to plant
  while (at.size() < planted_max) at.insert(1 + dice() % events);
  positions large;
  while (large.size() < planted_max) large.insert(1 + dice() % events);
  int number = 0;
  int breaks_due = 0;
  int large_due = 0;
  std::uint64_t written_so_far = 0;
  for (std::uint64_t account = 0; written_so_far < events || breaks_due > 0 || large_due > 0; ++account) {
    std::vector<written> of_account{{"Opened", 1, R"({"owner":"Ada","kind":"current"})"}};
    const std::uint64_t first = written_so_far + 1;
    const std::uint64_t count = 1 + dice() % 8;
    // What falls on an account's first event is planted behind it, or in the next account.
    bool is_broken = false;
    bool is_large = false;
    for (std::uint64_t i = 0; i < count; ++i) {
      const std::uint64_t position = first + i;
      breaks_due += at.contains(position) ? 1 : 0;
      large_due += large.contains(position) ? 1 : 0;
      if (i == 0) continue;
      if (breaks_due > 0) {
        --breaks_due;
        of_account.push_back(incompatible(number++));
        planted.broken.insert(position);
        is_broken = true;
      } else if (large_due > 0 && !is_large) {
        --large_due;
        of_account.push_back({"Deposited", 2, R"({"cents":123456})"});
        is_large = true;
      } else {
        of_account.push_back(ordinary(dice));
      }
    }
    if (is_large && !is_broken) planted.others.insert(first);
    written_so_far += of_account.size();
    if (tests::bank::append(*log, runtime, "account-" + std::to_string(account), of_account) != first)
      throw std::runtime_error("an event stands where it was not expected");
  }
  return planted;
}

double seconds_since(std::chrono::steady_clock::time_point begun) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - begun).count();
}

int run(std::uint64_t events, unsigned seed) {
  const tests::temporary_folder folder;
  std::mt19937 dice(seed);
  const runtime runtime = runtime::system();
  const log_source source = sqlite((folder.path() / "bank.db").string());
  const planted_log planted = fill(source, runtime, events, dice);
  const std::string states = (folder.path() / "bank.states").string();

  auto begun = std::chrono::steady_clock::now();
  const rehearsal today = rehearse(source, tests::bank::build_of_today(), runtime, {.save_to = states});
  const double seconds = seconds_since(begun);
  positions named;
  for (const rehearsal_finding& each : today.findings) named.insert(each.position.value());
  begun = std::chrono::steady_clock::now();
  const rehearsal next = rehearse(source, tests::bank::next_build(), runtime, {.compare_with = states});
  const double seconds_of_comparison = seconds_since(begun);
  std::uint64_t differing = 0;
  std::uint64_t invented = 0;
  for (const rehearsal_finding& each : next.findings) {
    if (each.what != rehearsal_finding::kind::difference) continue;
    const event_page begin = source.visit(runtime)->read_stream(each.stream, stream_version{1});
    planted.others.contains(begin.front().position.value()) ? ++differing : ++invented;
  }

  const auto line = [](const char* name, std::uint64_t number) {
    std::printf("%s: %ju\n", name, std::uintmax_t{number});
  };
  line("events", today.events);
  line("aggregates", today.aggregates);
  line("planted incompatibilities", planted.broken.size());
  line("of them named by position", named.size());
  line("findings besides", today.findings.size() + today.more_findings - named.size());
  line("states that the next build makes otherwise", planted.others.size());
  line("of them named", differing);
  line("states besides", invented);
  std::printf("seconds: %.1f\nseconds, compared with saved states: %.1f\nseed: %u\n", seconds, seconds_of_comparison,
              seed);
  const bool right = named == planted.broken && today.findings.size() == planted.broken.size() &&
                     planted.broken.size() == planted_max && differing == planted.others.size() && invented == 0;
  if (!right) std::fputs("what was named is not what was planted\n", stderr);
  return right ? 0 : 1;
}

}  // namespace

int main(int count, char** words) try {
  if (count != 2 && count != 3) {
    std::fputs("rehearse_planted EVENTS [SEED]\n", stderr);
    return 2;
  }
  const unsigned seed = count == 3 ? static_cast<unsigned>(std::stoul(words[2])) : std::random_device{}();
  return run(std::stoul(words[1]), seed);
} catch (const std::exception& failure) {
  std::fprintf(stderr, "rehearse_planted: %s\n", failure.what());
  return 2;
}
