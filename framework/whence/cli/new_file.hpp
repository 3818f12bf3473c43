/// A file that is there whole, or not at all.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include <whence/core/file_draft.hpp>
#include <whence/core/files.hpp>

namespace whence::inline v0::cli {

/// Written from its beginning to its end as a draft (file_draft.hpp), which is gone unless it is finished.
///
/// Throws   file_error.
class new_file {
 public:
  /// `access`: who may do what with it. Throws   file_error (`file.exists`): there is something at the path already;
  /// log_name_taken.
  new_file(files& files, const std::string& path, const std::optional<file_access>& access = {});

  void write(std::string_view bytes);
  /// Durable on return. Throws   file_error (`file.exists`): something has come meanwhile, and stays.
  void finish();
  std::uint64_t size() const noexcept { return size_; }

 private:
  file_draft draft_;
  std::unique_ptr<file> file_;
  std::uint64_t size_ = 0;
};

}  // namespace whence::inline v0::cli
