/// The end of a long run before its end: when SIGINT or SIGTERM asks for it, or the storage fails.
#pragma once

#include <csignal>
#include <string>

#include <whence/app/application.hpp>
#include <whence/app/errors.hpp>

#include <cli/failure.hpp>

namespace shop {

/// What is told when the application is stopping, with the signal's exit code. What was done before is kept.
inline failure stopped(const whence::application& app) {
  return failure(app.stop_signal() == SIGINT ? exit_code::interrupted : exit_code::terminated, "run.stopped",
                 {.what = "stopped by a signal; everything up to here is kept, and the same command goes on there"});
}

/// Throws that if it is.
inline void must_go_on(const whence::application& app) {
  if (app.stopping()) throw stopped(app);
}

/// Does the next piece of work, unless the application is stopping.
template <class Work>
auto unless_stopping(const whence::application& app, Work work) {
  must_go_on(app);
  try {
    return work();
  } catch (const whence::application_stopped&) {
    // Between two commands of the piece; repeating the run goes on there.
    throw stopped(app);
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
