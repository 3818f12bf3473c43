#include <tests/store/faulty_log.hpp>

#include <optional>
#include <set>
#include <utility>

namespace tests {

using namespace whence;
using whence::log;  // not the logarithm

namespace {

class faulty_log final : public log {
 public:
  faulty_log(std::unique_ptr<log> right, const log_fault& fault, std::shared_ptr<executor> executor)
      : right_(std::move(right)), fault_(fault), executor_(std::move(executor)) {}

  log_identity identity() const override { return right_->identity(); }
  global_position head() override { return right_->head(); }
  event_page read(global_position after, const event_filter& filter, page_limit limit) override {
    event_filter asked = filter;
    if (fault_.read) fault_.read(after, asked, limit);
    return right_->read(after, asked, limit);
  }
  event_page read_stream(std::string_view stream, stream_version from, read_direction direction,
                         page_limit limit) override {
    if (fault_.read_stream) fault_.read_stream(from, direction);
    return right_->read_stream(stream, from, direction, limit);
  }
  stream_version stream_head(std::string_view stream) override { return right_->stream_head(stream); }
  std::optional<global_position> find_event(event_id id) override { return right_->find_event(id); }
  std::optional<chain_hash> chain_at(global_position position) override { return right_->chain_at(position); }
  async<global_position> wait_beyond(global_position after, std::stop_token stop) override {
    if (fault_.wait) fault_.wait(after);
    return right_->wait_beyond(after, std::move(stop));
  }

  async<append_outcome> append(append_batch batch) override {
    if (fault_.answer) {
      if (auto answer = fault_.answer(*right_, batch)) {
        auto [result, done] = make_async<append_outcome>(executor_);
        done.complete(std::move(*answer));
        return std::move(result);
      }
    }
    if (fault_.batch) fault_.batch(*right_, batch);
    return right_->append(std::move(batch));
  }
  announcement_handle on_committed(std::function<void(global_position)> callback) override {
    if (!fault_.announce) return right_->on_committed(std::move(callback));
    return right_->on_committed([callback = std::move(callback), announce = fault_.announce](global_position head) {
      announce(callback, head);
    });
  }
  void close() override { right_->close(); }

 private:
  const std::unique_ptr<log> right_;
  const log_fault fault_;
  const std::shared_ptr<executor> executor_;
};

append_outcome refused_as_invalid() {
  append_refused refused{};
  refused.why = append_refused::reason::invalid;
  return refused;
}

bool has_an_id_twice(const append_batch& batch) {
  std::set<event_id> ids;
  for (const auto& part : batch.streams)
    for (const auto& event : part.events)
      if (!ids.insert(event.id).second) return true;
  return false;
}

/// NEventStore#415
void zero_means_do_not_check(log&, append_batch& batch) {
  for (auto& part : batch.streams)
    if (part.expected == expected_version::none()) part.expected = expected_version::any();
}

/// KurrentDB#1898
void known_ids_are_taken_if_the_version_is_right(log& right, append_batch& batch) {
  for (auto& part : batch.streams)
    if (part.expected == expected_version::exactly(right.stream_head(part.stream)))
      for (auto& event : part.events)
        if (right.find_event(event.id)) event.id = event_id{derive(event.id.value(), "again", right.head().value())};
}

/// KurrentDB#1697
std::optional<append_outcome> known_ids_with_any_content_are_repeats(log& right, const append_batch& batch) {
  const auto found = right.find_event(
      batch.streams.empty() || batch.streams[0].events.empty() ? event_id{} : batch.streams[0].events[0].id);
  if (!found) return std::nullopt;
  return append_committed{{right.identity().epoch, *found}, *found, *found, true};
}

/// KurrentDB-Client-Dotnet#159
std::optional<append_outcome> an_id_twice_is_refused_and_written(log& right, const append_batch& batch) {
  if (!has_an_id_twice(batch)) return std::nullopt;
  append_batch once;
  once.streams.push_back(batch.streams[0]);
  once.streams[0].events.resize(1);
  static_cast<void>(right.append(once).get());
  return refused_as_invalid();
}

/// What remains of turso#8926 behind a store that numbers rightly: a failed append leaves something behind.
std::optional<append_outcome> a_failed_append_takes_a_position(log& right, const append_batch& batch) {
  for (const auto& part : batch.streams) {
    if (part.expected.met_by(right.stream_head(part.stream)) || has_an_id_twice(batch)) continue;
    append_batch rest = batch;
    for (auto& each : rest.streams) each.expected = expected_version::any();
    rest.streams.resize(1);
    static_cast<void>(right.append(rest).get());
    append_refused refused{};
    refused.why = append_refused::reason::version_conflict;
    return refused;
  }
  return std::nullopt;
}

/// Each stream of a batch by itself.
std::optional<append_outcome> streams_one_after_the_other(log& right, const append_batch& batch) {
  if (batch.streams.size() < 2) return std::nullopt;
  append_committed all;
  for (const auto& part : batch.streams) {
    append_batch one;
    one.streams.push_back(part);
    const append_outcome outcome = right.append(one).get();
    if (outcome.committed() == nullptr) return outcome;
    if (all.first == global_position{}) all.first = outcome.committed()->first;
    all.last = outcome.committed()->last;
    all.token = outcome.committed()->token;
  }
  return all;
}

/// Emmett's conflict says which version is there, and nothing of who was first.
std::optional<append_outcome> conflicts_name_no_events(log& right, const append_batch& batch) {
  const append_outcome outcome = right.append(batch).get();
  if (outcome.refused() == nullptr) return outcome;
  append_refused refused = *outcome.refused();
  refused.between.clear();
  return refused;
}

/// What is known is known for a while: the ids of the last 40,000 events, say.
std::optional<append_outcome> old_ids_are_forgotten(log& right, const append_batch& batch) {
  append_batch renamed = batch;
  for (auto& part : renamed.streams) {
    for (auto& event : part.events) {
      const auto found = right.find_event(event.id);
      if (found && found->value() + 40'000 < right.head().value())
        event.id = event_id{derive(event.id.value(), "again", right.head().value())};
    }
    part.expected = expected_version::any();
  }
  if (batch.streams.empty() || !right.find_event(batch.streams[0].events.at(0).id)) return std::nullopt;
  return right.append(renamed).get();
}

void conditions_are_not_looked_at(log&, append_batch& batch) { batch.conditions.clear(); }

void conditions_begin_one_too_late(log& right, append_batch& batch) {
  for (append_condition& condition : batch.conditions)
    if (condition.after < right.head()) condition.after = condition.after.next();
}

/// "or" where it should be "and".
void one_tag_of_an_item_is_enough(log&, append_batch& batch) {
  for (append_condition& condition : batch.conditions) {
    std::vector<query_item> items;
    for (const query_item& item : condition.query.items) {
      if (item.tags.empty()) items.push_back(item);
      for (const std::string& tag : item.tags) items.push_back({item.event_types, {tag}});
    }
    condition.query.items = std::move(items);
  }
}

}  // namespace

whence::log_source faulty_store::fresh() const {
  const log_source right = memory();
  const auto open = [right, fault = fault_](const runtime& runtime) -> std::unique_ptr<log> {
    return std::make_unique<faulty_log>(right.open(runtime), fault, runtime.executor);
  };
  return log_source({.name = "faulty", .models_directory = {}, .open = open, .visit = [right](const runtime& runtime) {
                       return right.visit(runtime);
                     }});
}

std::vector<log_fault> known_faults() {
  std::vector<log_fault> all;
  const auto add = [&](std::string name, std::string clause) -> log_fault& {
    all.push_back({.name = std::move(name),
                   .broken_clause = std::move(clause),
                   .batch = {},
                   .answer = {},
                   .read = {},
                   .read_stream = {},
                   .wait = {},
                   .announce = {}});
    return all.back();
  };
  add("version 0 means: do not check", "one of several first appends at once is committed").batch =
      zero_means_do_not_check;
  add("a known id is taken again if the version is right",
      "the same batch again returns the first result, whatever versions are expected")
      .batch = known_ids_are_taken_if_the_version_is_right;
  add("a conflict does not say who was first", "a conflict names the events beyond the version that was expected")
      .answer = conflicts_name_no_events;
  add("an event id is forgotten after 40,000 others", "a repeat is recognised behind tens of thousands of other events")
      .answer = old_ids_are_forgotten;
  add("conditions are not looked at", "one of several claims to a name at once is committed").batch =
      conditions_are_not_looked_at;
  add("a condition begins one position too late",
      "a condition rules out what its query finds behind its position, and nothing else")
      .batch = conditions_begin_one_too_late;
  add("one tag of an item is enough",
      "a query finds the events that its items describe, and a condition rules out the same")
      .batch = one_tag_of_an_item_is_enough;
  add("a known id with another content is called a repeat", "a known event id with another content is refused").answer =
      known_ids_with_any_content_are_repeats;
  add("an id twice in a batch is refused, and written",
      "an event id that stands twice in a batch is refused, and nothing is written")
      .answer = an_id_twice_is_refused_and_written;
  add("a failed append takes a position", "appends that fail leave no hole and give no position twice").answer =
      a_failed_append_takes_a_position;
  add("the streams of a batch are written one after the other", "a refused batch writes nothing to any of its streams")
      .answer = streams_one_after_the_other;
  add("readers see a part of a batch", "no reader sees a part of a batch").answer = streams_one_after_the_other;
  add("a page begins one event too late", "the log can be read after each position").read =
      [](global_position& after, event_filter&, page_limit&) { after = after.next(); };
  add("a page begins one event too early", "what is appended behind a page is read from where it was scanned to").read =
      [](global_position& after, event_filter&, page_limit&) {
        if (after.value() > 0) after = global_position{after.value() - 1};
      };
  add("a filter of several types sees the first only",
      "filters by aggregate type and event type let through what they name")
      .read = [](global_position&, event_filter& filter, page_limit&) {
    if (filter.event_types.size() > 1) filter.event_types.resize(1);
  };
  add("pages hold one event more than allowed", "pages limited by events neither miss nor repeat").read =
      [](global_position&, event_filter&, page_limit& limit) { ++limit.events; };
  add("the limit of bytes is ignored", "pages limited by bytes neither miss nor repeat, and hold at least one event")
      .read = [](global_position&, event_filter&, page_limit& limit) { limit.bytes = SIZE_MAX; };
  add("backward is read forward", "a stream is read backward, from its end or from a version").read_stream =
      [](stream_version&, read_direction& direction) { direction = read_direction::forward; };
  add("waiting ends one position too early", "waiting ends on an append, and not before").wait =
      [](global_position& after) {
        if (after.value() > 0) after = global_position{after.value() - 1};
      };
  add("waiting for a later position is not told apart", "waiting for a later position is not ended by an earlier one")
      .wait = [](global_position& after) { after = {}; };
  add("a group is announced twice", "each commit is announced once; repeats and refusals are not").announce =
      [](const auto& callback, global_position head) {
        callback(head);
        callback(head);
      };
  return all;
}

}  // namespace tests
