#include <whence/proof/sha256.hpp>

#include <whence/proof/openssl.hpp>

namespace whence::inline v0::detail {
namespace {

constexpr std::string_view digits = "0123456789abcdef";

}  // namespace

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

std::string to_hex(std::span<const std::uint8_t> bytes) {
  std::string text;
  text.reserve(2 * bytes.size());
  for (const std::uint8_t byte : bytes) {
    text += digits[byte >> 4];
    text += digits[byte & 15];
  }
  return text;
}

bool from_hex(std::string_view text, std::span<std::uint8_t> into) noexcept {
  if (text.size() != 2 * into.size()) return false;
  for (std::size_t i = 0; i < into.size(); ++i) {
    const std::size_t high = digits.find(text[2 * i]);
    const std::size_t low = digits.find(text[2 * i + 1]);
    if (high == std::string_view::npos || low == std::string_view::npos) return false;
    into[i] = static_cast<std::uint8_t>(high << 4 | low);
  }
  return true;
}

}  // namespace whence::inline v0::detail
