#include <whence/modelling/running_program.hpp>

#include <link.h>

#include <cstdint>
#include <cstring>
#include <filesystem>
#include <string>
#include <system_error>

#include <xxhash.h>

namespace whence::inline v0::detail {
namespace {

/// The build id is among the notes of what is loaded.
int add_notes(dl_phdr_info* loaded, std::size_t, void* to) {
  for (int i = 0; i < loaded->dlpi_phnum; ++i) {
    const auto& segment = loaded->dlpi_phdr[i];
    if (segment.p_type != PT_NOTE) continue;
    static_cast<std::string*>(to)->append(
        reinterpret_cast<const char*>(loaded->dlpi_addr + segment.p_vaddr),  // NOLINT(performance-no-int-to-ptr)
        segment.p_memsz);
  }
  return 0;
}

}  // namespace

uuid::bytes_type running_program() {
  std::string all;
  dl_iterate_phdr(&add_notes, &all);
  const std::filesystem::path executable = "/proc/self/exe";
  std::error_code unknown;  // then it is told by its notes alone
  all += std::to_string(std::filesystem::file_size(executable, unknown)) + ' ' +
         std::to_string(std::filesystem::last_write_time(executable, unknown).time_since_epoch().count());
  const XXH128_hash_t hash = XXH3_128bits(all.data(), all.size());
  uuid::bytes_type bytes;
  static_assert(sizeof hash == sizeof bytes);
  std::memcpy(bytes.data(), &hash, sizeof bytes);
  return bytes;
}

}  // namespace whence::inline v0::detail
