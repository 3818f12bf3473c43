#include <whence/store/log_origin.hpp>

#include <cstdint>
#include <optional>

#include <whence/store/sqlite/format.hpp>
#include <whence/store/sqlite/witness.hpp>

namespace whence::inline v0 {

bool is_copied_file(files& files, const std::string& path) {
  const log_paths paths = log_paths::of(path);
  const std::optional<file_status> here = files.status(paths.log);
  if (!here || here->made_at == 0) return false;
  const std::optional<std::uint64_t> noted = read_file_noted(files, paths.witness);
  return noted && *noted != here->made_at;
}

}  // namespace whence::inline v0
