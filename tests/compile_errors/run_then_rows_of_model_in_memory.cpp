// `then_rows` asks a read model in a database; one in memory is looked at with `then_model`
#include "tests/compile_errors/run.hpp"

using namespace shop;

void wrong(const application_run& run) { run.then_rows<Channels>("SELECT customer FROM channels", {{"ada"}}); }
