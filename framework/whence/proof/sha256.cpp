#include <whence/proof/sha256.hpp>

#include <whence/proof/openssl.hpp>

namespace whence::inline v0::detail {

/// Fetched once: to look for the algorithm costs more than to digest an event.
struct sha256::context {
  owned_digest algorithm{EVP_MD_fetch(nullptr, "SHA256", nullptr)};
  owned_digest_context state{EVP_MD_CTX_new()};
};

sha256::sha256() : context_(std::make_unique<context>()) {
  must_work(context_->algorithm != nullptr && context_->state != nullptr, "prepare SHA-256");
}
sha256::sha256(sha256&&) noexcept = default;
sha256& sha256::operator=(sha256&&) noexcept = default;
sha256::~sha256() = default;

sha256_digest sha256::of(std::string_view bytes) {
  sha256_digest digest{};
  unsigned size = 0;
  EVP_MD_CTX* const state = context_->state.get();
  must_work(EVP_DigestInit_ex2(state, context_->algorithm.get(), nullptr) == 1 &&
                EVP_DigestUpdate(state, bytes.data(), bytes.size()) == 1 &&
                EVP_DigestFinal_ex(state, digest.data(), &size) == 1 && size == digest.size(),
            "compute SHA-256");
  return digest;
}

}  // namespace whence::inline v0::detail
