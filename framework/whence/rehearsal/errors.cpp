#include <whence/rehearsal/errors.hpp>

#include <utility>

namespace whence::inline v0 {

fingerprints_not_usable::fingerprints_not_usable(std::string path_, std::string_view why, std::string_view remedy)
    : error("fingerprints.not_usable", next_move::change_request,
            {.what = "nothing can be compared with " + path_,
             .where = path_,
             .why = std::string(why),
             .remedy = std::string(remedy)}),
      path(std::move(path_)) {}

fingerprints_not_saved::fingerprints_not_saved(std::string path_, std::string_view why)
    : error("fingerprints.not_saved", next_move::change_request,
            {.what = "fingerprints cannot be saved in " + path_ + "; nothing was written",
             .where = path_,
             .why = std::string(why),
             .remedy = "name a file that is not there yet, or one that has fingerprints in it"}),
      path(std::move(path_)) {}

}  // namespace whence::inline v0
