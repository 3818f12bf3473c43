/// The two halves of a key (Ed25519, RFC 8032): one signs and is kept secret, the other one checks and is given to everybody.
///
/// The files are PEM, as other tools have them: PKCS #8 without a passphrase (`openssl genpkey -algorithm ed25519`), and
/// SubjectPublicKeyInfo.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace whence::inline v0 {

using signature = std::array<std::uint8_t, 64>;

/// The public half. Threads: any.
class checking_key {
 public:
  /// Throws   file_error, key_malformed.
  static checking_key read(const std::string& path);
  ~checking_key();
  checking_key(checking_key&&) noexcept;
  checking_key& operator=(checking_key&&) noexcept;

  /// What tells one key from another: the first 8 bytes of the SHA-256 digest of the public key's 32 bytes, as 16 digits.
  const std::string& id() const noexcept { return id_; }
  bool accepts(std::string_view text, const signature& given) const;

 private:
  friend class signing_key;
  struct material;
  explicit checking_key(std::unique_ptr<material> key);
  std::unique_ptr<material> key_;
  std::string id_;
};

/// The private half, and with it both. Threads: any.
class signing_key {
 public:
  /// Throws   file_error; key_exposed: others than its owner may read or write the file; key_malformed.
  static signing_key read(const std::string& path);

  /// Makes a key: the private half in the file, which only its owner can read, the public one beside it, with `.pub` behind its
  /// name; both durable on return. What is there already is left as it is. Returns the public half.
  /// Throws   file_error: nothing is left behind.
  static checking_key make(const std::string& path);

  signature sign(std::string_view text) const;
  const checking_key& checking() const noexcept { return checking_; }

 private:
  explicit signing_key(checking_key both) : checking_(std::move(both)) {}
  checking_key checking_;
};

}  // namespace whence::inline v0
