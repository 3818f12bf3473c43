/// The application's own executable, as far as the log and the machine tell: it has the types that the stock program lacks.
#pragma once

#include <string>

#include <whence/cli/surroundings.hpp>
#include <whence/core/error.hpp>
#include <whence/store/log.hpp>

namespace whence::inline v0::cli {

/// `types.missing`: only the application's own executable can do this.
struct types_missing final : error {
  explicit types_missing(error_text text);
};

/// What to type, so that the application does it: `line` behind its name, which is that of what wrote `any` (null: nothing did).
std::string run_by_application(const recorded_event* any, const surroundings& around, const std::string& line);

/// The same, with the first event of the log.
std::string run_by_application(log_reader& log, const surroundings& around, const std::string& line);

}  // namespace whence::inline v0::cli
