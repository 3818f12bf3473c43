/// A file of sales in the Online Retail form: opened, and its header understood.
#pragma once

#include <cstdint>
#include <functional>
#include <istream>
#include <streambuf>
#include <string>
#include <utility>
#include <vector>

#include <whence/core/error.hpp>

#include <import/csv_reader.hpp>
#include <import/sale_record.hpp>

namespace shop {

/// `import.header`: the first record does not name the eight columns.
struct not_a_sales_file final : whence::error {
  explicit not_a_sales_file(std::string file);
  std::string path;
};

/// The import was told to stop while it waited for more of the file, which is a pipe then.
struct reading_stopped {};

/// The bytes of a file or pipe. Who waits for more of them can be told to stop, which no std::filebuf allows.
class file_buffer final : public std::streambuf {
 public:
  explicit file_buffer(const std::string& path);
  file_buffer(const file_buffer&) = delete;
  file_buffer& operator=(const file_buffer&) = delete;
  ~file_buffer() override;

  void stop_when(std::function<bool()> asked) { asked_to_stop_ = std::move(asked); }
  bool stopped() const noexcept { return stopped_; }

 private:
  int_type underflow() override;

  int descriptor_;
  std::function<bool()> asked_to_stop_;
  bool stopped_ = false;
  std::vector<char> block_;
};

/// Throws   file_error: it cannot be opened or read. not_a_sales_file.
class sales_file {
 public:
  explicit sales_file(const std::string& path);

  /// From now on `next` asks this while it waits for a pipe.
  void stop_when(std::function<bool()> asked) { buffer_.stop_when(std::move(asked)); }

  /// The next record after the header. False at the end.
  /// Throws   file_error. reading_stopped.
  bool next(csv_record& record);

  const sale_columns& columns() const noexcept { return columns_; }
  std::uint64_t bytes_read() const noexcept { return reader_.bytes_read(); }
  /// 0 if it is not known (a pipe).
  std::uint64_t bytes() const noexcept { return bytes_; }

 private:
  std::string path_;
  file_buffer buffer_;
  std::istream stream_;
  std::uint64_t bytes_ = 0;
  csv_reader reader_;
  sale_columns columns_;
};

}  // namespace shop
