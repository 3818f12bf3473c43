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
             .why = "alternatives inside alternatives, or a pattern that looks ahead again and again",
             .remedy = "simplify the schema at the keywords that are tried there"}),
      pointer(std::move(pointer_)) {}

}  // namespace whence::inline v0
