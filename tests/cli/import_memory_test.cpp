// How much memory an import takes, as a process of its own.
#include <string>

#include <doctest/doctest.h>

#include <tests/cli/whence_program.hpp>
#include <tests/temporary_folder.hpp>

TEST_CASE("a line without an end takes an import no more memory than it may have") {
  // As docs/running.md has it; sanitizers need memory of their own.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
  constexpr long promised = 512 * 1024;
#else
  constexpr long promised = 128 * 1024;
#endif
  const tests::temporary_folder folder;
  const tests::program_run ran = tests::run_in_shell(
      "head -c 70M /dev/zero | tr '\\0' x | whence import - --store new.db", {.folder = folder.path().string()});
  CHECK(ran.exit == 6);
  CHECK(ran.err.find("it has more than 67108864 bytes") != std::string::npos);
  CHECK(ran.peak_kilobytes < promised);
}
