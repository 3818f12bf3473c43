/// How a program of Whence ends: what its exit code says, and what it prints of an error.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include <whence/core/error.hpp>

namespace whence::inline v0 {

/// The same in all programs.
enum class exit_code : int {
  done = 0,           ///< done, and nothing bad was found
  answer_is_no = 1,   ///< done, and the answer is no: a verification or a comparison found a difference
  wrong_usage = 2,    ///< a word, an option or a value that does not exist; no store named
  not_there = 3,      ///< the named stream, event or log does not exist
  refused = 4,        ///< a conflict, a precondition or the domain's rule
  not_now = 5,        ///< busy, no permission, disk full: the same may succeed later
  not_readable = 6,   ///< data that cannot be read or trusted
  types_missing = 7,  ///< needs code that this program does not have
  our_bug = 70,       ///< a fault of the program itself, or of Whence
  interrupted = 130,  ///< SIGINT before it was done
  pipe_closed = 141,  ///< whoever read the output went away
  terminated = 143,   ///< SIGTERM
};

/// By the error's code (docs/errors.md); what is not known there, by its next move.
exit_code exit_code_of(const error& failure) noexcept;

/// What people read: what happened, where, why, what to do, and last the code. Nothing in it can move a terminal's cursor.
///
///     whence: stream "order-1234" does not exist
///       where: shop.db
///       why:   closest names: order-12345 (4 events)
///       do:    whence stream list  [stream.missing, exit 3]
std::string failure_text(std::string_view program, const error& failure);

/// The same for an error of the program's own, which ends with another code.
std::string failure_text(std::string_view program, const error& failure, exit_code exit);

/// The same on a terminal of that width (terminal_columns in run_cli.hpp): it is broken at spaces, a command as
/// a shell puts it together again. 0: it is none. Of what is done all the same (`done`) no exit code is said.
std::string failure_text(std::string_view program, const error& failure, exit_code exit, std::size_t columns);

/// What programs read in its place, where they asked for JSON: one line, as `whence -o json` prints it
/// (schemas/verdict.schema.json). `command` is empty where the command line named none that there is: it is null then.
std::string failure_document(std::string_view command, const error& failure);

/// The same where more than one thing was wrong: none of them null.
std::string failure_document(std::string_view command, const std::vector<const error*>& failures);

/// What whoever types commands is to do about it: commands to paste where some help, with the program's own inspector in them
/// ("order-service whence"), and the log that is at `store`.
std::string failure_remedy(std::string_view inspector, const error& failure, const std::string& store);

/// What such a program puts as "diagnostics" into a document that it shows all the same: `[{"code":…,"message":…,…}]`.
std::string diagnostics_of(const error& failure);

}  // namespace whence::inline v0
