#include <pthread.h>

#include <algorithm>
#include <utility>

#include <whence/core/detail/fault_points.hpp>
#include <whence/store/batch_rules.hpp>
#include <whence/store/log_errors.hpp>
#include <whence/store/sqlite/committer.hpp>

namespace whence::inline v0 {
namespace {

/// What one commit takes at most: its pages stay in memory until then. A single append may be larger.
constexpr std::size_t group_bytes_max = 8u << 20;
constexpr std::size_t group_appends_max = 8'192;

constexpr std::chrono::nanoseconds gather_max = std::chrono::milliseconds{2};

/// In units of `held_at_most`. While there are appends, the thread's rounds cost less than waking it for each of them.
constexpr int watches_before_sleep = 20;

append_refused queue_is_full(std::size_t limit, std::size_t queued, std::size_t bytes) {
  append_refused refused{};
  refused.why = append_refused::reason::queue_full;
  refused.detail = "queue_bytes_max is " + std::to_string(limit) + "; " + std::to_string(queued) +
                   " bytes are queued, and this append has " + std::to_string(bytes);
  refused.limit = {"queue_bytes_max", limit, queued + bytes};
  return refused;
}

}  // namespace

committer::committer(std::unique_ptr<group_writer> writer, const runtime& runtime, const sqlite_options& options)
    : executor_(runtime.executor), clock_(runtime.clock), options_(options), writer_(std::move(writer)) {
  thread_ = std::thread([this] { run(); });
}

committer::~committer() = default;

async<append_outcome> committer::settled(std::shared_ptr<executor> executor, append_outcome outcome) {
  auto [result, done] = make_async<append_outcome>(std::move(executor));
  done.complete(std::move(outcome));
  return std::move(result);
}

async<append_outcome> committer::append(append_batch batch, std::optional<recorded_before> recorded) {
  if (std::optional<append_refused> broken = broken_rule(batch, options_.sizes)) {
    if (detail::mutant(10) && !batch.streams.empty() && batch.streams[0].events.size() > 1) {
      batch.streams[0].events.resize(1);
      static_cast<void>(append({{std::move(batch.streams[0])}}));
    }
    return settled(executor_, std::move(*broken));
  }
  const std::size_t bytes = memory_of(batch);
  auto [result, done] = make_async<append_outcome>(executor_, shared_from_this());
  auto queued = std::make_unique<queued_append>(std::move(batch), std::move(done), bytes, recorded);
  {
    auto own = shared_.lock();
    const auto room = [&] { return own->queue.empty() || own->bytes + bytes <= options_.queue_bytes_max; };
    if (!own->closing && !room()) {
      if (options_.queue_full == when_queue_full::refuse) {
        queued->done.complete(queue_is_full(options_.queue_bytes_max, own->bytes, bytes));
        return std::move(result);
      }
      // Whoever waits here drives nothing.
      own->thread_is_wanted = true;
      thread_wake_up_.notify_one();
      ++own->waiting_for_room;
      own.wait(room_, [&] { return own->closing || room(); });
      --own->waiting_for_room;
    }
    if (own->closing || writer_->stopped()) {
      writer_->refuse(std::move(queued));
      return std::move(result);
    }
    push(own, std::move(queued));
  }
  detail::reach(detail::phase::queue);
  return std::move(result);
}

void committer::push(access& own, std::unique_ptr<queued_append> append) {
  const std::size_t bytes = append->bytes;
  own->queue.push_back(std::move(append));
  own->bytes += bytes;
  ++own->appended;
  if (own->gather_up_to != 0 && own->queue.size() >= own->gather_up_to) company_.notify_one();
  if (!own->thread_watches) {
    own->thread_watches = true;
    thread_wake_up_.notify_one();
  }
}

void committer::take_queued(access& own, taken& group, queued_appends& into) {
  const std::size_t before = group.appends;
  if (group.appends + own->queue.size() <= group_appends_max && group.bytes + own->bytes <= group_bytes_max) {
    into.swap(own->queue);
    group.bytes += std::exchange(own->bytes, 0);
    group.appends += into.size();
  } else {
    auto next = own->queue.begin();
    while (next != own->queue.end() && group.appends < group_appends_max &&
           (group.appends == 0 || group.bytes + (*next)->bytes <= group_bytes_max)) {
      group.bytes += (*next)->bytes;
      own->bytes -= (*next)->bytes;
      ++group.appends;
      ++next;
    }
    into.assign(std::move_iterator(own->queue.begin()), std::move_iterator(next));
    own->queue.erase(own->queue.begin(), next);
  }
  own->taken += group.appends - before;
}

void committer::wait_for_company(access& own, const taken& group, std::chrono::nanoseconds until) {
  if (own->closing || !own->queue.empty()) return;
  own->gather_up_to = company_expected_ - group.appends;
  own.wait_for(company_, until - clock_->elapsed(),
               [&] { return own->closing || own->queue.size() >= own->gather_up_to; });
  own->gather_up_to = 0;
}

void committer::commit_next() {
  taken group;
  const std::chrono::nanoseconds wait_until = clock_->elapsed() + std::min(last_commit_ / 4, gather_max);
  std::chrono::nanoseconds begun{0};  // once the group is complete
  const auto more = [&](queued_appends& appends) {
    auto own = shared_.lock();
    appends.clear();
    if (group.appends == 0) {
      take_queued(own, group, appends);
    } else if (group.appends < company_expected_ && clock_->elapsed() < wait_until) {
      wait_for_company(own, group, wait_until);
      take_queued(own, group, appends);
    }
    if (own->waiting_for_room > 0) room_.notify_all();
    if (appends.empty()) begun = clock_->elapsed();
  };
  if (writer_->stopped()) {
    queued_appends refused;
    for (more(refused); !refused.empty(); more(refused)) {
      for (std::unique_ptr<queued_append>& append : refused) writer_->refuse(std::move(append));
    }
    return;
  }
  std::size_t company = 0;
  writer_->commit(more, company_expected_, [&] { company = group.appends + shared_.lock()->queue.size(); });
  company_expected_ = company;
  last_commit_ = clock_->elapsed() - begun;
}

bool committer::take_token_or_sleep(waiter& caller) {
  blocked self{&caller};
  {
    auto own = shared_.lock();
    if (caller.result_ready()) return false;
    if (own->token == token::free && !own->queue.empty()) {
      own->token = token::taken;
      return true;
    }
    own->sleeping.push_back(&self);
  }
  caller.sleep();
  auto own = shared_.lock();
  std::erase(own->sleeping, &self);
  return self.has_token;
}

void committer::drive(waiter& caller) {
  if (!take_token_or_sleep(caller)) return;
  bool more = true;
  while (more) {
    commit_next();
    auto own = shared_.lock();
    more = !caller.result_ready() && !own->queue.empty();
    if (!more) pass_token_on(own);
  }
}

void committer::pass_token_on(access& own) {
  own->token = token::free;
  if (own->closing) {
    token_freed_.notify_all();
    thread_wake_up_.notify_one();
    return;
  }
  if (own->keeping_house > 0) {
    own->token = token::for_housekeeping;
    token_freed_.notify_all();
  } else if (writer_->checkpoint_is_due()) {
    own->token = token::for_thread;
  } else if (!own->queue.empty()) {
    for (blocked* const sleeper : own->sleeping) {
      if (sleeper->has_token || sleeper->caller->result_ready()) continue;
      own->token = token::taken;
      sleeper->has_token = true;
      sleeper->caller->wake();
      return;
    }
    own->token = token::for_thread;
  }
  if (own->token == token::for_thread) thread_wake_up_.notify_one();
}

void committer::between_groups(const std::function<void(group_writer&)>& work) {
  {
    auto own = shared_.lock();
    ++own->keeping_house;
    own.wait(token_freed_,
             [&] { return own->closing || own->token == token::free || own->token == token::for_housekeeping; });
    --own->keeping_house;
    if (own->closing) {
      if (own->token == token::for_housekeeping) pass_token_on(own);
      throw log_closed(writer_->name());
    }
    own->token = token::taken;
  }
  struct at_end {
    committer& self;
    ~at_end() {
      auto own = self.shared_.lock();
      self.pass_token_on(own);
    }
  } const passed_on{*this};
  work(*writer_);
}

void committer::proceed() noexcept {
  auto own = shared_.lock();
  // Whoever has the token sees to what is queued when he passes it on.
  if (own->queue.empty() || own->token != token::free) return;
  own->thread_is_wanted = true;
  thread_wake_up_.notify_one();
}

/// Ends when the thread has something to do, when an append was in the queue for `held_at_most`, or when there were none for
/// a while.
void committer::watch(access& own) {
  std::uint64_t seen = own->appended;
  for (int quiet = 0; quiet < watches_before_sleep; ++quiet) {
    if (own.wait_for(thread_wake_up_, options_.held_at_most, [&] { return has_work(*own); })) return;
    if (!own->queue.empty() && own->token == token::free && own->taken < seen) own->thread_is_wanted = true;
    if (own->thread_is_wanted) return;
    if (own->appended != seen || !own->queue.empty()) quiet = 0;
    seen = own->appended;
  }
  own->thread_watches = false;
}

bool committer::await_token() {
  auto own = shared_.lock();
  while (!has_work(*own)) {
    if (own->thread_watches) {
      watch(own);
    } else {
      own.wait(thread_wake_up_, [&] { return own->thread_watches || has_work(*own); });
    }
  }
  own->thread_is_wanted = false;
  const bool over = own->closing && own->queue.empty();
  own->token = over ? token::free : token::taken;
  return !over;
}

void committer::run() noexcept {
  pthread_setname_np(pthread_self(), "whence-commit");
  while (await_token()) {
    if (writer_->checkpoint_is_due()) writer_->checkpoint();
    commit_next();
    auto own = shared_.lock();
    pass_token_on(own);
  }
}

void committer::close() {
  {
    auto own = shared_.lock();
    if (own->closing) {
      own.wait(token_freed_, [&] { return own->writer_is_gone; });
      return;
    }
    own->closing = true;
  }
  thread_wake_up_.notify_one();
  room_.notify_all();
  company_.notify_all();
  thread_.join();
  struct at_end {
    committer& self;
    ~at_end() {
      auto own = self.shared_.lock();
      own->writer_is_gone = true;
      self.token_freed_.notify_all();
    }
  } const gone{*this};
  writer_->close();
}

}  // namespace whence::inline v0
