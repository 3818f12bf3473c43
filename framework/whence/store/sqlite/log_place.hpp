/// The place where a log is made that has a past already: of a backup, or as a fork.
#pragma once

#include <cstdint>
#include <exception>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include <whence/core/file_draft.hpp>
#include <whence/core/files.hpp>
#include <whence/core/runtime.hpp>
#include <whence/store/sqlite/format.hpp>
#include <whence/store/sqlite/witness.hpp>

namespace whence::inline v0 {

/// Held, and free. What was made there is gone with this, unless all of it was published.
///
/// Throws   log_busy, file_error; what `in_the_way` makes.
class log_place {
 public:
  /// The error for a log that is there: which file of it, and which process writes it (0: none).
  using in_the_way = std::function<std::exception_ptr(const std::string& file, long writer)>;

  /// `access`: who may do what with the log's file.
  log_place(std::shared_ptr<files> files, log_paths paths, in_the_way refuse, const std::optional<file_access>& access);
  log_place(const log_place&) = delete;
  log_place& operator=(const log_place&) = delete;
  ~log_place();

  /// Where the log is made until it has its name.
  const std::string& draft() const noexcept { return draft_->path(); }

  /// The draft is the log from now on, unless something has come meanwhile: that is in the way. A crash halfway leaves a witness
  /// that has seen nothing, without or with a log; a failure leaves neither.
  void publish(const testimony& says);

 private:
  void must_be_free();
  void publish(file_draft& draft);
  void publish_all(const testimony& says);

  const std::shared_ptr<files> files_;
  const log_paths paths_;
  const in_the_way refuse_;
  std::unique_ptr<file_lock> lock_;
  std::optional<file_draft> draft_;
  std::optional<file_draft> witness_;
  bool published_ = false;
};

/// The number of the epoch in which such a log goes on, behind that one: the time in milliseconds since 1970, or what is needed to
/// be behind, times 2^20; and 20 random bits. So two of them are two, also if they are made of one log within one millisecond.
/// Below 2^62 until the year 2109.
std::uint64_t epoch_behind(std::uint64_t epoch, const runtime& runtime);

}  // namespace whence::inline v0
