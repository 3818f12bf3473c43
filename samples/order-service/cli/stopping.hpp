/// The orderly end of a long run when SIGINT or SIGTERM asks for it.
#pragma once

#include <csignal>

#include <whence/app/application.hpp>
#include <whence/app/errors.hpp>

#include <cli/failure.hpp>

namespace shop {

/// Does the next piece of work, unless the application is stopping: then it throws the failure that tells so, with the
/// signal's exit code. What was done before is kept.
template <class Work>
auto unless_stopping(const whence::application& app, Work work) {
  try {
    if (!app.stopping()) return work();
  } catch (const whence::application_stopped&) {
    // Between two commands of the piece; repeating the run goes on there.
  }
  throw failure(app.stop_signal() == SIGINT ? exit_code::interrupted : exit_code::terminated, "run.stopped",
                {.what = "stopped by a signal; everything up to here is kept, and the same command goes on there"});
}

}  // namespace shop
