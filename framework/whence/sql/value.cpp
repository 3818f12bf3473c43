#include <stdexcept>

#include <whence/sql/value.hpp>

namespace whence::sql {
inline namespace v0 {

void value::throw_too_large(std::uint64_t number) {
  throw std::out_of_range("SQLite's integers have 64 bits with a sign: " + std::to_string(number) + " does not fit");
}

}  // namespace v0
}  // namespace whence::sql
