/// The end of a long run before its end: when SIGINT or SIGTERM asks for it, or the storage fails.
#pragma once

#include <csignal>
#include <string>

#include <whence/app/application.hpp>
#include <whence/app/errors.hpp>

#include <cli/failure.hpp>
#include <cli/request.hpp>
#include <import/sales_file.hpp>

namespace shop {

/// What is told when the application is stopping, with the signal's exit code. `done` is what the run has come to, and what becomes
/// of that.
inline failure stopped(const whence::application& app, const request& asked, const std::string& done) {
  return failure(app.stop_signal() == SIGINT ? exit_code::interrupted : exit_code::terminated, "run.stopped",
                 {.what = "stopped by a signal after " + done, .where = asked.store, .remedy = asked.line});
}

/// Does the next piece of work. Throws that, with what `done` says, if the application is stopping.
template <class Done, class Work>
auto unless_stopping(const whence::application& app, const request& asked, Done done, Work work) {
  if (app.stopping()) throw stopped(app, asked, done());
  try {
    return work();
  } catch (const whence::application_stopped&) {
    // Between two commands of the piece; repeating the run goes on there.
    throw stopped(app, asked, done());
  } catch (const reading_stopped&) {
    throw stopped(app, asked, done());
  }
}

/// Does the next piece of work, and says of a storage that fails in it how far the run has come.
template <class Work>
auto at_place(const std::string& place, const std::string& store, Work work) {
  try {
    return work();
  } catch (const whence::error& fault) {
    if (const auto told = stopped_at(place, fault, store)) throw *told;
    throw;
  }
}

}  // namespace shop
