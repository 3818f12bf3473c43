#include <cli/background_failures.hpp>

#include <whence/core/error.hpp>

#include <cli/failure.hpp>
#include <cli/shell_text.hpp>
#include <domain/text.hpp>

namespace shop {

void background_failures::take(const std::exception_ptr& failure) {
  std::string line, code = "program.fault";
  try {
    std::rethrow_exception(failure);
  } catch (const whence::error& fault) {
    line = shown(fault.what());
    code = fault.code();
  } catch (const std::exception& fault) {
    line = shown(fault.what());
  }
  const auto lines = lines_.lock();
  lines->emplace(line, code);
}

bool background_failures::print_at_once(const std::exception_ptr& failed, std::ostream& err, const std::string& store,
                                        std::size_t columns) {
  try {
    std::rethrow_exception(failed);
  } catch (const whence::error& fault) {
    if (fault.code() != "control.no_socket") return false;
    report(failure(exit_code::done, fault.code(), told(fault, store).text()), err, columns);
    err.flush();
    return true;
  } catch (const std::exception&) {
    return false;
  }
}

void background_failures::print(std::ostream& err, const std::string& store, std::size_t columns) {
  const auto lines = lines_.lock();
  for (const auto& [line, code] : *lines)
    report(
        failure(exit_code::done, code,
                {.what = "done and kept; what stands beside the log could not follow, and will when this is put right",
                 .why = line,
                 .remedy = "order-service whence projection status --store " + for_shell(store)}),
        err, columns);
}

}  // namespace shop
