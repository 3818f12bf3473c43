/// A command line as it was typed, whatever may be wrong with it: to find what was mistyped, and to write it anew.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace shop {

/// An option that there is, by one of its spellings: "--store", "-o".
struct known_option {
  std::string name;
  bool takes_value = false;
};

/// The command line to paste: each word as a shell needs it.
std::string text_of_line(const std::vector<std::string>& words);

/// The same with another word in that place; of an option, what stands behind its "=" stays.
std::string text_of_line(const std::vector<std::string>& words, std::size_t place, std::string_view meant);

/// The same with that --store, a word as a shell needs it, in place of the one that it has, if it has one.
std::string text_of_line_with_store(std::vector<std::string> words, const std::string& store);

/// What stands where.
struct typed_line {
  std::optional<std::size_t> command;         ///< the word that is one, or should be
  std::optional<std::size_t> unknown_option;  ///< the first one before the command
};

/// `commands` are those that there are: the value of an option that is not known is told from a command by them.
typed_line look_at_line(const std::vector<std::string>& words, const std::vector<known_option>& options,
                        const std::vector<std::string>& commands);

/// The first option behind that place that is none of these.
std::optional<std::size_t> unknown_option_behind(const std::vector<std::string>& words, std::size_t place,
                                                 const std::vector<known_option>& options);

}  // namespace shop
