#include <whence/core/detail/fault_points.hpp>

#if defined(WHENCE_TEST_BUILD) && WHENCE_TEST_BUILD

#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>

namespace whence::inline v0::detail {
namespace {

constexpr std::array<std::string_view, 11> names{"queue", "insert", "commit", "witness", "checkpoint", "projection",
                                                 "index", "merge",  "making", "repair",  "archive"};

[[noreturn]] void misused(const char* variable) {
  std::fprintf(stderr, "whence: %s is set to something that it cannot be\n", variable);
  std::_Exit(70);
}

std::uint64_t number(const char* variable, const std::string& text) {
  if (text.empty() || text.size() > 18 || text.find_first_not_of("0123456789") != std::string::npos) misused(variable);
  return std::strtoull(text.c_str(), nullptr, 10);
}

/// Where to die, read once.
struct plan {
  std::size_t phase = names.size();
  std::uint64_t visit = 0;
  std::string report;

  plan() {
    if (const char* const file = std::getenv("WHENCE_KILL_REPORT")) report = file;
    const char* const at = std::getenv("WHENCE_KILL_AT");
    if (!at) return;
    const std::string text(at);
    const std::size_t colon = text.find(':');
    if (colon == std::string::npos) misused("WHENCE_KILL_AT");
    for (phase = 0; phase < names.size() && names[phase] != text.substr(0, colon);) ++phase;
    visit = number("WHENCE_KILL_AT", text.substr(colon + 1));
    if (phase == names.size() || visit == 0) misused("WHENCE_KILL_AT");
  }
};

[[noreturn]] void die(const plan& orders) {
  if (!orders.report.empty()) {
    const int report = ::open(orders.report.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    const std::string line = "killed at " + std::string(names[orders.phase]) + "\n";
    if (report < 0 || ::write(report, line.data(), line.size()) != static_cast<ssize_t>(line.size())) {
      misused("WHENCE_KILL_REPORT");
    }
    ::close(report);
  }
  ::kill(::getpid(), SIGKILL);
  for (;;) ::pause();
}

/// How often each phase was visited; written to WHENCE_VISIT_REPORT when the process ends by itself.
struct visit_counts {
  std::array<std::atomic<std::uint64_t>, names.size()> of{};

  ~visit_counts() {
    const char* const file = std::getenv("WHENCE_VISIT_REPORT");
    if (!file) return;
    std::FILE* const report = std::fopen(file, "we");
    if (!report) misused("WHENCE_VISIT_REPORT");
    for (std::size_t phase = 0; phase < names.size(); ++phase) {
      std::fprintf(report, "%s %llu\n", names[phase].data(), static_cast<unsigned long long>(of[phase].load()));
    }
    std::fclose(report);
  }
};

}  // namespace

void reach(phase where) noexcept {
  static const plan orders;
  static visit_counts visits;
  const auto index = static_cast<std::size_t>(where);
  const std::uint64_t visit = visits.of[index].fetch_add(1, std::memory_order_relaxed) + 1;
  if (index == orders.phase && visit == orders.visit) die(orders);
}

void acknowledged(std::uint64_t position) noexcept {
  static const int report = [] {
    const char* const file = std::getenv("WHENCE_ACKNOWLEDGED_REPORT");
    if (!file) return -1;
    const int opened = ::open(file, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    if (opened < 0) misused("WHENCE_ACKNOWLEDGED_REPORT");
    return opened;
  }();
  if (report < 0) return;
  const std::string line = std::to_string(position) + "\n";
  if (::write(report, line.data(), line.size()) != static_cast<ssize_t>(line.size()))
    misused("WHENCE_ACKNOWLEDGED_REPORT");
}

std::uint64_t checkpoint_bytes(std::uint64_t otherwise) noexcept {
  const char* const text = std::getenv("WHENCE_CHECKPOINT_BYTES");
  return text ? number("WHENCE_CHECKPOINT_BYTES", text) : otherwise;
}

bool mutant(int number_asked) noexcept {
  static const int planted = [] {
    const char* const text = std::getenv("WHENCE_MUTANT");
    return text && *text ? static_cast<int>(number("WHENCE_MUTANT", text)) : 0;
  }();
  return planted != 0 && planted == number_asked;
}

}  // namespace whence::inline v0::detail

#endif
