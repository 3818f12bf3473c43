/// The JSON envelope of commands that judge or act: one document, of one shape, whatever they found
/// (schemas/verdict.schema.json).
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <whence/cli/failure.hpp>

namespace whence::inline v0::cli {

/// Of the envelope: it changes when a member changes its meaning or goes.
inline constexpr int verdict_version = 1;

enum class verdict {
  pass,   ///< done, nothing bad found
  fail,   ///< done, and the answer is no
  error,  ///< not done
};

/// `{"version":1,"command":"log verify","status":"pass","data":…,"diagnostics":[…]}`; `data` is a JSON value. `command` is
/// empty where none was recognised: null in the document.
std::string verdict_document(std::string_view command, verdict status, std::string_view data,
                             const std::vector<diagnostic>& found);

}  // namespace whence::inline v0::cli
