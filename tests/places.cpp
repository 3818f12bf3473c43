// The only file that knows absolute paths, so that every other one compiles to the same bytes, and is cached, in any checkout.
#include <tests/places.hpp>

namespace places {

std::filesystem::path programs() { return WHENCE_PROGRAMS_DIR; }
std::filesystem::path sources() { return WHENCE_SOURCES_DIR; }

}  // namespace places
