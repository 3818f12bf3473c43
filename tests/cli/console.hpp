/// Runs command lines in process, as on a pipe or on a terminal, and keeps what they print.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <whence/cli/run.hpp>
#include <whence/cli/surroundings.hpp>

namespace tests {

class text_output final : public whence::cli::output {
 public:
  void write(std::string_view more) override {
    if (closes_after < text.size()) throw whence::cli::output_closed{};
    text += more;
  }
  void flush() override {}
  std::string text;
  std::size_t closes_after = std::string::npos;
};

struct ran {
  int exit;
  std::string out;
  std::string err;
};

/// SIGINT comes at the `waits`-th wait; each of them takes time on the clock, and then `meanwhile` happens.
struct interruptions {
  int waits = 1;
  std::function<void()> meanwhile = [] {};
};

/// A shop's log in memory, read by commands; `log` can append more.
class console {
 public:
  console();
  /// With this log instead.
  console(whence::log_source source, whence::runtime runtime);

  /// Words are parted by single spaces.
  ran run(std::string_view line);
  ran run(const std::vector<std::string>& words);

  console& terminal(std::size_t columns, std::size_t rows = 24);
  console& with(std::string name, std::string value);
  /// A log in a file beside its own, by that name.
  console& other_log(std::string name);
  /// What comes on standard input.
  console& input(std::string text);

  whence::cli::surroundings around;
  std::unique_ptr<whence::log> log;
  std::map<std::string, std::string, std::less<>> environment{{"WHENCE_STORE", "shop.db"}};
  interruptions interrupted;
};

/// The same console, with no event in its log.
std::unique_ptr<console> empty_console();

}  // namespace tests
