/// What can be wrong with a proof: with its keys, its heads, or the log that it is about.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include <whence/core/error.hpp>

namespace whence::inline v0 {

/// `proof.key_exposed`: others than its owner may read or write the file of a private key. It was not used.
struct key_exposed final : error {
  key_exposed(std::string path, unsigned mode);
  std::string path;
  unsigned mode;  ///< as chmod has it
};

/// `proof.key_malformed`: the file has no Ed25519 key of the kind that is needed.
struct key_malformed final : error {
  key_malformed(std::string path, std::string why, std::string remedy);
  std::string path;
};

/// `proof.busy`: another process adds heads to the file. Nothing was signed.
struct heads_busy final : error {
  heads_busy(std::string path, long holder_pid);
  std::string path;
  long holder_pid;  ///< 0: not known
};

/// `proof.not_a_file`: heads cannot be kept there: it is a pipe, a socket or a device. Nothing was signed.
struct heads_not_a_file final : error {
  explicit heads_not_a_file(std::string path);
  std::string path;
};

/// `proof.only_grows`: the heads end in an unfinished one, and nothing can be cut off the file (chattr +a). Nothing was signed.
struct heads_only_grow final : error {
  explicit heads_only_grow(std::string path);
  std::string path;
};

/// `proof.no_heads`: the file has no head in it, so there is nothing that a log could be held against.
struct no_heads final : error {
  explicit no_heads(std::string path);
  std::string path;
};

/// `proof.heads_malformed`: a line is no head, as far as it can be told without looking at its signature.
struct heads_malformed final : error {
  heads_malformed(std::string path, std::uint64_t line, std::string why);
  std::string path;
  std::uint64_t line;
};

/// `proof.heads_newer_format`: a newer Whence wrote the heads.
struct heads_newer_format final : error {
  heads_newer_format(std::string path, std::uint64_t line, std::uint64_t found, std::uint64_t known);
  std::string path;
  std::uint64_t found;
  std::uint64_t known;
};

/// `proof.heads_altered`: a head was signed by the key, and not as it stands there; or one of them was taken out, put in, or moved.
struct heads_altered final : error {
  heads_altered(std::string path, std::uint64_t line, std::string why);
  std::string path;
  std::uint64_t line;
};

/// `proof.heads_cut`: a head that somebody has seen before is not among them.
struct heads_cut final : error {
  heads_cut(std::string path, std::string digest);
  std::string path;
  std::string digest;  ///< of the head that is missing
};

/// `proof.other_key`: a head names another key than the given one.
struct other_key final : error {
  other_key(std::string path, std::uint64_t line, std::string signed_by, std::string given);
  std::string path;
  std::uint64_t line;
};

/// `proof.other_log`: the heads are of another log.
struct heads_of_other_log final : error {
  heads_of_other_log(std::string path, std::string heads_log, std::string log, std::string log_id);
  std::string path;
};

/// `proof.not_continued`: the log is not, or no longer, what the newest head says of it. Nothing was signed.
struct not_continued final : error {
  not_continued(std::string log, std::string heads, std::uint64_t position, std::string why);
  std::string log;
  std::uint64_t position;  ///< of the newest head
};

/// `proof.crypto_failed`: OpenSSL could not do its part.
struct crypto_failed final : error {
  crypto_failed(std::string_view doing, std::string_view why);
};

}  // namespace whence::inline v0
