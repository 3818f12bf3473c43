/// A log in front of another one, which answers appends as a test says.
#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <vector>

#include <tests/modelling/account.hpp>
#include <whence/core/runtime.hpp>
#include <whence/store/log.hpp>
#include <whence/store/log_source.hpp>

/// Threads  any; the answer is called one at a time.
class scripted_log final : public whence::log {
 public:
  explicit scripted_log(const whence::runtime& runtime) : runtime_(runtime), inner_(whence::memory().open(runtime)) {}

  /// Asked before each append; nothing: the append goes on to the log behind.
  std::function<std::optional<whence::append_outcome>(const whence::append_batch&)> answer;
  /// Appends are not answered while this is set; their completions wait here.
  bool holds_back = false;
  std::vector<whence::completion<whence::append_outcome>> held_back;
  /// Called before a stream is read.
  std::function<void()> before_reading;

  std::vector<whence::append_batch> appended;     ///< all that were sent, in order
  std::vector<whence::page_limit> pages;          ///< the limits with which streams were read
  std::vector<whence::stream_version> read_from;  ///< where each of these reads began

  whence::log& behind() { return *inner_; }

  whence::async<whence::append_outcome> append(whence::append_batch batch) override {
    std::optional<whence::append_outcome> answered;
    {
      const std::scoped_lock lock(mutex_);
      appended.push_back(batch);
      if (holds_back) {
        auto [result, completion] = whence::make_async<whence::append_outcome>(runtime_.executor);
        held_back.push_back(std::move(completion));
        return std::move(result);
      }
      if (answer) answered = answer(batch);
    }
    if (!answered) return inner_->append(std::move(batch));
    auto [result, completion] = whence::make_async<whence::append_outcome>(runtime_.executor);
    completion.complete(*answered);
    return std::move(result);
  }
  whence::event_page read_stream(std::string_view stream, whence::stream_version from, whence::read_direction direction,
                                 whence::page_limit limit) override {
    {
      const std::scoped_lock lock(mutex_);
      pages.push_back(limit);
      read_from.push_back(from);
    }
    if (before_reading) before_reading();
    return inner_->read_stream(stream, from, direction, limit);
  }

  whence::log_identity identity() const override { return inner_->identity(); }
  whence::global_position head() override { return inner_->head(); }
  whence::event_page read(whence::global_position after, const whence::event_filter& filter,
                          whence::page_limit limit) override {
    return inner_->read(after, filter, limit);
  }
  whence::stream_version stream_head(std::string_view stream) override { return inner_->stream_head(stream); }
  std::optional<whence::global_position> find_event(whence::event_id id) override { return inner_->find_event(id); }
  std::optional<whence::chain_hash> chain_at(whence::global_position position) override {
    return inner_->chain_at(position);
  }
  whence::async<whence::global_position> wait_beyond(whence::global_position after, std::stop_token stop) override {
    return inner_->wait_beyond(after, std::move(stop));
  }
  whence::announcement_handle on_committed(std::function<void(whence::global_position)> callback) override {
    return inner_->on_committed(std::move(callback));
  }
  void close() override { inner_->close(); }

 private:
  whence::runtime runtime_;
  std::mutex mutex_;
  std::unique_ptr<whence::log> inner_;
};

/// A bus on a scripted log, with the account registered.
struct scripted_bus {
  whence::runtime runtime = whence::runtime::system();
  std::shared_ptr<scripted_log> log = std::make_shared<scripted_log>(runtime);
  whence::command_bus bus;

  explicit scripted_bus(whence::command_bus_options options = {.source = "bank"})
      : bus((without_long_pauses(options), log), runtime, options) {
    bus.add<bank::Account>();
  }

  whence::loaded<bank::Account> load(const whence::id<bank::Account>& id = bank::account) const {
    return whence::repository(log).load(id);
  }
  /// What is in the log, as envelopes.
  std::vector<whence::envelope> events() const {
    std::vector<whence::envelope> all;
    for (const auto& event : log->behind().read({})) all.push_back(whence::to_envelope(event));
    return all;
  }

 private:
  static void without_long_pauses(whence::command_bus_options& options) {
    options.conflicts.pause_first = options.storage.pause_first = std::chrono::microseconds{10};
  }
};
