#include <unistd.h>
#include <cerrno>
#include <cli/failure.hpp>

#include <whence/cli/run_cli.hpp>
#include <whence/core/files.hpp>
#include <whence/sql/error.hpp>
#include <whence/sql/temporary_folder.hpp>
#include <whence/store/append_outcome.hpp>
#include <whence/store/log_errors.hpp>
#include <whence/store/log_source.hpp>
#include <whence/subscription/checkpoint.hpp>

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

/// Of an append that the storage failed under.
whence::storage_fault cause_of(const whence::error& fault) {
  if (const auto* refused = dynamic_cast<const whence::append_not_done*>(&fault)) return refused->cause;
  if (const auto* unknown = dynamic_cast<const whence::append_result_unknown*>(&fault)) return unknown->cause;
  return whence::storage_fault::other;
}

/// A query that cannot wait for its read model any longer.
std::string advice_to_wait(const std::string& store) {
  const std::string models = store + ".models";
  const bool is_there = ::access(models.c_str(), F_OK) == 0;
  const std::string folder = is_there ? models : whence::directory_of(store);
  if (::access(folder.c_str(), W_OK | X_OK) == 0) return "repeat the command with --wait 60";
  if (errno == EROFS) return "cp -r " + for_shell(store) + "* /var/tmp\n# then repeat the command there";
  return "# for a user who may write in " + folder + ":\n" + command_line_of(store, {"report"});
}

/// As `whence` advises of the same fault, and what this program can do besides.
std::string advice(const whence::error& fault, const std::string& store, const std::string& line) {
  const std::string_view code = fault.code();
  if (const auto* other = dynamic_cast<const not_a_sales_file*>(&fault)) {
    if (whence::is_sqlite_log(*whence::system_files(), other->path))
      return command_line_of(other->path, {"report"}) + "\n# it is a log itself";
    return "head -n 1 " + for_shell(other->path);
  }
  const whence::storage_fault cause = cause_of(fault);
  const auto* in_database = dynamic_cast<const whence::sql::sql_error*>(&fault);
  if (in_database != nullptr && in_database->path.empty() && code == "sql.full")
    return whence::sql::room_for_temporary_files() + ", then repeat the command";
  if (cause == whence::storage_fault::no_room)
    return whence::failure_remedy("order-service whence", whence::file_error("write", store, ENOSPC), store);
  if (cause == whence::storage_fault::foreign_writer)
    return "fuser -v " + for_shell(store) + "\n# stop what else writes there, then repeat the command";
  if (cause == whence::storage_fault::files_replaced)
    return "ls -l " + for_shell(store) +
           "*\n# leave them alone while a command writes to them, then repeat the command";
  if (code == "append.not_written" || code == "append.unknown" || code == "append.closed")
    return whence::failure_remedy("order-service whence", whence::file_error("write", store, EIO), store);
  if (code == "read_model.behind") return advice_to_wait(store);
  if (exit_of(fault) == exit_code::our_bug) return "please report it, with the command";

  std::string remedy = whence::failure_remedy("order-service whence", fault, store);
  if (code == "log.missing") return remedy + "; place, import and simulate make a new one";
  const bool can_be_accepted = code == "log.tail_missing" || code == "log.witness_missing";
  if (can_be_accepted && !line.empty())
    return remedy + "\n# to go on without what is lost:\n#   " + line + " --accept-missing-tail";
  return remedy;
}

/// What was stopped goes on where it was when the command is repeated, which most advice ends with.
std::string going_on_there(const std::string& remedy) {
  if (remedy.ends_with("repeat the command")) return remedy + ": it goes on there";
  const bool is_prose = remedy.find('\n') == std::string::npos;
  return remedy + (is_prose ? ", then repeat the command: " : "\n# then repeat the command: ") + "it goes on there";
}

}  // namespace

std::optional<failure> stopped_at(const std::string& place, const whence::error& fault, const std::string& store) {
  const std::string_view code = fault.code();
  const auto is_of = [code](std::string_view area) { return code.starts_with(area); };
  if (!is_of("append.") && !is_of("sql.") && !is_of("file.") && !is_of("log.")) return std::nullopt;
  const whence::error_text& text = fault.text();
  return failure(exit_of(fault), code,
                 {.what = "stopped at " + place + "; what was recorded before it is kept",
                  .where = store,
                  .why = text.why.empty() ? text.what : text.why,
                  .remedy = going_on_there(advice(fault, store, {}))});
}

failure told(const std::exception& fault, const std::string& store, const std::string& line) {
  const auto* known = dynamic_cast<const whence::error*>(&fault);
  if (known == nullptr)
    return {exit_code::our_bug,
            "program.fault",
            {.what = fault.what(),
             .where = store.empty() ? "order-service" : store,
             .why = "this is a fault of the program itself",
             .remedy = "please report it, with the command"}};
  if (const auto* own = dynamic_cast<const failure*>(known)) return *own;
  whence::error_text text = known->text();
  text.remedy = advice(*known, store, line);
  if (known->code() == "read_model.behind") text.where = store + ".models";
  const auto* in_database = dynamic_cast<const whence::sql::sql_error*>(known);
  if (in_database != nullptr && !in_database->path.empty()) text.where = in_database->path;
  if (text.where.empty()) text.where = store;
  return {exit_of(*known), known->code(), text};
}

failure no_folder(const std::string& folder, const whence::error& fault) {
  return {whence::exit_code_of(fault),
          fault.code(),
          {.what = "there is no folder " + folder + "; nothing was written",
           .where = folder,
           .why = fault.text().why,
           .remedy = "mkdir -p " + for_shell(folder) + "\n# then repeat the command"}};
}

failure told_of_loss(const whence::error& loss, const std::string& store) {
  failure known = told(loss, store);
  if (dynamic_cast<const whence::log_damaged*>(&loss) == nullptr) return known;
  whence::error_text text = known.text();
  text.what += "; what is shown is what stands before it";
  return {known.exit, known.code(), text};
}

std::string diagnostics_member(const std::optional<failure>& loss) {
  return loss ? ", \"diagnostics\": " + whence::diagnostics_of(*loss) : std::string();
}

int report(const failure& told, std::ostream& err, std::size_t columns) {
  err << whence::failure_text("order-service", told, told.exit, columns);
  return static_cast<int>(told.exit);
}

}  // namespace shop
