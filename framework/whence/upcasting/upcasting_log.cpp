#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <utility>

#include <whence/store/event_page_builder.hpp>
#include <whence/upcasting/upcast_pages.hpp>
#include <whence/upcasting/upcast_table.hpp>
#include <whence/upcasting/upcasting_log.hpp>

namespace whence::inline v0 {
namespace {

/// All types that the query names; none, if one of its items is content with any.
std::vector<std::string> types_of(const event_query& query) {
  std::vector<std::string> types;
  for (const query_item& item : query.items) {
    if (item.event_types.empty()) return {};
    types.insert(types.end(), item.event_types.begin(), item.event_types.end());
  }
  return types;
}

/// Base is log_reader or log.
template <class Base>
class upcasting_reader : public Base {
 public:
  upcasting_reader(std::unique_ptr<Base> stored, upcasters through)
      : stored_(std::move(stored)), upcasters_(std::move(through)) {}

  log_identity identity() const final { return stored_->identity(); }
  log_condition condition() final { return stored_->condition(); }
  std::uint64_t epoch_of_last_event() final { return stored_->epoch_of_last_event(); }
  global_position head() final { return stored_->head(); }
  log_reader& stored() noexcept final { return stored_->stored(); }
  std::string reading_of(std::span<const std::string> event_types) const final {
    return stored_->reading_of(event_types) + upcasters_.ways_of(event_types);
  }

  event_page read(global_position after, const event_filter& filter, page_limit limit) final {
    if (filter.event_types.empty()) return of_today(stored_->read(after, filter, limit), {});
    const event_filter widened{.aggregate_types = filter.aggregate_types,
                               .event_types = upcasters_.stored_names_of(filter.event_types)};
    return of_today(stored_->read(after, widened, limit), filter.event_types);
  }
  event_page read_stream(std::string_view stream, stream_version from, read_direction direction,
                         page_limit limit) final {
    return of_today(stored_->read_stream(stream, from, direction, limit), {}, direction);
  }
  event_page read_linked(const event_link& link, global_position after, page_limit limit) final {
    return of_today(stored_->read_linked(link, after, limit), {});
  }
  event_page read_matching(const event_query& query, global_position after, page_limit limit) final {
    event_page found = of_today(stored_->read_matching(widen(query), after, limit), types_of(query));
    const global_position scanned_to = found.scanned_to();
    const bool at_end = found.at_end();
    event_page_builder today;
    for (const recorded_event& event : today.take_over(std::move(found)))
      if (query.matches(event)) today.add_kept(event);
    return today.finish(scanned_to, at_end);
  }
  stream_version stream_head(std::string_view stream) final { return stored_->stream_head(stream); }
  std::optional<global_position> find_event(event_id id) final { return stored_->find_event(id); }
  std::optional<chain_hash> chain_at(global_position position) final { return stored_->chain_at(position); }
  std::optional<global_position> indexed_to() final { return stored_->indexed_to(); }
  async<global_position> wait_beyond(global_position after, std::stop_token stop) final {
    return stored_->wait_beyond(after, std::move(stop));
  }

 protected:
  /// The same query for what is stored: with the names that its types had, or may have come from.
  event_query widen(event_query query) const {
    for (query_item& item : query.items)
      if (!item.event_types.empty()) item.event_types = upcasters_.stored_names_of(item.event_types);
    return query;
  }

  event_page of_today(event_page stored, const std::vector<std::string>& wanted,
                      read_direction direction = read_direction::forward) {
    return detail::upcast_page(std::move(stored), *upcasters_.table(), *stored_, wanted, direction);
  }

  const std::unique_ptr<Base> stored_;
  const upcasters upcasters_;
};

class upcasting_visitor final : public upcasting_reader<log_reader> {
 public:
  using upcasting_reader::upcasting_reader;
};

class upcasting_log final : public upcasting_reader<log> {
 public:
  upcasting_log(std::unique_ptr<log> stored, upcasters through, std::shared_ptr<executor> executor)
      : upcasting_reader(std::move(stored), std::move(through)), executor_(std::move(executor)) {}

  async<append_outcome> append(append_batch batch) override {
    for (const stream_append& part : batch.streams)
      for (const new_event& event : part.events)
        // What is in the log under its id may be sent again: the store says what became of it, or that it is another event.
        if (is_of_the_past(event) && !stored_->find_event(event.id)) return refuse(part, event);
    for (append_condition& condition : batch.conditions) condition.query = widen(std::move(condition.query));
    return stored_->append(std::move(batch));
  }
  announcement_handle on_committed(std::function<void(global_position)> callback) override {
    return stored_->on_committed(std::move(callback));
  }
  void close() override { stored_->close(); }

 private:
  bool is_of_the_past(const new_event& event) const { return upcasters_.table()->changes(event.type, event.version); }

  async<append_outcome> refuse(const stream_append& part, const new_event& event) const {
    append_refused refused{};
    refused.why = append_refused::reason::invalid;
    refused.stream = part.stream;
    refused.event = event.id;
    refused.detail = event.type + " version " + std::to_string(event.version) +
                     " is only read any more: an upcaster turns it into another event";
    auto [result, done] = make_async<append_outcome>(executor_);
    done.complete(std::move(refused));
    return std::move(result);
  }

  const std::shared_ptr<executor> executor_;
};

}  // namespace

log_source upcasting(log_source log, upcasters through) {
  if (through.empty()) return log;
  log_source::doors doors = log.ways_in();
  doors.open = [open = doors.open, through](const runtime& runtime) -> std::unique_ptr<whence::log> {
    return std::make_unique<upcasting_log>(open(runtime), through, runtime.executor);
  };
  doors.visit = [visit = doors.visit, through](const runtime& runtime) { return upcasting(visit(runtime), through); };
  return log_source(std::move(doors));
}

std::unique_ptr<log_reader> upcasting(std::unique_ptr<log_reader> stored, upcasters through) {
  if (through.empty()) return stored;
  return std::make_unique<upcasting_visitor>(std::move(stored), std::move(through));
}

}  // namespace whence::inline v0
