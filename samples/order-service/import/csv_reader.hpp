/// Reads the records of a CSV file one by one, in bounded memory, however long a field or a record is.
///
/// The form: fields are parted by commas, records by LF or CRLF; a line with nothing in it is no record. A field that
/// begins with a quote goes on to the closing one, over commas and line ends, and a doubled quote in it is one; what
/// stands between the closing quote and the next comma belongs to the field as it is. A quote anywhere else is a
/// character like others. A byte-order mark (UTF-8) at the beginning of the file is skipped.
#pragma once

#include <cstddef>
#include <cstdint>
#include <istream>
#include <string>
#include <vector>

namespace shop {

struct csv_limits {
  std::size_t field_bytes = 65'536;   ///< of the value of a field: what is beyond is not kept
  std::size_t fields = 64;            ///< of a record: those beyond are counted only
  std::size_t text_bytes = 2u << 20;  ///< of `csv_record::text`
};

/// A record and where it stands. What a limit has cut is told.
struct csv_record {
  std::uint64_t line = 0;           ///< the line it begins on, from 1
  std::vector<std::string> fields;  ///< the first `csv_limits::fields`
  std::size_t field_count = 0;      ///< all of them
  bool field_too_long = false;
  bool quote_open = false;  ///< the file ended inside quotes
  bool unended = false;     ///< the file ended behind it, without a line end
  std::string text;         ///< as in the file, without the line end
  bool text_cut = false;
};

/// Threads  one.
/// Throws   std::ios_base::failure: the file cannot be read.
class csv_reader {
 public:
  explicit csv_reader(std::istream& input, csv_limits limits = {});

  /// Reads the next record into `record`, whose memory is used again. False at the end.
  bool next(csv_record& record);

  /// How many bytes were taken so far.
  std::uint64_t bytes_read() const noexcept { return bytes_read_; }

 private:
  enum class ending { field, record, file };
  static constexpr int end_of_file = -1;

  int peek();
  int take(csv_record& record);
  ending read_field(csv_record& record);
  ending read_unquoted(csv_record& record);
  bool read_quoted(csv_record& record);
  void keep(csv_record& record, int character) const;

  std::istream& input_;
  const csv_limits limits_;
  std::vector<char> block_;
  std::size_t position_ = 0;
  std::size_t filled_ = 0;
  std::uint64_t bytes_read_ = 0;
  std::uint64_t line_ = 1;
};

}  // namespace shop
