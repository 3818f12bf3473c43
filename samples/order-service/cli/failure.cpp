#include <cli/failure.hpp>

#include <whence/core/files.hpp>
#include <whence/sql/error.hpp>
#include <whence/store/log_errors.hpp>

#include <cli/shell_text.hpp>
#include <domain/text.hpp>
#include <import/sales_file.hpp>

namespace shop {
namespace {

exit_code exit_of(const whence::error& fault) {
  if (const auto* own = dynamic_cast<const failure*>(&fault)) return own->exit;
  if (dynamic_cast<const not_a_sales_file*>(&fault) != nullptr) return exit_code::not_readable;
  return whence::exit_code_of(fault);
}

/// Whence advises who programs with it; who types commands is told one to type, or nothing.
std::string command_that_helps(const whence::error& fault, const std::string& store) {
  const std::string_view code = fault.code();
  if (const auto* other = dynamic_cast<const not_a_sales_file*>(&fault)) return "head -1 " + for_shell(other->path);
  if (const auto* busy = dynamic_cast<const whence::log_busy*>(&fault); busy != nullptr && busy->holder_pid > 0)
    return "ps -p " + std::to_string(busy->holder_pid);
  if (code == "sql.full" || code == "file.no_space" || code.starts_with("append."))
    return "df -h " + for_shell(whence::directory_of(store));
  if (code == "log.checksum" || code == "log.tail_missing" || code == "log.witness_missing")
    return "tar -cf saved.tar " + for_shell(store) + "*";
  if (code == "checkpoint.mismatch" || code == "read_model.damaged" || code == "read_model.newer_version")
    return "mv " + for_shell(store + ".models") + " " + for_shell(store + ".models.old");
  return {};
}

/// What people are to read of it.
whence::error_text told(const whence::error& fault, const std::string& store) {
  whence::error_text text = fault.text();
  if (dynamic_cast<const failure*>(&fault) != nullptr) return text;
  text.remedy = command_that_helps(fault, store);
  if (const auto* in_database = dynamic_cast<const whence::sql::sql_error*>(&fault)) text.where = in_database->path;
  return text;
}

}  // namespace

int report_failure(const std::exception& fault, std::ostream& err, const std::string& store) {
  const auto* known = dynamic_cast<const whence::error*>(&fault);
  if (known == nullptr) {
    err << "order-service: " << shown(fault.what())
        << "\n  why:   this is a fault of the program itself  [program.fault, exit 70]\n";
    return static_cast<int>(exit_code::our_bug);
  }
  const exit_code exit = exit_of(*known);
  err << whence::failure_text("order-service", failure(exit, known->code(), told(*known, store)), exit);
  return static_cast<int>(exit);
}

}  // namespace shop
