/// Which build of which program this process runs, in sixteen bytes.
#pragma once

#include <whence/core/uuid.hpp>

namespace whence::inline v0::detail {

/// Another for another build: a hash of the build ids of the executable and of the libraries that are loaded, and of the size and
/// the time of the executable's file, as not every linker writes ids. The same build may have another where it was copied to.
uuid::bytes_type running_program();

}  // namespace whence::inline v0::detail
