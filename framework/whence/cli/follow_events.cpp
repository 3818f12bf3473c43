#include <whence/cli/follow_events.hpp>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include <whence/cli/event_columns.hpp>
#include <whence/cli/event_commands.hpp>
#include <whence/cli/failure.hpp>
#include <whence/cli/interruption.hpp>
#include <whence/cli/repeated_line.hpp>
#include <whence/cli/selected_events.hpp>
#include <whence/cli/selection.hpp>
#include <whence/cli/time_text.hpp>

namespace whence::inline v0::cli {
namespace {

constexpr std::size_t tail_default = 10;
constexpr std::chrono::milliseconds pause{50};  // a visitor is told of nothing: it looks

class follower {
 public:
  follower(const request& request, session& session);

  exit_code run();

 private:
  global_position beginning();
  void show_past(global_position head);
  void show_new();
  void show(const recorded_event& event);
  bool ends_before(const recorded_event* next);
  bool is_over();
  exit_code ended();

  const request& request_;
  session& session_;
  log_reader& log_;
  selection wanted_;
  std::optional<std::uint64_t> tail_;
  std::optional<std::uint64_t> count_;
  std::optional<std::chrono::nanoseconds> due_;  // on the clock that never steps back
  std::unique_ptr<interruption> interrupted_;
  item_list* list_ = nullptr;
  global_position at_;  // all up to here was looked at
  bool over_ = false;   // no later event can be wanted
};

follower::follower(const request& request, session& session)
    : request_(request),
      session_(session),
      log_(session.log_asked_for()),
      wanted_(selection_from(request, session.log(), session.now())) {
  // What was recorded until now was narrowed down to positions; what is recorded from now on may be wanted too.
  wanted_.to = global_position{request.number("--to").value_or(UINT64_MAX)};
  tail_ = request.number("--tail");
  if (!tail_ && !request.has("--from") && !request.has("--since")) tail_ = tail_default;
  count_ = request.number("--count");
  if (count_ == 0) count_.reset();  // as --limit 0
  if (const auto time = request.value("--for")) {
    due_ = session.around().runtime.clock->elapsed() + duration_from("--for", *time);
  }
}

exit_code follower::run() {
  list_ = &session_.list(looks_of(event_columns()));
  const global_position head = log_.head();
  wanted_.from = beginning();
  interrupted_ = session_.around().catch_interrupts();
  show_past(head);
  if (interrupted_->wanted() || is_over()) return ended();
  list_->go_live();
  session_.say("live: " + session_.store() + " after #" + std::to_string(at_.value()) + "; Ctrl-C ends it");
  while (true) {
    if (log_.head() > at_) show_new();
    if (is_over()) break;
    session_.must_have_reader();
    if (!interrupted_->wait(pause)) break;
  }
  return ended();
}

/// Where the last few that are wanted begin.
global_position follower::beginning() {
  if (!tail_) return wanted_.from;
  global_position found = log_.head().next();
  selection backward = wanted_;
  backward.reverse = true;
  selected_events events(log_, std::move(backward));
  for (std::uint64_t left = *tail_; left > 0; --left) {
    const recorded_event* const event = events.next();
    if (event == nullptr) break;
    found = event->position;
  }
  return std::max(found, wanted_.from);
}

void follower::show_past(global_position head) {
  selection past = wanted_;
  past.to = std::min(wanted_.to, head);
  selected_events events(log_, std::move(past));
  const bool as_stored = &log_ == &session_.log();
  while (!over_) {
    // What is stored is one event each: the next one, which may be damaged, need not be looked at.
    if (as_stored && ends_before(nullptr)) return;
    const recorded_event* const event = events.next();
    if (ends_before(event)) return;
    if (event == nullptr) {
      at_ = head;
      return;
    }
    show(*event);
  }
}

/// What was appended since, page by page.
void follower::show_new() {
  const event_filter filter = wanted_.filter();
  while (!over_ && !interrupted_->wanted()) {
    event_page page;
    try {
      page = log_.read(at_, filter);
    } catch (const error& failure) {
      const std::optional<global_position> unreadable = unreadable_at(failure);
      if (!unreadable || *unreadable <= wanted_.to) throw;
      over_ = true;
      return;
    }
    for (const recorded_event& event : page) {
      if (ends_before(&event)) return;
      const bool beyond = event.position > wanted_.to || (wanted_.until && event.recorded_at > *wanted_.until);
      if (beyond) {
        over_ = true;
        return;
      }
      if (event.position >= wanted_.from && wanted_.wants(event)) show(event);
    }
    if (ends_before(nullptr)) return;
    if (page.scanned_to() <= at_) return;
    at_ = page.scanned_to();
    if (page.at_end()) return;
  }
}

void follower::show(const recorded_event& event) {
  list_->at_time(session_.now());
  put(*list_, event_columns(), &json_of, event);
  at_ = event.position;
}

/// Whether it is over before the next event (null: none is here), or somebody wants it to end. What one event became stays
/// together.
bool follower::ends_before(const recorded_event* next) {
  const bool is_of_the_last = next != nullptr && list_->items() > 0 && next->position == at_;
  if (is_of_the_last) return false;
  over_ = over_ || (count_ && list_->items() >= *count_);
  return over_ || interrupted_->wanted();
}

bool follower::is_over() {
  return over_ || at_ >= wanted_.to || (due_ && session_.around().runtime.clock->elapsed() >= *due_) ||
         (wanted_.until && session_.now() > *wanted_.until && log_.head() <= at_);
}

/// Ctrl-C is how one ends it, and so no fault; SIGTERM comes from somebody else.
exit_code follower::ended() {
  if (!interrupted_->wanted()) return exit_code::done;
  session_.note("stopped after #" + std::to_string(at_.value()) + "; it goes on with",
                repeated_line(request_, session_.program(), "--from", std::to_string(at_.next().value()), {"--tail"}));
  return interrupted_->code() == exit_code::terminated ? exit_code::terminated : exit_code::done;
}

}  // namespace

bool is_following(const request& request) {
  if (!request.has("--follow")) return false;
  if (request.form() != output_form::table && request.form() != output_form::jsonl) {
    throw usage_error("value", "--follow has no end, and -o " + std::string(name_of(request.form())) + " needs one",
                      "choose -o table or -o jsonl");
  }
  return true;
}

exit_code follow_events(const request& request, session& session) { return follower(request, session).run(); }

}  // namespace whence::inline v0::cli
