/// From the words of a command line to a request.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <whence/cli/command.hpp>
#include <whence/cli/failure.hpp>
#include <whence/cli/request.hpp>

namespace whence::inline v0::cli {

/// Finds the command's words by itself, wherever options stand, and lets CLI11 take the options apart: CLI11's subcommands
/// know options only behind them, and it says "a subcommand is required" for a misspelt one.
///
/// Throws   usage_error: an unknown word or option, with the nearest one there is.
class command_line {
 public:
  /// The words after the program's name.
  static request parse(const std::vector<std::string>& words);

  /// "event list": the command that the words name, wrong as they may be elsewhere; empty if they name none that there is.
  static std::string command_in(const std::vector<std::string>& words);

 private:
  explicit command_line(const std::vector<std::string>& words);

  struct option_word {
    const flag* known;  // null: there is none of that name
    bool takes_next;    // its value is the next word
  };
  static option_word look_up(std::string_view word);

  void split();
  void find_command();
  void check_options() const;
  void check_texts() const;
  void check_names();
  void take_apart();
  std::string corrected(std::size_t place, const std::string& meant) const;
  std::string value_lacking(std::size_t place, const std::string& meant) const;
  usage_error unknown_option(std::size_t place, const std::string& name) const;

  struct given_option {
    const flag* known;
    std::size_t place;  // among the words
  };

  const std::vector<std::string>& words_;
  std::vector<std::string> names_;   // what is no option and no option's value; the command's words go when it is found
  std::vector<std::size_t> places_;  // where each of them stood among the words, also of those that went
  std::vector<std::string> options_;  // the rest, in order
  std::vector<std::size_t> unknown_;  // where options stand that there are not
  std::vector<given_option> given_;
  const flag* without_value_ = nullptr;  // it needs one behind it, and is the last word or has another option there
  std::string instead_of_value_;
  request request_;
};

}  // namespace whence::inline v0::cli
