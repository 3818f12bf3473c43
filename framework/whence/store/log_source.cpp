#include <whence/store/log_backup.hpp>
#include <whence/store/log_import.hpp>
#include <whence/store/log_source.hpp>
#include <whence/store/log_verification.hpp>

namespace whence::inline v0 {

std::unique_ptr<log_import> log_source::open_import(const runtime& runtime, const log_identity& identity) const {
  return doors_.open_import(runtime, identity);
}

log_verification log_source::verify(const runtime& runtime, const verify_options& options) const {
  return doors_.verify(runtime, options);
}

}  // namespace whence::inline v0
