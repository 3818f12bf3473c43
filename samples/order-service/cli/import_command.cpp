#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <whence/core/files.hpp>
#include <whence/core/json_text.hpp>
#include <whence/modelling/errors.hpp>

#include <cli/commands.hpp>
#include <cli/failure.hpp>
#include <cli/progress_bar.hpp>
#include <cli/shell_text.hpp>
#include <cli/stopping.hpp>
#include <cli/store_opening.hpp>
#include <domain/text.hpp>
#include <import/invoice_difference.hpp>
#include <import/record_invoice.hpp>
#include <import/rejects_file.hpp>
#include <import/sales_file.hpp>
#include <import/staging_area.hpp>
#include <service/open_shop.hpp>

namespace shop {
namespace {

struct counts {
  std::uint64_t records = 0;
  std::uint64_t accepted = 0;
  std::uint64_t rejected = 0;
  std::uint64_t events = 0;
  std::uint64_t differing = 0;         ///< invoices
  std::uint64_t incomplete = 0;        ///< invoices that are recorded, but for records that were rejected
  std::uint64_t unended = 0;           ///< the line of the last record, if the file may be cut there
  std::vector<std::string> held_back;  ///< invoices of which nothing is written for that
};

const std::string listed = "rejects.csv";  // what is advised

std::optional<std::string> reason_against(const std::string& rejects, const std::string& sales,
                                          const std::string& store) try {
  return reason_against_rejects(rejects, sales, store);
} catch (const whence::file_error& fault) {
  if (fault.code() == "file.missing") throw no_folder(fault.path, fault);
  throw;
}

void must_take_rejects(const import_request& command, const std::string& store) {
  if (!command.rejects) return;
  if (const auto reason = reason_against(*command.rejects, command.file, store))
    throw failure(exit_code::wrong_usage, "import.rejects",
                  {.what = "the rejected records cannot go to " + *command.rejects + "; nothing was written",
                   .where = "--rejects " + *command.rejects,
                   .why = *reason,
                   .remedy = command_line_of(store, {"import", command.file, "--rejects",
                                                     *command.rejects == listed ? "more-" + listed : listed})});
  // Its name may be too long, its folder on a disk without room: it is begun, and taken away again.
  const rejects_file can_be_begun(*command.rejects);
}

void reject(const csv_record& record, reject_reason reason, const sale_columns& columns, staging_area& staged) {
  std::string name(reason.name);
  if (record.text_cut) name += rejects::cut;
  const bool has_fields = record.field_count == sale_columns::names.size();
  staged.reject(record.line, {name}, record.text,
                has_fields ? columns.of(record, sale_columns::invoice) : std::string_view());
}

/// Reads the whole file into the staging area.
void stage(sales_file& file, const import_request& command, staging_area& staged, counts& sums,
           const whence::application& app, const request& asked, const terminal& terminal) {
  const auto read = [&] {
    return "reading " + counted(staged.accepted() + staged.rejected(), "record") + "; nothing of them was written";
  };
  progress_bar progress(terminal.err, terminal.err_columns != 0, "reading");
  file.stop_when([&app] { return app.stopping(); });
  std::string invoice_before;
  for (csv_record record; unless_stopping(app, asked, read, [&] { return file.next(record); });
       progress.show(file.bytes_read(), file.bytes())) {
    const auto judged = read_sale(record, file.columns());
    if (const auto* sale = std::get_if<sale_record>(&judged)) {
      staged.accept(*sale, record.text);
    } else {
      reject(record, std::get<reject_reason>(judged), file.columns(), staged);
    }
    if (record.unended && !command.last_line_is_whole) {
      sums.unended = record.line;
      const std::vector<std::string> cut = invoices_cut_in(record, file.columns(), invoice_before);
      for (const std::string& invoice : cut)
        if (staged.hold_back(invoice)) sums.held_back.push_back(invoice);
      // The only record of its invoice may have been rejected itself, or be cut before it says which that is.
      if (sums.held_back.empty() && !cut.empty() && !cut.front().empty()) sums.held_back.push_back(cut.front());
    }
    if (record.field_count == sale_columns::names.size())
      invoice_before = file.columns().of(record, sale_columns::invoice);
  }
}

/// What an invoice was refused for, if it was; a command id that means something else by now is a change too.
std::optional<whence::rejected> record(const shop_service& shop, const staged_invoice& invoice, counts& sums) {
  try {
    const answer ended = record_invoice(shop, invoice).get();
    sums.events += ended.events;
    return ended.refusal;
  } catch (const whence::command_id_reused& changed) {
    return whence::rejected{std::string{changed.code()}, changed.text().what};
  }
}

/// Of what is done all the same.
void note(const terminal& terminal, std::string_view code, whence::error_text text) {
  report(failure(exit_code::done, code, std::move(text)), terminal.err, terminal.err_columns);
}

void report_difference(const staged_invoice& invoice, const whence::rejected& refusal, counts& sums,
                       const import_request& command, whence::log_reader& log, const request& asked,
                       const terminal& terminal) {
  constexpr std::uint64_t shown_max = 20;
  if (++sums.differing > shown_max) return;
  const invoice_difference found = difference_of(invoice, log);
  std::string why = shown(refusal.message);
  for (const std::string& line : found.lines) why += "\n" + line;
  const std::string look = "order-service whence " +
                           (found.correlation ? "event list --correlation " + found.correlation->value().to_string()
                                              : "stream show " + for_shell(found.stream)) +
                           " --store " + for_shell(asked.store);
  note(terminal, "import.differs",
       {.what = "invoice " + shown(invoice.number) + " differs from what is recorded; it was left as it is",
        .where = shown(command.file) + ", line " + std::to_string(invoice.records.front().line),
        .why = why,
        .remedy = look +
                  "\n# what is missing there: import it as an invoice with a number of its own; what is too much: as a "
                  "credit note (C…)"});
}

/// Which records were rejected, and why, is not on the screen: this says how to come by it.
void advise_rejects(const import_request& command, const counts& sums, const request& asked, const terminal& terminal) {
  if (sums.rejected == 0 || command.rejects) return;
  const bool one = sums.rejected == 1;
  note(terminal, "import.rejected",
       {.what = std::to_string(sums.rejected) +
                (one ? " record was rejected; nothing of it" : " records were rejected; nothing of them") +
                " was written",
        .remedy = command_line_of(asked.store, {"import", command.file, "--rejects", listed})});
}

/// Nothing tells a file that was cut within its last field from one that lacks its last line end.
void warn_of_cut(const import_request& command, const counts& sums, const request& asked, const terminal& terminal) {
  if (sums.unended == 0) return;
  std::string held_back = "it";
  if (!sums.held_back.empty()) held_back = "invoice " + shown(sums.held_back.front());
  if (sums.held_back.size() > 1) held_back += " and " + shown(sums.held_back.back());
  note(terminal, "import.unended",
       {.what = "the file has no line end behind its last record, and may have been cut there; nothing of " +
                held_back + " was written",
        .where = shown(command.file) + ", line " + std::to_string(sums.unended),
        .remedy = "tail -n 1 " + for_shell(command.file) + "\n# if that is whole:\n#   " + asked.line +
                  " --last-line-is-whole"});
}

std::string differing(const counts& sums) {
  return std::to_string(sums.differing) + (sums.differing == 1 ? " invoice differs" : " invoices differ");
}

/// What `warn_of_cut` says, for programs.
std::string unended_member(const counts& sums) {
  if (sums.unended == 0) return "null";
  std::string invoices;
  for (const std::string& invoice : sums.held_back)
    invoices.append(invoices.empty() ? "" : ", ").append(whence::json_string(readable(invoice)));
  return "{\"line\": " + std::to_string(sums.unended) + ", \"held_back_invoices\": [" + invoices + "]}";
}

void print(const counts& sums, const request& asked, const terminal& terminal) {
  if (asked.form == output_form::json) {
    terminal.out << "{\"records\": " << sums.records << ", \"accepted\": " << sums.accepted
                 << ", \"rejected\": " << sums.rejected << ", \"events\": " << sums.events
                 << ", \"incomplete_invoices\": " << sums.incomplete << ", \"differing_invoices\": " << sums.differing
                 << ", \"unended\": " << unended_member(sums) << "}\n";
    return;
  }
  terminal.out << counted(sums.records, "record") << ": " << sums.accepted << " accepted, " << sums.rejected
               << " rejected; " << counted(sums.events, "event") << " added";
  if (sums.incomplete > 0)
    terminal.out << "; " << sums.incomplete << (sums.incomplete == 1 ? " invoice is" : " invoices are")
                 << " recorded without rejected records of " << (sums.incomplete == 1 ? "its" : "their") << " own";
  if (sums.differing > 0)
    terminal.out << "; " << differing(sums) << " and "
                 << (sums.differing == 1 ? "was left as it is" : "were left as they are");
  terminal.out << "\n";
}

}  // namespace

void carry_out(const import_request& command, const request& asked, const terminal& terminal) {
  // Everything that can be wrong with the files is found before there is a store.
  sales_file file(command.file);
  must_take_rejects(command, asked.store);

  const auto app = open_for(asked, absent_shop::is_opened, terminal);
  const shop_service shop(app);
  staging_area staged;
  counts sums;
  stage(file, command, staged, sums, app, asked, terminal);

  {
    progress_bar progress(terminal.err, terminal.err_columns != 0, "recording");
    std::uint64_t done = 0;
    const auto recorded = [&] {
      return std::to_string(done) + " of " + std::to_string(staged.invoices()) +
             " invoices; they are kept, and the same command goes on there";
    };
    for (staged_invoice invoice; staged.next_invoice(invoice); progress.show(++done, staged.invoices()))
      if (const auto refusal = unless_stopping(app, asked, recorded, [&] {
            return at_place("invoice " + invoice.number, asked.store, [&] { return record(shop, invoice, sums); });
          }))
        report_difference(invoice, *refusal, sums, command, app.log(), asked, terminal);
      else
        sums.incomplete += invoice.incomplete ? 1 : 0;
  }
  if (command.rejects) {
    rejects_file rejects(*command.rejects);
    staged.each_rejected([&](const rejected_record& rejected) { rejects.add(rejected); });
    rejects.finish();
  }
  sums.accepted = staged.accepted();
  sums.rejected = staged.rejected();
  sums.records = sums.accepted + sums.rejected;
  print(sums, asked, terminal);
  advise_rejects(command, sums, asked, terminal);
  warn_of_cut(command, sums, asked, terminal);
}

}  // namespace shop
