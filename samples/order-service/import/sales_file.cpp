#include <import/sales_file.hpp>

#include <cerrno>
#include <filesystem>
#include <utility>

#include <whence/core/files.hpp>

namespace shop {
namespace {

std::ifstream opened(const std::string& path) {
  if (std::error_code error; std::filesystem::is_directory(path, error)) throw whence::file_error("read", path, EISDIR);
  errno = 0;
  std::ifstream stream(path, std::ios::binary);
  if (!stream) throw whence::file_error("read", path, errno != 0 ? errno : EIO);
  return stream;
}

sale_columns columns_of(csv_reader& reader, const std::string& path) {
  csv_record header;
  const auto columns = reader.next(header) ? sale_columns::from_header(header) : std::nullopt;
  if (!columns) throw not_a_sales_file(path);
  return *columns;
}

}  // namespace

not_a_sales_file::not_a_sales_file(std::string file)
    : error("import.header", whence::next_move::change_request,
            {.what = file + " is no file of sales; nothing was written",
             .where = "its first record, which has to name eight columns: InvoiceNo, StockCode, Description, Quantity, "
                      "InvoiceDate, UnitPrice, CustomerID, Country"}),
      path(std::move(file)) {}

sales_file::sales_file(const std::string& path)
    : path_(path), stream_(opened(path)), reader_(stream_), columns_(columns_of(reader_, path)) {
  std::error_code error;
  const auto size = std::filesystem::file_size(path, error);
  if (!error) bytes_ = size;
}

bool sales_file::next(csv_record& record) {
  try {
    return reader_.next(record);
  } catch (const std::ios_base::failure&) {
    throw whence::file_error("read", path_, EIO);
  }
}

}  // namespace shop
