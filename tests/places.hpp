/// Where a test finds what it runs and reads.
#pragma once

#include <filesystem>

namespace places {

/// The folder of the programs that were built: order-service, order-service_faults, whence.
std::filesystem::path programs();

/// The root of the source tree.
std::filesystem::path sources();

}  // namespace places
