/// The states of all aggregates of a log as 16 bytes each, in a file, so that another build can be held against them.
///
///     header   "whence fingerprints 1\n", then the log's id (16 bytes), its epoch, the position up to which it was folded
///     records  in the order of their streams' first events: the position of that, the version of the state, the fingerprint
///     end      XXH3-128 of all that is before
///
/// Numbers are 8 bytes, little endian.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <whence/core/file_draft.hpp>
#include <whence/core/files.hpp>
#include <whence/core/position.hpp>
#include <whence/core/uuid.hpp>

namespace whence::inline v0::detail {

using state_fingerprint = std::array<std::uint8_t, 16>;

/// No state that could be compared: the aggregate has no `serialize`.
inline constexpr state_fingerprint no_fingerprint{};

struct fingerprint_record {
  std::uint64_t first = 0;  ///< position of the stream's first event
  std::uint64_t version = 0;
  state_fingerprint state{};
};

state_fingerprint fingerprint_of(std::string_view json) noexcept;

/// Where the path leads, over all links, also when there is nothing yet.
std::string without_links(const std::string& path);

/// Threads  any.
class saved_fingerprints {
 public:
  /// Reads it once to its end. Throws fingerprints_not_usable; file_error.
  saved_fingerprints(files& files, std::string path);

  /// Throws fingerprints_not_usable: it is of another log, or of one that had gone on.
  void must_be_of(const log_identity& log, global_position head) const;

  /// Those of the streams that begin behind `after`, up to and with `to`.
  std::vector<fingerprint_record> between(global_position after, global_position to) const;

 private:
  fingerprint_record record(std::uint64_t number) const;
  [[noreturn]] void not_whole() const;

  std::string path_;
  std::unique_ptr<file> file_;
  std::uint64_t records_ = 0;
  log_identity log_;
  global_position head_;
};

/// Writes beside the file, which it replaces at last. If that is a link, what it leads to.
///
/// Threads  one at a time.
class fingerprint_writer {
 public:
  /// Throws fingerprints_not_saved: there is something that is no file of fingerprints. file_error.
  fingerprint_writer(files& files, const std::string& path, const log_identity& log, global_position head);
  ~fingerprint_writer();
  fingerprint_writer(const fingerprint_writer&) = delete;
  fingerprint_writer& operator=(const fingerprint_writer&) = delete;

  void add(const std::vector<fingerprint_record>& records);
  void finish();

 private:
  void write(const void* bytes, std::size_t size);
  void flush();
  void put(std::span<const std::byte> bytes);

  struct hashing;

  const std::string path_;
  file_draft draft_;
  std::unique_ptr<file> file_;
  std::unique_ptr<hashing> hash_;
  std::string buffer_;
  std::uint64_t written_ = 0;
};

}  // namespace whence::inline v0::detail
