#include <cli/failure.hpp>
#include <import/sales_file.hpp>

namespace shop {
namespace {

exit_code exit_of(const whence::error& fault) {
  if (const auto* own = dynamic_cast<const failure*>(&fault)) return own->exit;
  if (dynamic_cast<const not_a_sales_file*>(&fault) != nullptr) return exit_code::not_readable;
  return whence::exit_code_of(fault);
}

}  // namespace

int report_failure(const std::exception& fault, std::ostream& err) {
  const auto* known = dynamic_cast<const whence::error*>(&fault);
  if (known == nullptr) {
    err << "order-service: " << fault.what()
        << "\n  why:   this is a fault of the program itself  [program.fault, exit 70]\n";
    return static_cast<int>(exit_code::our_bug);
  }
  const exit_code exit = exit_of(*known);
  err << whence::failure_text("order-service", *known, exit);
  return static_cast<int>(exit);
}

}  // namespace shop
