/// A store that does nothing: it takes every append and keeps none, or refuses every append. No clause may pass on it.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <stop_token>
#include <string_view>

#include <whence/store/log_source.hpp>
#include <whence/testing/log_contract.hpp>

namespace tests {

enum class nothing { says_committed, says_refused };

class nothing_log final : public whence::log {
 public:
  nothing_log(nothing says, const whence::runtime& runtime) : says_(says), executor_(runtime.executor) {}

  whence::log_identity identity() const override { return {}; }
  whence::global_position head() override { return {}; }
  whence::event_page read(whence::global_position, const whence::event_filter&, whence::page_limit) override {
    return {};
  }
  whence::event_page read_stream(std::string_view, whence::stream_version, whence::read_direction,
                                 whence::page_limit) override {
    return {};
  }
  whence::stream_version stream_head(std::string_view) override { return {}; }
  std::optional<whence::global_position> find_event(whence::event_id) override { return std::nullopt; }
  std::optional<whence::chain_hash> chain_at(whence::global_position) override { return std::nullopt; }
  whence::async<whence::global_position> wait_beyond(whence::global_position, std::stop_token) override {
    return whence::make_async<whence::global_position>(executor_).first;  // never_completed
  }

  whence::async<whence::append_outcome> append(whence::append_batch) override {
    auto [result, done] = whence::make_async<whence::append_outcome>(executor_);
    if (says_ == nothing::says_committed) {
      done.complete(whence::append_committed{});
    } else {
      done.complete(whence::append_refused{});
    }
    return std::move(result);
  }
  whence::announcement_handle on_committed(std::function<void(whence::global_position)>) override { return {}; }
  void close() override {}

 private:
  const nothing says_;
  const std::shared_ptr<whence::executor> executor_;
};

class nothing_store final : public whence::testing::log_fixture {
 public:
  explicit nothing_store(nothing says) : says_(says) {}

  whence::log_source fresh() const override {
    const auto open = [says = says_](const whence::runtime& runtime) {
      return std::make_unique<nothing_log>(says, runtime);
    };
    return whence::log_source({.name = "nothing", .models_directory = {}, .open = open, .visit = open});
  }

 private:
  const nothing says_;
};

}  // namespace tests
