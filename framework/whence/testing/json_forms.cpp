#include <whence/testing/json_forms.hpp>

#include <optional>

#include <whence/core/error.hpp>
#include <whence/testing/difference_list.hpp>
#include <whence/testing/json_differences.hpp>
#include <whence/testing/report_failure.hpp>
#include <whence/testing/shown_text.hpp>

namespace whence::testing::inline v0::detail {
namespace {

/// Nothing if the value cannot be written, which is reported.
std::optional<std::string> written(write_function write, const void* value, const std::source_location& where) {
  try {
    return write(value);
  } catch (const encode_error& wrong) {
    report_failure(std::string("the value cannot be written\n  ") + wrong.what(), where);
    return std::nullopt;
  }
}

difference_list differences(std::string_view expected, std::string_view found) {
  difference_list list;
  for (const std::string& line : json_differences(expected, found)) list.add(line);
  return list;
}

std::string at(const decode_error& wrong) { return wrong.pointer.empty() ? "the whole text" : wrong.pointer; }

}  // namespace

void check_writes(write_function write, read_function read, const void* value, std::string_view text,
                  const std::source_location& where) {
  const auto found = written(write, value, where);
  if (!found) return;
  if (*found != text) {
    report_failure("the value is written as another text than expected" + differences(text, *found).text(), where);
    return;
  }
  check_reads(write, read, value, text, where);
}

void check_reads(write_function write, read_function read, const void* value, std::string_view text,
                 const std::source_location& where) {
  const auto expected = written(write, value, where);
  if (!expected) return;
  try {
    const std::string found = read(text);
    if (found == *expected) return report_met();
    report_failure("the text is read as another value than expected" + differences(*expected, found).text(), where);
  } catch (const decode_error& wrong) {
    report_failure(std::string("the text cannot be read\n  ") + wrong.what() + "\n  " + shown(text), where);
  }
}

void check_refuses(read_function read, std::string_view text, std::string_view pointer, const std::string_view* problem,
                   const std::source_location& where) {
  try {
    const std::string found = read(text);
    report_failure("the text was expected to be refused\n  it reads as " + shown(found), where);
  } catch (const decode_error& wrong) {
    difference_list list;
    if (wrong.pointer != pointer)
      list.add("place: expected " + (pointer.empty() ? "the whole text" : std::string(pointer)) + ", found " +
               at(wrong) + ": " + wrong.problem);
    else if (problem && wrong.problem != *problem)
      list.add("problem: expected " + std::string(*problem) + ", found " + wrong.problem);
    if (list.empty()) return report_met();
    report_failure("the text is refused in another way than expected" + list.text(), where);
  }
}

}  // namespace whence::testing::inline v0::detail
