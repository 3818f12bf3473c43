#include <tests/cli/console.hpp>

#include <algorithm>
#include <chrono>
#include <optional>
#include <utility>

#include <tests/cli/shop_log.hpp>

namespace tests {

using namespace whence;

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

std::unique_ptr<console> empty_console() { return std::make_unique<console>(memory(), shop_runtime()); }

}  // namespace tests
