/// `memory()`: a log for tests. An append is done when the call returns; there is no queue, and no thread of its own.
#include <algorithm>
#include <functional>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include <unistd.h>

#include <whence/core/guarded.hpp>
#include <whence/store/announcements.hpp>
#include <whence/store/log_errors.hpp>
#include <whence/store/log_source.hpp>
#include <whence/store/memory/record.hpp>

namespace whence::inline v0 {
namespace {

constexpr const char* log_name = "memory";

/// What all copies of a `memory()` share.
struct place {
  std::unique_ptr<memory_record> record;  // made by the first writer
  bool has_writer = false;
  std::vector<std::weak_ptr<announcements>> followers;
};
using shared_place = std::shared_ptr<guarded<place>>;

/// Base is log_reader or log.
///
/// Shares   the place (guarded). Nobody is called while it is locked; announcing only queues.
template <class Base>
class memory_reader : public Base {
 public:
  memory_reader(shared_place shared, const runtime& runtime)
      : place_(std::move(shared)), announcements_(std::make_shared<announcements>(runtime.executor, log_name)) {
    const auto held = place_->lock();
    std::erase_if(held->followers, [](const auto& follower) { return follower.expired(); });
    held->followers.push_back(announcements_);
  }

  log_identity identity() const final { return place_->lock()->record->identity(); }
  log_condition condition() final { return {log_condition::kind::whole, head(), head()}; }
  global_position head() final { return place_->lock()->record->head(); }
  event_page read(global_position after, const event_filter& filter, page_limit limit) final {
    return place_->lock()->record->read(after, filter, limit);
  }
  event_page read_stream(std::string_view stream, stream_version from, read_direction direction,
                         page_limit limit) final {
    return place_->lock()->record->read_stream(stream, from, direction, limit);
  }
  stream_version stream_head(std::string_view stream) final { return place_->lock()->record->stream_head(stream); }
  std::optional<global_position> find_event(event_id id) final { return place_->lock()->record->find_event(id); }
  std::optional<chain_hash> chain_at(global_position position) final {
    return place_->lock()->record->chain_at(position);
  }
  async<global_position> wait_beyond(global_position after, std::stop_token stop) final {
    return announcements_->wait_beyond(after, [this] { return head(); }, std::move(stop));
  }

 protected:
  const shared_place place_;
  const std::shared_ptr<announcements> announcements_;
};

class memory_visitor final : public memory_reader<log_reader> {
 public:
  using memory_reader::memory_reader;
};

class memory_log final : public memory_reader<log> {
 public:
  memory_log(shared_place shared, const runtime& runtime)
      : memory_reader(std::move(shared), runtime), clock_(runtime.clock), executor_(runtime.executor) {}
  ~memory_log() override { memory_log::close(); }

  async<append_outcome> append(append_batch batch) override {
    auto [result, done] = make_async<append_outcome>(executor_);
    done.complete(append_now(std::move(batch)));
    return std::move(result);
  }

  announcement_handle on_committed(std::function<void(global_position)> callback) override {
    return announcements_->listen(std::move(callback));
  }

  void close() override {
    {
      const auto held = place_->lock();
      if (std::exchange(closed_, true)) return;
      held->has_writer = false;
    }
    announcements_->close();
  }

 private:
  append_outcome append_now(append_batch&& batch) {
    const auto held = place_->lock();
    if (closed_) {
      append_refused refused{};
      refused.why = append_refused::reason::closed;
      refused.detail = "the log is closed";
      return refused;
    }
    append_outcome outcome = held->record->append(std::move(batch), clock_->now());
    if (const auto* committed = outcome.committed(); committed != nullptr && !committed->repeated)
      for (const auto& follower : held->followers)
        if (const auto listening = follower.lock()) listening->announce(committed->last);  // under the lock: in order
    return outcome;
  }

  const std::shared_ptr<clock> clock_;
  const std::shared_ptr<executor> executor_;
  bool closed_ = false;  // guarded by the place's lock
};

std::unique_ptr<log> open(const shared_place& shared, const memory_options& options, const runtime& runtime) {
  {
    const auto held = shared->lock();
    if (held->has_writer) throw log_busy(log_name, ::getpid());
    if (!held->record) held->record = std::make_unique<memory_record>(log_id{runtime.make_uuid()}, options.sizes);
    held->has_writer = true;
  }
  return std::make_unique<memory_log>(shared, runtime);
}

std::unique_ptr<log_reader> visit(const shared_place& shared, const runtime& runtime) {
  if (!shared->lock()->record) throw log_missing(log_name);
  return std::make_unique<memory_visitor>(shared, runtime);
}

}  // namespace

log_source memory(memory_options options) {
  const auto shared = std::make_shared<guarded<place>>();
  return log_source({.name = log_name,
                     .models_directory = {},
                     .open = [shared, options](const runtime& runtime) { return open(shared, options, runtime); },
                     .visit = [shared](const runtime& runtime) { return visit(shared, runtime); }});
}

}  // namespace whence::inline v0
