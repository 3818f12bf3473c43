/// What was asked for: a command of the table, its argument, its options. Made by command_line.cpp.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <whence/cli/cell_style.hpp>
#include <whence/cli/command.hpp>

namespace whence::inline v0::cli {

enum class colour_choice { automatic, always, never };  // as flags::colour_choices
enum class help_wanted { none, brief, full };

/// Throws   usage_error: an option's value is not of its form.
class request {
 public:
  request() = default;

  const command* what() const noexcept { return what_; }  ///< null: none was named
  /// The group, if it alone was named; its first command is meant then.
  std::string_view group_only() const noexcept { return group_only_; }
  /// What follows the command, if one word may; empty if it is left out.
  std::string argument() const { return arguments_.empty() ? std::string() : arguments_.front(); }
  const std::vector<std::string>& arguments() const noexcept { return arguments_; }
  help_wanted help() const;

  bool has(std::string_view flag) const { return values_.contains(flag); }
  /// The last value given; nothing if there is none.
  std::optional<std::string> value(std::string_view flag) const;
  /// All values, in order, as given.
  std::vector<std::string> values(std::string_view flag) const;
  /// The same, cut at commas.
  std::vector<std::string> listed(std::string_view flag) const;
  std::optional<std::uint64_t> number(std::string_view flag) const;

  /// Which of the flag's choices was given, by its place among them; nothing if none was.
  std::optional<std::size_t> choice(const flag& flag) const;
  /// All of them, where several can be, cut at commas.
  std::vector<std::size_t> choices(const flag& flag) const;

  /// Throws   usage_error also if the command has no such form.
  output_form form() const;
  colour_choice colour() const;
  time_form times() const;

 private:
  friend class command_line;
  const command* what_ = nullptr;
  std::string_view group_only_;
  bool help_word_ = false;  // `whence help …`
  std::vector<std::string> arguments_;
  std::map<std::string, std::vector<std::string>, std::less<>> values_;
};

/// "markdown"
std::string_view name_of(output_form form);

}  // namespace whence::inline v0::cli
