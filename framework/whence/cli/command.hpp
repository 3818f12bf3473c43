/// What a command is: a row of the one table from which parsing, help, man pages, completion, the docs and the tests come.
///
/// A file of commands exports its rows (`event_commands.hpp`); `command_table.cpp` joins them. What the rows say calls the
/// program `whence`.
#pragma once

#include <span>
#include <string_view>
#include <vector>

#include <whence/cli/column.hpp>
#include <whence/cli/exit_code.hpp>

namespace whence::inline v0::cli {

class request;
class session;

/// What can stand in a place of the command line, for completion.
enum class completes { nothing, file, form, stream, aggregate_type, event_type, command_name, column, model };

/// An option. The same name means the same everywhere, so that it can stand before or after the command.
struct flag {
  std::string_view name;        ///< "--stream"
  char letter = 0;              ///< 'o' for "-o"
  std::string_view value = {};  ///< "NAME"; empty: a switch
  std::string_view text = {};   ///< what it does, for help
  bool repeats = false;
  bool selects = false;                            ///< which items, not how they are shown
  std::span<const std::string_view> choices = {};  ///< what its value can be; empty: something else
  completes by = completes::nothing;               ///< what else its value is
};

struct example {
  std::string_view line;  ///< to be pasted into a shell as it stands
  std::string_view text;
};

enum class access {
  none,   ///< opens no log
  reads,  ///< opens the log as a visitor: never writes a byte of it
  writes  ///< opens it as its writer: no log that was not named
};

enum class output_form { table, json, jsonl, csv, markdown, mermaid };

inline constexpr output_form text_only[] = {output_form::table};
inline constexpr output_form document_forms[] = {output_form::table, output_form::json, output_form::jsonl};
inline constexpr output_form list_forms[] = {output_form::table, output_form::json, output_form::jsonl,
                                             output_form::csv, output_form::markdown};

struct command {
  std::string_view group = {};  ///< "event"; empty if the name stands alone
  std::string_view name;        ///< "list"
  /// What follows: "OLD NEW" have to, "[COMMAND]" may, "[WORD…]" may and more than one; empty: nothing may.
  std::string_view argument = {};
  completes argument_by = completes::nothing;
  std::span<const std::string_view> argument_choices = {};
  std::string_view summary;
  std::string_view text = {};  ///< paragraphs for the full help, parted by a line break
  std::span<const example> examples = {};
  std::span<const flag* const> flags = {};  ///< besides those that all commands have
  std::span<const output_form> forms = document_forms;
  /// Of schemas/, without its ending: of each item of a list, of a verdict's data, of any other document; empty: no fixed form.
  std::string_view schema = {};
  std::vector<column> (*columns)() = nullptr;  ///< what --columns can name; null: nothing
  access log = access::reads;
  bool hidden = false;  ///< for the machinery: in no help
  exit_code (*run)(const request&, session&) = nullptr;
};

}  // namespace whence::inline v0::cli
