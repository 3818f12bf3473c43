#include <cli/failure.hpp>

namespace shop {
namespace {

struct rule {
  std::string_view code;  ///< whole, or up to a point: "sql."
  exit_code exit;
};

/// The first that fits counts.
constexpr rule rules[] = {
    {"log.missing", exit_code::missing},
    {"file.missing", exit_code::missing},
    {"log.busy", exit_code::not_now},
    {"log.closed", exit_code::not_now},
    {"log.", exit_code::not_trusted},
    {"import.header", exit_code::not_trusted},
    {"file.", exit_code::not_now},
    {"sql.corrupt", exit_code::not_trusted},
    {"sql.not_a_database", exit_code::not_trusted},
    {"sql.", exit_code::not_now},
    {"append.", exit_code::not_now},
    {"async.", exit_code::not_now},
    {"read_model.behind", exit_code::not_now},
    {"read_model.", exit_code::not_trusted},
    {"app.stopped", exit_code::not_now},
    {"app.", exit_code::our_fault},
    {"projection.", exit_code::answer_is_no},
    {"subscription.", exit_code::answer_is_no},
    {"checkpoint.", exit_code::not_trusted},
    {"token.", exit_code::not_trusted},
    {"event.", exit_code::not_trusted},
    {"data.", exit_code::not_trusted},
};

exit_code exit_of(const whence::error& fault) {
  if (const auto* own = dynamic_cast<const failure*>(&fault)) return own->exit;
  for (const rule& known : rules)
    if (known.code.back() == '.' ? fault.code().starts_with(known.code) : fault.code() == known.code) return known.exit;
  switch (fault.next()) {
    case whence::next_move::retry: return exit_code::not_now;
    case whence::next_move::reload:
    case whence::next_move::change_request: return exit_code::refused;
    case whence::next_move::operator_needed: return exit_code::not_trusted;
  }
  return exit_code::our_fault;
}

}  // namespace

int report_failure(const std::exception& fault, std::ostream& err) {
  const auto* known = dynamic_cast<const whence::error*>(&fault);
  if (known == nullptr) {
    err << "order-service: " << fault.what()
        << "\n  why:   this is a fault of the program itself  [program.fault, exit 70]\n";
    return static_cast<int>(exit_code::our_fault);
  }
  const whence::error_text& text = known->text();
  const int exit = static_cast<int>(exit_of(*known));
  const std::string ending = "  [" + std::string{known->code()} + ", exit " + std::to_string(exit) + "]";
  std::string message = "order-service: " + text.what;
  if (!text.where.empty()) message += "\n  where: " + text.where;
  if (!text.why.empty()) message += "\n  why:   " + text.why;
  if (!text.remedy.empty()) message += "\n  do:    " + text.remedy;
  err << message << ending << "\n";
  return exit;
}

}  // namespace shop
