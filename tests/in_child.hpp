/// Runs something in a process of its own: to be killed, limited, or to give up rights.
#pragma once

#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <functional>
#include <stdexcept>

namespace tests {

/// How the child ended: as waitpid says it.
struct ending {
  int status = 0;
  bool exited_with(int code) const { return WIFEXITED(status) && WEXITSTATUS(status) == code; }
  bool killed_by(int signal) const { return WIFSIGNALED(status) && WTERMSIG(status) == signal; }
};

inline ending wait_for(pid_t child) {
  ending how;
  while (::waitpid(child, &how.status, 0) < 0) {
    if (errno != EINTR) throw std::runtime_error("no such child");
  }
  return how;
}

/// Starts a child that exits with what `body` returns, 99 if it throws. The calling process must have no other threads.
inline pid_t start_child(const std::function<int()>& body) {
  const pid_t child = ::fork();
  if (child < 0) throw std::runtime_error("fork failed");
  if (child > 0) return child;
  int code = 99;
  try {
    code = body();
  } catch (...) {
  }
  ::_exit(code);
}

inline ending in_child(const std::function<int()>& body) { return wait_for(start_child(body)); }

}  // namespace tests
