/// A file of sales in the Online Retail form: opened, and its header understood.
#pragma once

#include <cstdint>
#include <fstream>
#include <string>

#include <whence/core/error.hpp>

#include <import/csv_reader.hpp>
#include <import/sale_record.hpp>

namespace shop {

/// `import.header`: the first record does not name the eight columns.
struct not_a_sales_file final : whence::error {
  explicit not_a_sales_file(std::string file);
  std::string path;
};

/// Throws   file_error: it cannot be opened or read. not_a_sales_file.
class sales_file {
 public:
  explicit sales_file(const std::string& path);

  /// The next record after the header. False at the end.
  bool next(csv_record& record);

  const sale_columns& columns() const noexcept { return columns_; }
  std::uint64_t bytes_read() const noexcept { return reader_.bytes_read(); }
  /// 0 if it is not known (a pipe).
  std::uint64_t bytes() const noexcept { return bytes_; }

 private:
  std::string path_;
  std::ifstream stream_;
  std::uint64_t bytes_ = 0;
  csv_reader reader_;
  sale_columns columns_;
};

}  // namespace shop
