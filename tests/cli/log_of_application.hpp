/// An empty log in memory that is looked into by an application's own executable, "shop".
#pragma once

#include <cstdint>
#include <memory>
#include <string_view>

#include <tests/cli/console.hpp>
#include <tests/cli/shop_log.hpp>
#include <whence/cli/cli_types.hpp>

namespace tests {

struct log_of_application {
  /// The types stay where they are.
  explicit log_of_application(const whence::cli_types& types) {
    console->around.types = &types;
    console->around.program = "shop";
  }

  void append(const char* type, std::uint32_t version, const char* data, const char* stream = "order-1") {
    whence::new_event event = event_of(type, data, ++number_);
    event.version = version;
    append_event(*console->log, stream, "Order", event);
  }

  ran run(std::string_view line) { return console->run(line); }

  std::unique_ptr<tests::console> console = empty_console();

 private:
  std::uint64_t number_ = 0;
};

}  // namespace tests
