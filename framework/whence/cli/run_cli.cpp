#include <whence/cli/run_cli.hpp>

#include <string>
#include <vector>

#include <unistd.h>

#include <whence/cli/output.hpp>
#include <whence/cli/run.hpp>
#include <whence/cli/surroundings.hpp>

namespace whence::inline v0 {

int run_cli(int argc, char** argv) noexcept {
  try {
    cli::descriptor_output out(STDOUT_FILENO);
    cli::descriptor_output err(STDERR_FILENO);
    cli::surroundings around = cli::surroundings_of_process(out, err);
    return static_cast<int>(cli::run(std::vector<std::string>(argv + (argc > 0 ? 1 : 0), argv + argc), around));
  } catch (...) {
    return static_cast<int>(exit_code::our_bug);
  }
}

}  // namespace whence::inline v0
