/// What can be wrong with the fingerprints that a rehearsal is held against, or saves.
#pragma once

#include <string>
#include <string_view>

#include <whence/core/error.hpp>

namespace whence::inline v0 {

/// `fingerprints.not_usable`: a file is none that a rehearsal saved, or not whole, or damaged; or it is of another log.
struct fingerprints_not_usable final : error {
  fingerprints_not_usable(std::string path, std::string_view why, std::string_view remedy);
  std::string path;
};

/// `fingerprints.not_saved`: where they should go is something else, or a place that belongs to the log. Nothing was written.
struct fingerprints_not_saved final : error {
  fingerprints_not_saved(std::string path, std::string_view why);
  std::string path;
};

}  // namespace whence::inline v0
