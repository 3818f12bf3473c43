#include <whence/testing/failed_expectation.hpp>

#include <atomic>
#include <utility>

#include <whence/testing/report_failure.hpp>

namespace whence::testing::inline v0 {
namespace {

std::atomic<failure_handler> current_handler{nullptr};
std::atomic<met_handler> current_met{nullptr};

std::string with_place(const std::string& text, const std::source_location& where) {
  return std::string(where.file_name()).append(":").append(std::to_string(where.line())).append(": ").append(text);
}

}  // namespace

failed_expectation::failed_expectation(std::string text, const std::source_location& where)
    : std::runtime_error(with_place(text, where)), text_(std::move(text)), where_(where) {}

failure_handler on_failure(failure_handler handler) noexcept { return current_handler.exchange(handler); }

met_handler on_met(met_handler handler) noexcept { return current_met.exchange(handler); }

void report_met() {
  if (const met_handler handler = current_met.load(); handler != nullptr) handler();
}

void report_failure(std::string text, const std::source_location& where) {
  const failed_expectation failure(std::move(text), where);
  const failure_handler handler = current_handler.load();
  if (handler == nullptr) throw failure;
  handler(failure);
}

}  // namespace whence::testing::inline v0
