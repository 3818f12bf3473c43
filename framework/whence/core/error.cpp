#include <whence/core/error.hpp>

#include <utility>

namespace whence::inline v0 {

error::error(std::string_view code, next_move next, error_text text)
    : std::runtime_error(text.what), code_(code), next_(next), text_(std::move(text)) {}

error::~error() = default;

}  // namespace whence::inline v0
