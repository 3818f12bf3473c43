#include <import/invoice_difference.hpp>

#include <algorithm>
#include <cstddef>
#include <optional>
#include <string_view>
#include <utility>

#include <whence/core/timestamp.hpp>
#include <whence/serialization/json.hpp>

#include <domain/credit_note.hpp>
#include <domain/names.hpp>
#include <domain/order.hpp>
#include <domain/text.hpp>
#include <import/record_invoice.hpp>

namespace shop {
namespace {

/// An order as it was placed, or a credit note as it was issued.
struct recorded_invoice {
  std::string customer;  ///< empty: a guest, as in a file of sales
  std::string country;
  std::vector<Line> lines;
  whence::timestamp date;
};

template <class Event>
recorded_invoice recorded_as(const whence::recorded_event& event) {
  Event made = whence::decode<Event>(event.data);
  return {std::move(made.customer).value_or(""), std::move(made.country), std::move(made.lines), event.occurred_at};
}

std::optional<recorded_invoice> recorded_in(const std::string& stream, whence::log_reader& log) {
  const whence::event_page page = log.read_stream(stream);
  for (const whence::recorded_event& event : page) {
    if (event.type == OrderPlaced::type.name) return recorded_as<OrderPlaced>(event);
    if (event.type == CreditNoteIssued::type.name) return recorded_as<CreditNoteIssued>(event);
  }
  return std::nullopt;
}

/// Of what the first command of the invoice's series did.
std::optional<whence::correlation_id> correlation_of(const staged_invoice& invoice, whence::log_reader& log) {
  const auto first = whence::event_link::causation(first_command_of(invoice));
  for (whence::global_position read_to;;) {
    const whence::event_page page = log.read_linked(first, read_to, {.events = 1});
    if (!page.empty()) return page.begin()->correlation;
    if (page.at_end()) return std::nullopt;
    read_to = page.scanned_to();
  }
}

std::string text_of(const Line& line) {
  return std::to_string(line.quantity) + " \xC3\x97 " + shown(line.item) + " at " + to_text(line.price) +
         (line.description.empty() ? "" : " (" + shown(line.description) + ")");
}

class difference_list {
 public:
  void add(std::string_view where, const Line& line) {
    constexpr std::size_t shown_max = 5;
    if (++count_ <= shown_max) lines_.push_back("only in the " + std::string(where) + ": " + text_of(line));
  }
  void append_to(std::vector<std::string>& all) const {
    all.insert(all.end(), lines_.begin(), lines_.end());
    if (count_ > lines_.size()) all.push_back("and " + std::to_string(count_ - lines_.size()) + " more");
  }

 private:
  std::vector<std::string> lines_;
  std::size_t count_ = 0;
};

/// A line stands as often as it was sold: each of the file takes one of the log.
void compare_lines(const staged_invoice& invoice, std::vector<Line> recorded, std::vector<std::string>& all) {
  difference_list in_file, in_log;
  const std::vector<Line> lines = lines_of(invoice);
  std::size_t at = 0;
  for (const sale_record& record : invoice.records) {
    if (record.is_adjustment()) continue;
    const Line& line = lines[at++];
    const auto same = std::find(recorded.begin(), recorded.end(), line);
    if (same == recorded.end())
      in_file.add("file, line " + std::to_string(record.line), line);
    else
      recorded.erase(same);
  }
  for (const Line& line : recorded) in_log.add("log", line);
  in_file.append_to(all);
  in_log.append_to(all);
}

}  // namespace

invoice_difference difference_of(const staged_invoice& invoice, whence::log_reader& log) {
  const std::string stream =
      invoice.is_credit() ? credit_note_id(invoice.number).value() : order_id(invoice.number).value();
  std::optional<recorded_invoice> recorded = recorded_in(stream, log);
  if (!recorded) return {stream, correlation_of(invoice, log), {}};
  invoice_difference found{stream, std::nullopt, {}};
  const auto compare = [&found](std::string_view what, const std::string& file, const std::string& in_log) {
    if (file != in_log)
      found.lines.push_back(std::string(what) + ": \"" + shown(file) + "\" in the file, \"" + shown(in_log) +
                            "\" in the log");
  };
  compare_lines(invoice, std::move(recorded->lines), found.lines);
  compare("customer", invoice.customer, recorded->customer);
  compare("country", invoice.country, recorded->country);
  compare("date", whence::to_rfc3339(invoice.date), whence::to_rfc3339(recorded->date));
  return found;
}

}  // namespace shop
