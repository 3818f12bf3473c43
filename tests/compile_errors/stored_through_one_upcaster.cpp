// one upcaster is not yet the upcasters of a log: write `whence::upcasters::of(…)` around it
#include "tests/compile_errors/stored.hpp"

using namespace shop;

void wrong() {
  given_stored(stored("Priced", 1, R"({"price":450})"))
      .through(whence::upcast<Priced, 1>([](whence::document& data) { data.rename("price", "cents"); }))
      .then(Priced{450});
}
