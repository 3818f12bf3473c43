#include <fcntl.h>
#include <grp.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <stdexcept>

#include <tests/cli/whence_program.hpp>
#include <tests/places.hpp>
#include <tests/temporary_folder.hpp>

namespace tests {
namespace {

constexpr unsigned nobody = 65534;
constexpr int could_not_start = 99;

void redirect(int descriptor, const std::string& path) {
  const int file = ::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  if (file < 0 || ::dup2(file, descriptor) < 0) ::_exit(could_not_start);
}

program_run run(const std::vector<std::string>& words, const program_surroundings& around) {
  const temporary_folder printed;
  const std::string out = around.standard_output.empty() ? printed.file("out") : around.standard_output;
  const std::string err = printed.file("err");
  const std::string path = places::programs().string() + ":/usr/bin:/bin";
  const pid_t child = ::fork();
  if (child < 0) throw std::runtime_error("fork failed");
  if (child == 0) {
    redirect(STDOUT_FILENO, out);
    redirect(STDERR_FILENO, err);
    if (::chdir(around.folder.c_str()) != 0) ::_exit(could_not_start);
    if (around.as_ordinary_user && ::geteuid() == 0) {
      if (::setgroups(0, nullptr) != 0 || ::setgid(nobody) != 0 || ::setuid(nobody) != 0) ::_exit(could_not_start);
    }
    std::signal(SIGPIPE, SIG_DFL);
    ::unsetenv("WHENCE_STORE");
    ::setenv("PATH", path.c_str(), 1);
    std::vector<char*> arguments;
    for (const std::string& word : words) arguments.push_back(const_cast<char*>(word.c_str()));
    arguments.push_back(nullptr);
    ::execvp(arguments.front(), arguments.data());
    ::_exit(could_not_start);
  }
  program_run result;
  int status = 0;
  rusage used{};
  while (::wait4(child, &status, 0, &used) < 0) {
    if (errno != EINTR) throw std::runtime_error("wait4 failed");
  }
  result.exit = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  result.peak_kilobytes = used.ru_maxrss;
  if (around.standard_output.empty()) result.out = content_of(out);
  result.err = content_of(err);
  if (result.exit == could_not_start) throw std::runtime_error("could not start " + words.front() + ": " + result.err);
  return result;
}

}  // namespace

program_run run_whence(const std::vector<std::string>& words, const program_surroundings& around) {
  std::vector<std::string> line{"whence"};
  line.insert(line.end(), words.begin(), words.end());
  return run(line, around);
}

program_run run_in_shell(const std::string& line, const program_surroundings& around) {
  return run({"bash", "-c", line}, around);
}

std::string content_of(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

}  // namespace tests
