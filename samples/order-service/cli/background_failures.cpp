#include <cli/background_failures.hpp>

#include <whence/core/error.hpp>

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

void background_failures::print(std::ostream& err, const std::string& store) {
  const auto lines = lines_.lock();
  for (const auto& [line, code] : *lines)
    err << "order-service: done and kept; what stands beside the log could not follow, and will when this is put "
           "right\n  why:   "
        << line << "\n  do:    order-service whence projection status --store " << for_shell(store) << "  [" << code
        << "]\n";
}

}  // namespace shop
