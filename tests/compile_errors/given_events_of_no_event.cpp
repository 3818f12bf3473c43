// an event needs `static constexpr whence::event_type type{"Name", version}` (version from 1), a default constructor and `template <class Archive> void serialize(Archive& ar)`
#include "tests/compile_errors/testing.hpp"

using namespace shop;

void wrong() { given_events(PlaceOrder{"ada"}).into<Summary>().then_rows("SELECT customer FROM summary", {{"ada"}}); }
