/// A file of signed heads: a line for each, linked to each other, added to and never changed.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include <whence/core/files.hpp>
#include <whence/proof/signed_head.hpp>

namespace whence::inline v0::detail {

/// The heads that a file has, each of which was looked at: its form, its link to the one before, its signature.
struct heads_read {
  std::vector<signed_head> heads;
  std::vector<sha256_digest>
      lines;  ///< of each, the digest of its line: what the next one is linked to, and what auditors keep
  /// Bytes behind the last line end: a head that was being written when the process or the disk ended it. It counts for nothing.
  std::uint64_t unfinished = 0;
  std::uint64_t whole = 0;  ///< the bytes before them
};

/// Throws   file_error, heads_malformed, heads_newer_format, heads_altered (also: they are of more than one log), other_key.
heads_read read_heads(files& files, const std::string& path, const checking_key& key);

/// Adds to the file; the only one who does, as long as it lives.
///
/// Threads  one at a time.
class heads_file {
 public:
  /// Reads what is there, and cuts an unfinished line off; a file that is missing has no heads. One in which something else stands
  /// is left as it is (heads_malformed).
  /// Throws   heads_busy, heads_not_a_file, heads_only_grow, log_name_taken, and what read_heads throws.
  heads_file(files& files, std::string path, const signing_key& key);

  const std::vector<signed_head>& heads() const noexcept { return read_.heads; }
  /// All zeros if there is none.
  sha256_digest newest() const noexcept { return read_.lines.empty() ? sha256_digest{} : read_.lines.back(); }

  /// Signs the head, links it to the newest one, and adds it at the end: also where the file may only grow. It stays the same
  /// file, of the same owner. Durable on return.
  /// Throws   file_error: what was there is as it was, but for an unfinished line that nobody counts.
  void add(signed_head head);

 private:
  void cut_unfinished(file& heads);

  files& files_;
  std::string path_;
  const signing_key& key_;
  std::unique_ptr<file_lock> lock_;
  bool there_;
  heads_read read_;
};

}  // namespace whence::inline v0::detail
