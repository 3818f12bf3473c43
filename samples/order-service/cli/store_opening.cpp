#include <cli/store_opening.hpp>

#include <algorithm>
#include <cstdint>
#include <optional>

#include <whence/cli/run_cli.hpp>
#include <whence/core/files.hpp>
#include <whence/core/runtime.hpp>
#include <whence/sql/error.hpp>
#include <whence/store/log.hpp>
#include <whence/store/log_source.hpp>

#include <cli/shell_text.hpp>
#include <domain/credit_note.hpp>
#include <domain/order.hpp>
#include <domain/payment.hpp>
#include <domain/stock_item.hpp>
#include <domain/text.hpp>

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
  if ((of_lock || path == store) && fault.code() == "file.missing") return no_folder(folder, fault);
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

/// Events that a shop writes into another application's log stay there for good. So a log that has events, and none of a shop's
/// aggregates among the first million, is not written. Nothing: it is ours, new, or cannot be read, and opening it says why.
std::optional<failure> of_another_application(const std::string& store) try {
  constexpr whence::global_position looked_at{1'000'000};
  const auto log = whence::sqlite(store).visit(whence::runtime::system(1));
  const whence::event_filter ours{
      .aggregate_types = {std::string(Order::type.name), std::string(Payment::type.name),
                          std::string(StockItem::type.name), std::string(CreditNote::type.name)},
      .event_types = {}};
  const whence::global_position end = std::min(log->head(), looked_at);
  for (whence::global_position at; at < end;) {
    const whence::event_page page = log->read(at, ours, {.events = 1});
    if (!page.empty()) return std::nullopt;
    if (page.scanned_to() <= at) break;
    at = page.scanned_to();
  }
  const whence::event_page page = log->read({}, {}, {.events = 1});
  if (page.empty()) return std::nullopt;
  const whence::recorded_event& first = *page.begin();
  return failure(exit_code::refused, "store.other_application",
                 {.what = store + " is the log of another application; nothing was written",
                  .where = store,
                  .why = "it has events, and none of a shop; the first is " + shown(first.type) + " of " +
                         shown(first.aggregate_type),
                  .remedy = "order-service whence event list --limit 5 --store " + for_shell(store) +
                            "\n# so it begins; name a log of this shop, or a new one, with --store"});
} catch (const whence::error&) {
  return std::nullopt;
}

}  // namespace

whence::application open_for(const request& asked, absent_shop absent, const terminal& terminal) {
  if (const auto refused = of_another_application(asked.store)) throw *refused;
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
