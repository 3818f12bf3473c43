/// Logs with one fault each: a memory log behind something that gets one thing wrong.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include <whence/store/log_source.hpp>
#include <whence/testing/log_contract.hpp>

namespace tests {

/// One thing done wrong, and the clause that must see it. What is empty is done right.
struct log_fault {
  std::string name;
  std::string broken_clause;
  /// Changes a batch on its way in.
  std::function<void(whence::log&, whence::append_batch&)> batch;
  /// Answers an append by itself, or not.
  std::function<std::optional<whence::append_outcome>(whence::log&, const whence::append_batch&)> answer;
  /// Changes what is asked of `read`.
  std::function<void(whence::global_position&, whence::event_filter&, whence::page_limit&)> read;
  /// Changes what is asked of `read_stream`.
  std::function<void(whence::stream_version&, whence::read_direction&)> read_stream;
  /// Changes what is waited for.
  std::function<void(whence::global_position&)> wait;
  /// Calls the callback of `on_committed` for a head.
  std::function<void(const std::function<void(whence::global_position)>&, whence::global_position)> announce;
};

/// The faults of other systems that a contract can see, and some that are near at hand.
std::vector<log_fault> known_faults();

class faulty_store final : public whence::testing::log_fixture {
 public:
  explicit faulty_store(log_fault fault) : fault_(std::move(fault)) {}
  whence::log_source fresh() const override;

 private:
  const log_fault fault_;
};

}  // namespace tests
