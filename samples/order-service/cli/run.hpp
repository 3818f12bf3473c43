/// The program, without its main.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <ostream>
#include <string>
#include <vector>

#include <cli/failure.hpp>
#include <service/open_shop.hpp>

namespace shop {

/// Where the program writes: data to `out`, everything else to `err`.
struct terminal {
  std::ostream& out;
  std::ostream& err;
  std::size_t out_columns = 0;  ///< of a terminal; 0: it is none
  std::size_t err_columns = 0;
  std::function<std::string()> why_not_written = {};  ///< asked once a write to `out` has failed
  background_handler background = {};                 ///< `run` sets these
  loss_handler lost = {};
  /// The epoch of the log that this command has begun, because what was lost was accepted by name.
  std::shared_ptr<std::optional<std::uint64_t>> epoch = std::make_shared<std::optional<std::uint64_t>>();
  std::shared_ptr<std::optional<failure>> loss = std::make_shared<std::optional<failure>>();  ///< what `lost` was told
};

/// Reads the command line, carries the command out, returns what to exit with. Throws nothing.
int run(const std::vector<std::string>& arguments, const terminal& terminal) noexcept;

/// The same with the process's own streams.
int run(int argc, char** argv) noexcept;

}  // namespace shop
