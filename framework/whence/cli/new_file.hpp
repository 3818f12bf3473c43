/// A file that is there whole, or not at all.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include <whence/core/files.hpp>

namespace whence::inline v0::cli {

/// Written under a name of its own beside its place, which it takes when it is finished. Without that it is removed again; a
/// process that is killed leaves it there: `shop.jsonl.4182.partial`.
///
/// Throws   file_error.
class new_file {
 public:
  /// Throws   file_error (`file.exists`): there is something at the path already.
  new_file(files& files, std::string path);
  ~new_file();
  new_file(const new_file&) = delete;
  new_file& operator=(const new_file&) = delete;

  void write(std::string_view bytes);
  /// Durable on return.
  void finish();
  std::uint64_t size() const noexcept { return size_; }

 private:
  void must_be_free() const;

  files& files_;
  const std::string path_;
  const std::string part_;
  std::unique_ptr<file> file_;
  std::uint64_t size_ = 0;
};

}  // namespace whence::inline v0::cli
