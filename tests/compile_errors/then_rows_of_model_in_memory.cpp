// `then_rows` asks a read model in a database; one in memory is looked at with `then_model`
#include "tests/compile_errors/testing.hpp"

using namespace shop;

void wrong() { given_events(OrderPlaced{"ada"}).into<Channels>().then_rows("SELECT channel FROM channels", {{"web"}}); }
