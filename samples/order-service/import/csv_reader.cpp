#include <import/csv_reader.hpp>

#include <string_view>

namespace shop {
namespace {

constexpr std::size_t block_bytes = 1u << 16;
constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";

void begin_again(csv_record& record, std::uint64_t line) {
  record.line = line;
  record.fields.clear();
  record.field_count = 0;
  record.field_too_long = false;
  record.quote_open = false;
  record.unended = false;
  record.text.clear();
  record.text_cut = false;
}

}  // namespace

csv_reader::csv_reader(std::istream& input, csv_limits limits) : input_(input), limits_(limits), block_(block_bytes) {
  peek();  // fills the first block
  if (std::string_view(block_.data(), filled_).substr(0, byte_order_mark.size()) == byte_order_mark) {
    position_ = byte_order_mark.size();
    bytes_read_ = position_;
  }
}

bool csv_reader::next(csv_record& record) {
  for (;;) {
    begin_again(record, line_);
    ending ended = ending::field;
    while (ended == ending::field) ended = read_field(record);
    if (record.text.size() > limits_.text_bytes) {
      record.text.resize(limits_.text_bytes);
      record.text_cut = true;
    }
    record.unended = ended == ending::file;
    if (!record.text.empty()) return true;
    if (ended == ending::file) return false;
  }
}

csv_reader::ending csv_reader::read_field(csv_record& record) {
  ++record.field_count;
  if (record.field_count <= limits_.fields) record.fields.emplace_back();
  if (peek() == '"' && !read_quoted(record)) {
    record.quote_open = true;
    return ending::file;
  }
  return read_unquoted(record);
}

/// From the opening quote to behind the closing one. False: there is none.
bool csv_reader::read_quoted(csv_record& record) {
  take(record);
  for (;;) {
    const int character = take(record);
    if (character == end_of_file) return false;
    if (character == '"' && peek() != '"') return true;
    if (character == '"') take(record);
    keep(record, character);
  }
}

/// To behind the comma or line end.
csv_reader::ending csv_reader::read_unquoted(csv_record& record) {
  for (;;) {
    const int character = take(record);
    if (character == end_of_file) return ending::file;
    if (character == ',') return ending::field;
    if (character == '\n') {
      if (!record.text_cut) record.text.pop_back();
      return ending::record;
    }
    if (character == '\r' && peek() == '\n') {
      if (!record.text_cut) record.text.pop_back();
      ++position_;
      ++bytes_read_;
      ++line_;
      return ending::record;
    }
    keep(record, character);
  }
}

int csv_reader::peek() {
  if (position_ == filled_) {
    input_.read(block_.data(), static_cast<std::streamsize>(block_.size()));
    if (input_.bad()) throw std::ios_base::failure("the file cannot be read to its end");
    position_ = 0;
    filled_ = static_cast<std::size_t>(input_.gcount());
  }
  return position_ < filled_ ? static_cast<unsigned char>(block_[position_]) : end_of_file;
}

int csv_reader::take(csv_record& record) {
  const int character = peek();
  if (character == end_of_file) return character;
  ++position_;
  ++bytes_read_;
  if (character == '\n') ++line_;
  if (record.text.size() <= limits_.text_bytes)  // with room for the line end, which is taken away again
    record.text.push_back(static_cast<char>(character));
  else
    record.text_cut = true;
  return character;
}

void csv_reader::keep(csv_record& record, int character) const {
  if (record.field_count > limits_.fields) return;
  std::string& field = record.fields.back();
  if (field.size() < limits_.field_bytes)
    field.push_back(static_cast<char>(character));
  else
    record.field_too_long = true;
}

}  // namespace shop
