#include <utility>

#include <whence/app/errors.hpp>

namespace whence::inline v0 {

application_stopped::application_stopped(const std::string& name)
    : error("app.stopped", next_move::retry,
            {.what = name + " is stopping; nothing was done",
             .where = name,
             .why = "a stop was asked for",
             .remedy = "start it and send again"}) {}

projection_not_registered::projection_not_registered(std::string name)
    : error("app.projection_not_registered", next_move::change_request,
            {.what = "this application does not run the projection " + name,
             .where = name,
             .why = "it was built without it",
             .remedy = "add .projection<…>() where the application is built"}),
      projection(std::move(name)) {}

duplicate_projection::duplicate_projection(std::string name)
    : error("app.duplicate_projection", next_move::change_request,
            {.what = "two projections are called " + name + "; nothing was opened",
             .where = name,
             .why = "they would write the same read model",
             .remedy = "give one of them another name"}),
      projection(std::move(name)) {}

}  // namespace whence::inline v0
