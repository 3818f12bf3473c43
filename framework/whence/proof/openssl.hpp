/// What every use of OpenSSL needs: owners of its objects, and what it says when it cannot.
#pragma once

#include <memory>
#include <string_view>

#include <openssl/bio.h>
#include <openssl/evp.h>

namespace whence::inline v0::detail {

template <auto free>
struct freed_by {
  template <class Object>
  void operator()(Object* object) const noexcept {
    free(object);
  }
};

using owned_bio = std::unique_ptr<BIO, freed_by<&BIO_free_all>>;
using owned_digest = std::unique_ptr<EVP_MD, freed_by<&EVP_MD_free>>;
using owned_digest_context = std::unique_ptr<EVP_MD_CTX, freed_by<&EVP_MD_CTX_free>>;
using owned_key = std::unique_ptr<EVP_PKEY, freed_by<&EVP_PKEY_free>>;

/// For calls that fail for want of memory, or because OpenSSL is configured without the algorithm.
/// Throws   std::bad_alloc, crypto_failed.
void must_work(bool worked, std::string_view doing);

}  // namespace whence::inline v0::detail
