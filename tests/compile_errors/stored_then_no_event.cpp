// an event needs `static constexpr whence::event_type type{"Name", version}` (version from 1), a default constructor and `template <class Archive> void serialize(Archive& ar)`
#include "tests/compile_errors/stored.hpp"

using namespace shop;

void wrong() { given_stored(stored("Priced", 1, R"({"price":450})")).through(shop_upcasters()).then(PayOrder{450}); }
