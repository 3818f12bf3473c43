#include <whence/contracts/errors.hpp>

#include <utility>

namespace whence::inline v0 {
namespace {

std::string at(const std::string& pointer, const std::string& problem) {
  return pointer.empty() ? problem : pointer + ": " + problem;
}

}  // namespace

schema_malformed::schema_malformed(std::string pointer_, std::string problem_, std::string where)
    : error("schema.malformed", next_move::change_request,
            {.what = at(pointer_, problem_),
             .where = std::move(where),
             .why = "it is no JSON Schema of 2020-12",
             .remedy = "correct the schema; one that was released is in the history of its file"}),
      pointer(std::move(pointer_)),
      problem(std::move(problem_)) {}

schema_unsupported::schema_unsupported(std::string keyword_, std::string pointer_, std::string problem_,
                                       std::string where)
    : error("schema.unsupported", next_move::change_request,
            {.what = at(pointer_, problem_),
             .where = std::move(where),
             .why = "a keyword that is passed over would let everything through: nothing was judged",
             .remedy =
                 "say it with the keywords that are checked (the chapter \"Keywords\" of the module contracts), or use "
                 "a validator of the whole language"}),
      keyword(std::move(keyword_)),
      pointer(std::move(pointer_)),
      problem(std::move(problem_)) {}

schema_too_much_work::schema_too_much_work(std::string pointer_)
    : error("schema.too_much_work", next_move::change_request,
            {.what = at(pointer_, "judging this by its schema takes too long: it was given up"),
             .where = {},
             .why = "alternatives inside alternatives, a pattern that looks ahead again and again, or much that is "
                    "looked at by many keywords",
             .remedy = "simplify the schema at the keywords that are tried there"}),
      pointer(std::move(pointer_)) {}

contract_changed::contract_changed(std::string event_type_, std::uint32_t version_, std::string pointer_,
                                   const std::string& problem, std::size_t more, const std::string& remedy,
                                   std::string file_)
    : error("contract.changed", next_move::change_request,
            {.what = event_type_ + " version " + std::to_string(version_) +
                     " was released, and is described otherwise now: " + at(pointer_, problem) +
                     (more == 0 ? "" : " (and " + std::to_string(more) + " more)") + "; nothing was written",
             .where = file_,
             .why = "events of that version may be in a log: what was released stays as it is",
             .remedy = remedy}),
      event_type(std::move(event_type_)),
      version(version_),
      pointer(std::move(pointer_)),
      file(std::move(file_)) {}

contract_misplaced::contract_misplaced(std::string event_type_, std::string file_, const std::string& belongs_to)
    : error("contract.misplaced", next_move::change_request,
            {.what = event_type_ + " was released as another aggregate's event; nothing was written",
             .where = file_,
             .why = "an event's name belongs to one type, in all aggregates; today it belongs to " + belongs_to,
             .remedy =
                 "an aggregate that has streams keeps its stored name, whatever its C++ type is called; if no log has "
                 "one, move the event's files into the folder of the new name; if it is another event, give it a "
                 "name of its own"}),
      event_type(std::move(event_type_)),
      file(std::move(file_)) {}

contract_incomplete::contract_incomplete(std::string event_type_, std::uint32_t version_, std::string schema_file_,
                                         std::string samples_file_)
    : error("contract.incomplete", next_move::change_request,
            {.what = event_type_ + " version " + std::to_string(version_) +
                     " was released, and its schema is gone; nothing was written",
             .where = std::move(samples_file_),
             .why = "today's type may be another one: what was released is not made anew",
             .remedy = "bring " + schema_file_ + " back from the history of the sources"}),
      event_type(std::move(event_type_)),
      version(version_),
      schema_file(std::move(schema_file_)) {}

contract_missing::contract_missing(std::string folder_)
    : error("contract.missing", next_move::change_request,
            {.what = "there are no contracts in " + folder_,
             .where = folder_,
             .why = "contracts are files like order/OrderPlaced.v1.schema.json in it",
             .remedy = "name the folder that `schema release` writes to"}),
      folder(std::move(folder_)) {}

contract_newer::contract_newer(std::string event_type_, std::uint32_t version_, std::uint32_t version_of_program_,
                               std::string file_)
    : error("contract.newer", next_move::change_request,
            {.what = event_type_ + " version " + std::to_string(version_) +
                     " was released, and this program has version " + std::to_string(version_of_program_) +
                     "; nothing was written",
             .where = file_,
             .why = "these contracts belong to a newer build of the program",
             .remedy =
                 "build the program from the sources that these files stand beside: a version is never taken back"}),
      event_type(std::move(event_type_)),
      version(version_),
      version_of_program(version_of_program_),
      file(std::move(file_)) {}

contract_unfit_name::contract_unfit_name(std::string name_)
    : error("contract.unfit_name", next_move::change_request,
            {.what = "\"" + name_ + "\" cannot be the name of a file; nothing was written",
             .where = {},
             .why = "contracts stand in files that are named after the event, in a folder named after its aggregate",
             .remedy = "use letters, digits, _ and - in the names of events and aggregates"}),
      name(std::move(name_)) {}

}  // namespace whence::inline v0
