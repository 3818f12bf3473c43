/// The file of rejected records: `line,reason,record`, as CSV. It is written beside its place and moved there when it
/// is complete, so that whoever reads it finds the last import's file or this one's, whole.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include <whence/core/files.hpp>

#include <import/staging_area.hpp>

namespace shop {

/// Why the rejects cannot go to `path`: it is named as a folder, is the file of sales, belongs to the log or would stand among
/// its files (their names begin with the log's) or those of another one, is open in this program, or is there and has something
/// else in it than rejects. Nothing when they can.
/// Touches nothing.
/// Throws   file_error: its folder is not there, or may not be written.
std::optional<std::string> reason_against_rejects(const std::string& path, const std::string& sales,
                                                  const std::string& store);

/// Throws   file_error.
class rejects_file {
 public:
  /// Begins the new file under a name that nobody has, "<path>.partial" or "<path>.partial-2"; the old one stays until
  /// `finish`.
  explicit rejects_file(const std::string& path);
  rejects_file(const rejects_file&) = delete;
  rejects_file& operator=(const rejects_file&) = delete;
  /// Leaves the old file as it was, unless finished.
  ~rejects_file();

  void add(const rejected_record& rejected);
  /// Durable on return.
  void finish();

 private:
  void write(std::string_view text);
  void flush();

  std::shared_ptr<whence::files> files_;
  std::string path_;
  std::string partial_;
  std::unique_ptr<whence::file> file_;
  std::string buffer_;
  std::uint64_t written_ = 0;
};

}  // namespace shop
