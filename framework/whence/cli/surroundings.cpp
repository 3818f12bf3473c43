#include <whence/cli/surroundings.hpp>

#include <cerrno>
#include <charconv>
#include <cstdlib>
#include <cstring>
#include <ctime>

#include <poll.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <whence/cli/failure.hpp>

namespace whence::inline v0::cli {
namespace {

std::optional<std::string> from_environment(std::string_view name) {
  const char* const value = std::getenv(std::string(name).c_str());
  if (value == nullptr) return std::nullopt;
  return value;
}

/// As TZ and the system's zones say.
std::chrono::seconds offset_of_local_time(timestamp time) {
  const std::time_t seconds = std::chrono::floor<std::chrono::seconds>(time).time_since_epoch().count();
  std::tm local{};
  return std::chrono::seconds(::localtime_r(&seconds, &local) == nullptr ? 0 : local.tm_gmtoff);
}

std::string read_standard_input(std::size_t most) {
  std::string text;
  char chunk[16'384];
  while (true) {
    const ssize_t got = ::read(STDIN_FILENO, chunk, sizeof chunk);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) throw file_error("read", std::string(standard_input), errno);
    if (got == 0) return text;
    text.append(chunk, static_cast<std::size_t>(got));
    if (text.size() > most) throw usage_error("value", "what comes on standard input is too long", "give less of it");
  }
}

std::optional<std::string> read_line() {
  constexpr std::size_t bytes_max = 1'000;
  std::string line;
  for (char c = 0; line.size() < bytes_max;) {
    pollfd waiting{.fd = STDIN_FILENO, .events = POLLIN, .revents = 0};
    if (::poll(&waiting, 1, -1) < 0) return std::nullopt;  // a signal is an answer too
    if (::read(STDIN_FILENO, &c, 1) <= 0) return std::nullopt;
    if (c == '\n') return line;
    line += c;
  }
  return line;
}

}  // namespace

terminal_size size_of_terminal(int descriptor) noexcept {
  terminal_size size;
  winsize window{};
  if (::ioctl(descriptor, TIOCGWINSZ, &window) == 0 && window.ws_col > 0) {
    size.columns = window.ws_col;
    if (window.ws_row > 0) size.rows = window.ws_row;
  } else if (const char* const columns = std::getenv("COLUMNS"); columns != nullptr) {
    std::size_t number = 0;
    std::from_chars(columns, columns + std::strlen(columns), number);
    if (number > 0) size.columns = number;
  }
  return size;
}

surroundings surroundings_of_process(output& out, output& err) {
  const runtime system = runtime::system(1);
  return {.program = "whence",
          .types = nullptr,
          .out = &out,
          .err = &err,
          .in_is_terminal = ::isatty(STDIN_FILENO) == 1,
          .out_is_terminal = ::isatty(STDOUT_FILENO) == 1,
          .err_is_terminal = ::isatty(STDERR_FILENO) == 1,
          .size = size_of_terminal(STDOUT_FILENO),
          .directory = ".",
          .environment = from_environment,
          .store_at = [](const std::string& path) { return sqlite(path); },
          .is_store = [files = system.files](const std::string& path) { return is_sqlite_log(*files, path); },
          .offset_of_local_time = offset_of_local_time,
          .file_system_at = &file_system_of,
          .clock_is_kept = &clock_is_kept,
          .catch_interrupts = &catch_interrupts,
          .read_input = read_standard_input,
          .read_line = read_line,
          .open_input = &input_of_process,
          .runtime = system};
}

}  // namespace whence::inline v0::cli
