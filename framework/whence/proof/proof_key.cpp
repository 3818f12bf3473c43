#include <whence/core/hex.hpp>
#include <whence/proof/proof_key.hpp>

#include <cerrno>
#include <utility>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/pem.h>

#include <whence/core/files.hpp>
#include <whence/proof/errors.hpp>
#include <whence/proof/openssl.hpp>
#include <whence/proof/sha256.hpp>

namespace whence::inline v0 {
namespace {

using detail::must_work;
using detail::owned_bio;
using detail::owned_key;

constexpr std::size_t key_bytes_max = 64u << 10;  // a PEM file of such a key has 119
constexpr mode_t others = S_IRWXG | S_IRWXO;

/// A key file, by the system's own calls: who may read it is what matters here, and of that `files` knows nothing.
class key_file {
 public:
  static key_file open(const std::string& path) {
    // A pipe that nobody writes to is not waited for.
    return key_file(path, "open", ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  }
  static key_file make(const std::string& path, mode_t mode) {
    return key_file(path, "make", ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode));
  }
  key_file(const key_file&) = delete;
  key_file& operator=(const key_file&) = delete;
  ~key_file() { ::close(descriptor_); }

  void must_be_its_owners_alone() const {
    struct stat found{};
    if (::fstat(descriptor_, &found) != 0) fail("look at");
    if (S_ISREG(found.st_mode) && (found.st_mode & others) != 0) throw key_exposed(path_, found.st_mode & 07777u);
  }

  std::string content() const {
    char piece[4096];
    std::string text;
    text.reserve(key_bytes_max + sizeof piece);  // it leaves no copies behind while it grows
    for (;;) {
      const ssize_t got = ::read(descriptor_, piece, sizeof piece);
      if (got < 0 && errno == EINTR) continue;
      if (got < 0) fail("read");
      if (got == 0) break;
      text.append(piece, static_cast<std::size_t>(got));
      OPENSSL_cleanse(piece, sizeof piece);
      if (text.size() > key_bytes_max) {
        OPENSSL_cleanse(text.data(), text.size());
        throw key_malformed(path_, "it is too large for a key", "name the file of a key");
      }
    }
    return text;
  }

  void write(std::string_view text) const {
    while (!text.empty()) {
      const ssize_t put = ::write(descriptor_, text.data(), text.size());
      if (put < 0 && errno == EINTR) continue;
      if (put < 0) fail("write");
      text.remove_prefix(static_cast<std::size_t>(put));
    }
    if (::fsync(descriptor_) != 0) fail("sync");
  }

 private:
  key_file(const std::string& path, std::string_view doing, int descriptor) : path_(path), descriptor_(descriptor) {
    if (descriptor_ < 0) fail(doing);
  }
  [[noreturn]] void fail(std::string_view doing) const { throw file_error(doing, path_, errno); }

  std::string path_;
  int descriptor_;
};

/// Keeps no key in memory that nobody needs any more.
struct secret_text {
  explicit secret_text(std::string from) : text(std::move(from)) {}
  secret_text(const secret_text&) = delete;
  secret_text& operator=(const secret_text&) = delete;
  ~secret_text() { OPENSSL_cleanse(text.data(), text.size()); }
  std::string text;
};

/// Nobody is asked for a passphrase. OpenSSL would ask the terminal.
int no_passphrase(char* /*into*/, int /*size*/, int /*writing*/, void* asked) {
  *static_cast<bool*>(asked) = true;
  return -1;
}

std::string text_of(BIO* memory) {
  char* bytes = nullptr;
  const long size = BIO_get_mem_data(memory, &bytes);
  return size > 0 ? std::string(bytes, static_cast<std::size_t>(size)) : std::string();
}

std::string private_pem(EVP_PKEY* key) {
  const owned_bio out(BIO_new(BIO_s_secmem()));
  must_work(out != nullptr && PEM_write_bio_PKCS8PrivateKey(out.get(), key, nullptr, nullptr, 0, nullptr, nullptr) == 1,
            "write a private key");
  return text_of(out.get());
}

std::string public_pem(EVP_PKEY* key) {
  const owned_bio out(BIO_new(BIO_s_mem()));
  must_work(out != nullptr && PEM_write_bio_PUBKEY(out.get(), key) == 1, "write a public key");
  return text_of(out.get());
}

void must_be_ed25519(const owned_key& key, const std::string& path) {
  if (EVP_PKEY_get_base_id(key.get()) != EVP_PKEY_ED25519)
    throw key_malformed(path, "it has a key of another kind than Ed25519",
                        "give one that make-key has made, or a tool that makes Ed25519 keys");
}

}  // namespace

struct checking_key::material {
  owned_key key;
};

checking_key::checking_key(std::unique_ptr<material> key) : key_(std::move(key)) {
  std::array<std::uint8_t, 32> bytes{};
  std::size_t size = bytes.size();
  must_work(EVP_PKEY_get_raw_public_key(key_->key.get(), bytes.data(), &size) == 1 && size == bytes.size(),
            "read a public key");
  const detail::sha256_digest digest = detail::sha256().of({reinterpret_cast<const char*>(bytes.data()), bytes.size()});
  id_ = to_hex(std::span(digest).first(8));
}
checking_key::~checking_key() = default;
checking_key::checking_key(checking_key&&) noexcept = default;
checking_key& checking_key::operator=(checking_key&&) noexcept = default;

checking_key checking_key::read(const std::string& path) {
  const secret_text pem(key_file::open(path).content());
  const owned_bio in(BIO_new_mem_buf(pem.text.data(), static_cast<int>(pem.text.size())));
  must_work(in != nullptr, "read a public key");
  owned_key key(PEM_read_bio_PUBKEY(in.get(), nullptr, nullptr, nullptr));
  ERR_clear_error();
  if (!key) {
    const bool other_half = pem.text.find("PRIVATE KEY-----") != std::string::npos;
    throw key_malformed(path,
                        other_half ? "it has a private key in it, which nobody needs to check a proof"
                                   : "it has no public key in PEM (-----BEGIN PUBLIC KEY-----)",
                        "give the public half, which make-key puts beside the key: its name ends in .pub");
  }
  must_be_ed25519(key, path);
  return checking_key(std::make_unique<material>(std::move(key)));
}

bool checking_key::accepts(std::string_view text, const signature& given) const {
  const detail::owned_digest_context context(EVP_MD_CTX_new());
  must_work(context != nullptr && EVP_DigestVerifyInit_ex(context.get(), nullptr, nullptr, nullptr, nullptr,
                                                          key_->key.get(), nullptr) == 1,
            "prepare to check a signature");
  const int result = EVP_DigestVerify(context.get(), given.data(), given.size(),
                                      reinterpret_cast<const unsigned char*>(text.data()), text.size());
  ERR_clear_error();
  return result == 1;
}

signing_key signing_key::read(const std::string& path) {
  const key_file file = key_file::open(path);
  const secret_text pem(file.content());
  const owned_bio in(BIO_new_mem_buf(pem.text.data(), static_cast<int>(pem.text.size())));
  must_work(in != nullptr, "read a private key");
  bool asked = false;
  owned_key key(PEM_read_bio_PrivateKey(in.get(), nullptr, &no_passphrase, &asked));
  ERR_clear_error();
  if (!key)
    throw key_malformed(path,
                        asked ? "it is locked with a passphrase, which nobody can give here"
                              : "it has no private key in PEM (-----BEGIN PRIVATE KEY-----)",
                        asked ? "keep a key without a passphrase where only this user can read it"
                              : "give the private half, as make-key makes it");
  file.must_be_its_owners_alone();
  must_be_ed25519(key, path);
  return signing_key(checking_key(std::make_unique<checking_key::material>(std::move(key))));
}

checking_key signing_key::make(const std::string& path) {
  // Not from the runtime's entropy: what a simulation can repeat is no secret.
  owned_key key(EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519"));
  must_work(key != nullptr, "make a key");
  const std::string beside = path + ".pub";
  const key_file for_all = key_file::make(beside, 0644);
  bool made = false;
  try {
    for_all.write(public_pem(key.get()));
    const key_file secret = key_file::make(path, 0600);
    made = true;
    const secret_text pem(private_pem(key.get()));
    secret.write(pem.text);
    system_files()->sync_directory(directory_of(path));
  } catch (...) {
    ::unlink(beside.c_str());
    if (made) ::unlink(path.c_str());
    throw;
  }
  return checking_key(std::make_unique<checking_key::material>(std::move(key)));
}

signature signing_key::sign(std::string_view text) const {
  const detail::owned_digest_context context(EVP_MD_CTX_new());
  signature made{};
  std::size_t size = made.size();
  must_work(context != nullptr &&
                EVP_DigestSignInit_ex(context.get(), nullptr, nullptr, nullptr, nullptr, checking_.key_->key.get(),
                                      nullptr) == 1 &&
                EVP_DigestSign(context.get(), made.data(), &size, reinterpret_cast<const unsigned char*>(text.data()),
                               text.size()) == 1 &&
                size == made.size(),
            "sign");
  return made;
}

}  // namespace whence::inline v0
