/// Random histories of a log, beside one that has the same events in one file: whatever is asked of both, by position, filter,
/// stream, link, query or id, is answered alike, and whatever is appended to both has the same outcome.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include <whence/core/envelope.hpp>
#include <whence/core/runtime.hpp>
#include <whence/store/log.hpp>

#include <tests/temporary_folder.hpp>

namespace tests {

/// Stands still until it is told to go on: so two logs record the same times.
class told_clock final : public whence::clock {
 public:
  whence::timestamp now() const override { return now_; }
  std::chrono::nanoseconds elapsed() const override { return std::chrono::steady_clock::now().time_since_epoch(); }
  void go_on() { now_ += std::chrono::milliseconds{7}; }

 private:
  whence::timestamp now_ = std::chrono::floor<std::chrono::microseconds>(std::chrono::system_clock::now());
};

/// Throws   std::runtime_error: what was answered, and what should have been.
class compared_history {
 public:
  /// `what`: the log that is compared, as a failure names it.
  compared_history(std::string what, std::uint64_t seed, int appends)
      : what_(std::move(what)), dice_(seed), appends_(appends) {}

 protected:
  [[noreturn]] static void fail(const std::string& what);

  std::uint64_t up_to(std::uint64_t most) { return std::uniform_int_distribution<std::uint64_t>(0, most)(dice_); }
  bool rarely() { return up_to(9) == 0; }
  std::string stream() { return "stream-" + std::to_string(up_to(11)); }

  /// Appends the same to both; `other` may be null.
  void grow(whence::log& one, whence::log* other);
  /// Their events up to that position.
  void compare(whence::log_reader& one, whence::log_reader& other, whence::global_position to);
  void compare_whole(whence::log_reader& one, whence::log_reader& other);
  void must_be_sound(const std::string& path);
  /// Some streams, by name or by their last event; into `to`, or where it is done by default.
  void archive(whence::log& log, const std::string& to);

  const std::string what_;
  std::mt19937_64 dice_;
  const int appends_;
  const temporary_folder folder_;
  const std::shared_ptr<told_clock> clock_ = std::make_shared<told_clock>();
  whence::runtime system_ = whence::runtime::system();
  whence::runtime runtime_{clock_, system_.entropy, system_.files, system_.executor};

 private:
  std::string tag() { return "tag:" + std::to_string(up_to(8)); }
  std::string type() { return "Type" + std::to_string(up_to(5)); }
  whence::new_event event();
  whence::correlation_id correlation();
  whence::event_query query();
  whence::append_batch batch(whence::global_position head);
  void compare_filtered(whence::log_reader& one, whence::log_reader& other, whence::page_limit limit,
                        whence::global_position to);
  void compare_found(whence::log_reader& one, whence::log_reader& other, whence::page_limit limit,
                     whence::global_position to);
  using page_of = std::function<whence::event_page(whence::log_reader&, whence::global_position, whence::page_limit)>;
  void same_pages(const std::string& what, whence::log_reader& one, whence::log_reader& other, whence::page_limit limit,
                  whence::global_position to, const page_of& read);
  void same(const std::string& what, const std::string& found, const std::string& expected) const;

  std::vector<whence::event_id> ids_;
  std::vector<whence::uuid> links_;
};

/// The program: `NAME ROUNDS [seed=N] [appends=N]`; `one` is a round, `done` what is printed behind the count of them.
int run_histories(int argc, char** argv, const std::string& done,
                  const std::function<void(std::uint64_t seed, int appends)>& one);

}  // namespace tests
