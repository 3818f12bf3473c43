// `application_run` takes an application that is not started yet, and starts it on its own clock: `whence::application::on(…)…` without `.start()`, with `std::move` if it has a name
#include "tests/compile_errors/run.hpp"

using namespace shop;

void wrong() { application_run run(shop_application().start()); }
