#include <import/sales_file.hpp>

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <ios>
#include <utility>

#include <whence/core/files.hpp>

namespace shop {
namespace {

int opened(const std::string& path) {
  if (std::error_code error; std::filesystem::is_directory(path, error)) throw whence::file_error("read", path, EISDIR);
  const int descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (descriptor < 0) throw whence::file_error("read", path, errno);
  return descriptor;
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

file_buffer::file_buffer(const std::string& path) : descriptor_(opened(path)), block_(std::size_t{1} << 16) {}

file_buffer::~file_buffer() { ::close(descriptor_); }

file_buffer::int_type file_buffer::underflow() {
  constexpr int patience_milliseconds = 50;
  for (;;) {
    if (asked_to_stop_ && asked_to_stop_()) {
      stopped_ = true;
      return traits_type::eof();
    }
    pollfd waiting{.fd = descriptor_, .events = POLLIN, .revents = 0};
    const int ready = ::poll(&waiting, 1, asked_to_stop_ ? patience_milliseconds : -1);
    if (ready == 0 || (ready < 0 && errno == EINTR)) continue;
    const ssize_t got = ::read(descriptor_, block_.data(), block_.size());
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) throw std::ios_base::failure("the file cannot be read");  // istream makes badbit of it
    if (got == 0) return traits_type::eof();
    setg(block_.data(), block_.data(), block_.data() + got);
    return traits_type::to_int_type(block_.front());
  }
}

sales_file::sales_file(const std::string& path)
    : path_(path), buffer_(path), stream_(&buffer_), reader_(stream_), columns_(columns_of(reader_, path)) {
  std::error_code error;
  const auto size = std::filesystem::file_size(path, error);
  if (!error) bytes_ = size;
}

bool sales_file::next(csv_record& record) {
  try {
    const bool found = reader_.next(record);
    if (buffer_.stopped()) throw reading_stopped{};
    return found;
  } catch (const std::ios_base::failure&) {
    throw whence::file_error("read", path_, EIO);
  }
}

}  // namespace shop
