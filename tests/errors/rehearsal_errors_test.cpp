// What rehearsal's errors say.
#include <doctest/doctest.h>

#include <whence/rehearsal/rehearsal.hpp>

#include <tests/errors/said.hpp>

using namespace whence;
using tests::scene;

TEST_CASE("fingerprints that should go where something else is") {
  const scene here;
  here.write("notes.txt", "of the party");
  const log_source source = memory();
  const auto log = source.open(here.runtime());
  CHECK(here.says([&] {
    static_cast<void>(rehearse(source, {}, here.runtime(), {.save_to = here.file("notes.txt")}));
  }) == R"(app: fingerprints cannot be saved in notes.txt; nothing was written
  where: notes.txt
  why:   it is there, and has no fingerprints in it
  do:    name a file that is not there yet, or one that has fingerprints in it  [fingerprints.not_saved, exit 2]
)");
  CHECK(here.read("notes.txt") == "of the party");
}

TEST_CASE("fingerprints that are something else") {
  const scene here;
  here.write("notes.txt", "nothing of the kind, though somebody has saved it");
  const log_source source = memory();
  const auto log = source.open(here.runtime());
  CHECK(here.says([&] {
    static_cast<void>(rehearse(source, {}, here.runtime(), {.compare_with = here.file("notes.txt")}));
  }) == R"(app: nothing can be compared with notes.txt
  where: notes.txt
  why:   it has no fingerprints in it
  do:    save them again, with the build that is to be compared with  [fingerprints.not_usable, exit 6]
)");
}
