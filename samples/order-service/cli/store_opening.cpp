#include <cli/store_opening.hpp>

#include <cstdint>
#include <optional>

#include <whence/cli/run_cli.hpp>
#include <whence/core/files.hpp>
#include <whence/core/runtime.hpp>
#include <whence/sql/error.hpp>
#include <whence/store/log.hpp>
#include <whence/store/log_source.hpp>

#include <cli/shell_text.hpp>

namespace shop {
namespace {

failure not_opened(const whence::error& fault, const std::string& path, const std::string& store) {
  const auto files = whence::system_files();
  const std::string folder = whence::directory_of(store);
  const bool of_lock = path == store + ".lock";
  whence::error_text text = fault.text();
  text.remedy = whence::failure_remedy("order-service whence", fault, store);
  if (text.where.empty()) text.where = path;
  const auto there = [&](const std::string& name) {
    try {
      return files->status(name).has_value();
    } catch (const whence::error&) {
      return false;  // who cannot look cannot write either
    }
  };
  if (of_lock && fault.code() == "file.missing") return no_folder(folder, fault);
  if (of_lock && !there(path) && fault.code() == "file.no_permission") {
    // Its lock is the first file that is made beside a log.
    text.what = "cannot make files in " + (folder == "." ? "this folder" : folder);
    text.where = folder;
    text.remedy = "ls -ld " + for_shell(folder) + "\n# give this user the right to write there";
  } else if (of_lock && !there(path) && fault.code() == "file.read_only") {
    text.what = "cannot make files in " + (folder == "." ? "this folder" : folder);
    text.where = folder;
  } else if (fault.code() == "sql.full") {
    text.what = "there is no room for " + path;
    text.where = path;
    text.why = fault.text().what;
  } else if (of_lock) {
    text.what = "cannot write to " + store;
    text.where = path;
  }
  text.what += "; nothing was written";
  return {whence::exit_code_of(fault), fault.code(), text};
}

/// Nothing: there is no log yet, or none that can be read.
std::optional<std::uint64_t> epoch_of(const std::string& store) {
  try {
    return whence::sqlite(store).visit(whence::runtime::system(1))->identity().epoch;
  } catch (const whence::error&) {
    return std::nullopt;
  }
}

/// Opening is what accepts a loss, whatever becomes of the command then: so it is said at once.
void note_new_epoch(std::optional<std::uint64_t> before, whence::log& log, const request& asked,
                    const terminal& terminal) {
  const std::uint64_t now = log.identity().epoch;
  if (!before || *before == now) return;
  *terminal.epoch = now;
  report(failure(exit_code::done, "run.epoch_begun",
                 {.what = asked.store + " goes on in epoch " + std::to_string(now) + " behind event " +
                          std::to_string(log.head().value()) + "; what was lost is given up"}),
         terminal.err, terminal.err_columns);
}

}  // namespace

whence::application open_for(const request& asked, absent_shop absent, const terminal& terminal) {
  try {
    const auto before = asked.accept_missing_tail ? epoch_of(asked.store) : std::nullopt;
    auto app = open_shop(asked.store, absent, terminal.background, {.accept_missing_tail = asked.accept_missing_tail});
    note_new_epoch(before, app.log(), asked, terminal);
    return app;
  } catch (const whence::file_error& fault) {
    throw not_opened(fault, fault.path, asked.store);
  } catch (const whence::sql::sql_error& fault) {
    if (fault.path.empty()) throw;
    throw not_opened(fault, fault.path, asked.store);
  }
}

}  // namespace shop
