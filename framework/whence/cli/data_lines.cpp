#include <whence/cli/data_lines.hpp>

#include <cstddef>
#include <cstdint>
#include <utility>

#include <nlohmann/json.hpp>

#include <whence/cli/display_text.hpp>
#include <whence/core/json_text.hpp>

namespace whence::inline v0::cli {
namespace {

using json = nlohmann::json;

/// Writes while it reads: no number is ever turned into a binary one and back. Lines are made for what stands at the first
/// level, and one level deeper in its lists.
class line_writer final : public nlohmann::json_sax<json> {
 public:
  std::vector<data_line> take() { return std::move(lines_); }

  bool null() override { return scalar("null"); }
  bool boolean(bool value) override { return scalar(value ? "true" : "false"); }
  bool number_integer(std::int64_t value) override { return scalar(std::to_string(value)); }
  bool number_unsigned(std::uint64_t value) override { return scalar(std::to_string(value)); }
  bool number_float(double, const std::string& text) override { return scalar(text); }
  bool string(std::string& value) override { return scalar(visible(json_string(value))); }
  bool binary(json::binary_t&) override { return false; }
  bool key(std::string& name) override {
    level& here = levels_.back();
    here.key = visible(name);
    return true;
  }
  bool start_object(std::size_t) override { return open(false); }
  bool start_array(std::size_t) override { return open(true); }
  bool end_object() override { return close(); }
  bool end_array() override { return close(); }
  bool parse_error(std::size_t, const std::string&, const nlohmann::detail::exception&) override { return false; }

 private:
  struct level {
    bool array = false;
    bool has_lines = false;  // its entries stand on lines of their own
    std::size_t entries = 0;
    std::string key;
  };

  /// The text before a value: its line, or its place within the line.
  void begin() {
    if (levels_.empty()) {
      lines_.push_back({});
      return;
    }
    level& here = levels_.back();
    if (here.has_lines) {
      lines_.push_back({name_of_entry(), {}});
    } else {
      std::string& text = lines_.back().value;
      text += here.entries == 0 ? " " : ", ";
      if (!here.array) text += here.key + " ";
    }
    ++here.entries;
  }

  std::string name_of_entry() const {
    std::string name;
    for (const level& each : levels_) name += each.array ? "[" + std::to_string(each.entries) + "]" : each.key;
    return name;
  }

  bool scalar(const std::string& text) {
    begin();
    lines_.back().value += text;
    return true;
  }

  bool open(bool array) {
    const bool outermost = levels_.empty();
    const bool list_of_outermost = levels_.size() == 1 && array && !levels_.back().array;
    if (outermost || list_of_outermost) {
      levels_.push_back(level{array, true, 0, {}});
    } else {
      begin();
      lines_.back().value += array ? "[" : "{";
      levels_.push_back(level{array, false, 0, {}});
    }
    return true;
  }

  bool close() {
    const level done = std::move(levels_.back());
    levels_.pop_back();
    if (!done.has_lines) {
      lines_.back().value += std::string(done.entries == 0 ? "" : " ") + (done.array ? "]" : "}");
    } else if (done.entries == 0) {
      // An empty list or object has a line to say so.
      lines_.push_back({levels_.empty() ? "" : levels_.back().key, done.array ? "[]" : "{}"});
    }
    if (done.has_lines && !levels_.empty()) ++levels_.back().entries;
    return true;
  }

  std::vector<data_line> lines_;
  std::vector<level> levels_;
};

}  // namespace

std::vector<data_line> data_lines(std::string_view text) {
  line_writer writer;
  if (json::sax_parse(text.begin(), text.end(), &writer)) return writer.take();
  return {{"", visible(text)}};
}

}  // namespace whence::inline v0::cli
