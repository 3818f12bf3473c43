#include <cli/background_failures.hpp>

#include <whence/core/error.hpp>

#include <domain/text.hpp>

namespace shop {

void background_failures::take(const std::exception_ptr& failure) {
  std::string line;
  try {
    std::rethrow_exception(failure);
  } catch (const whence::error& fault) {
    line = shown(fault.what()).append("  [").append(fault.code()).append("]");
  } catch (const std::exception& fault) {
    line = shown(fault.what());
  }
  const auto lines = lines_.lock();
  lines->insert(line);
}

void background_failures::print(std::ostream& err) {
  const auto lines = lines_.lock();
  for (const std::string& line : *lines)
    err << "order-service: done and kept; what stands beside the log could not follow, and will when this is put "
           "right\n  why:   "
        << line << "\n";
}

}  // namespace shop
