#include <whence/proof/openssl.hpp>

#include <new>
#include <string>

#include <openssl/err.h>

#include <whence/proof/errors.hpp>

namespace whence::inline v0::detail {

void must_work(bool worked, std::string_view doing) {
  if (worked) return;
  const unsigned long code = ERR_get_error();
  ERR_clear_error();
  if (ERR_GET_REASON(code) == ERR_R_MALLOC_FAILURE) throw std::bad_alloc();
  const char* const reason = code == 0 ? nullptr : ERR_reason_error_string(code);
  throw crypto_failed(doing, reason == nullptr ? "OpenSSL does not say why" : reason);
}

}  // namespace whence::inline v0::detail
