#include <tests/cli/console.hpp>

#include <algorithm>
#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <utility>

#include <tests/cli/shop_log.hpp>
#include <whence/core/simulation.hpp>

namespace tests {

using namespace whence;

namespace {

class counted_interruption final : public cli::interruption {
 public:
  counted_interruption(const interruptions& when, whence::clock& time) : when_(when), clock_(time) {}
  bool wanted() const noexcept override { return waits_ >= when_.waits; }
  exit_code code() const noexcept override { return exit_code::interrupted; }
  bool wait(std::chrono::milliseconds time) override {
    ++waits_;
    dynamic_cast<manual_clock&>(clock_).advance(time);
    when_.meanwhile();
    return !wanted();
  }

 private:
  const interruptions& when_;
  whence::clock& clock_;
  int waits_ = 0;
};

class text_input final : public cli::input {
 public:
  explicit text_input(std::string text) : text_(std::move(text)) {}
  std::size_t read(std::span<char> into, const std::function<void()>& /*waiting*/) override {
    const std::size_t got = text_.copy(into.data(), into.size(), at_);
    at_ += got;
    return got;
  }

 private:
  const std::string text_;
  std::size_t at_ = 0;
};

}  // namespace

console::console() : console(memory(), shop_runtime()) { fill_shop(*log, around.runtime); }

console::console(log_source source, runtime runtime)
    : around{.program = "whence",
             .types = nullptr,
             .out = nullptr,
             .err = nullptr,
             .in_is_terminal = false,
             .out_is_terminal = false,
             .err_is_terminal = false,
             .size = {},
             .directory = ".",
             .environment = [this](std::string_view name) -> std::optional<std::string> {
               const auto found = environment.find(name);
               return found == environment.end() ? std::nullopt : std::optional(found->second);
             },
             .store_at = [source](const std::string&) { return source; },
             .is_store = [](const std::string&) { return false; },
             .offset_of_local_time = [](timestamp) { return std::chrono::hours(1); },
             .file_system_at =
                 [](const std::string&) {
                   return cli::file_system{.what = cli::file_system::kind::local,
                                           .name = "ext4",
                                           .read_only = false,
                                           .free_bytes = 40'000'000'000};
                 },
             .clock_is_kept = [] { return true; },
             .catch_interrupts =
                 [this] { return std::make_unique<counted_interruption>(interrupted, *around.runtime.clock); },
             .read_input = [](std::size_t) { return std::string(); },
             .read_line = []() -> std::optional<std::string> { return std::nullopt; },
             .open_input = [] { return std::make_unique<text_input>(std::string()); },
             .runtime = runtime},
      log(source.open(runtime)) {}

ran console::run(std::string_view line) {
  std::vector<std::string> words;
  while (!line.empty()) {
    const std::size_t end = std::min(line.find(' '), line.size());
    words.emplace_back(line.substr(0, end));
    line.remove_prefix(std::min(end + 1, line.size()));
  }
  return run(words);
}

ran console::run(const std::vector<std::string>& words) {
  text_output out;
  text_output err;
  around.out = &out;
  around.err = &err;
  const int exit = static_cast<int>(cli::run(words, around));
  return {exit, std::move(out.text), std::move(err.text)};
}

console& console::terminal(std::size_t columns, std::size_t rows) {
  around.out_is_terminal = true;
  around.err_is_terminal = true;
  around.size = {columns, rows};
  return *this;
}

console& console::with(std::string name, std::string value) {
  environment[std::move(name)] = std::move(value);
  return *this;
}

console& console::other_log(std::string name) {
  around.store_at = [own = around.store_at, name](const std::string& path) {
    return path == name ? sqlite(name) : own(path);
  };
  return *this;
}

console& console::input(std::string text) {
  around.read_input = [text](std::size_t) { return text; };
  around.open_input = [text] { return std::make_unique<text_input>(text); };
  return *this;
}

std::unique_ptr<console> empty_console() { return std::make_unique<console>(memory(), shop_runtime()); }

}  // namespace tests
