// an aggregate needs `static constexpr whence::aggregate_type type{"Name"}`, `using events = whence::events<…>` and a default constructor
#include "tests/compile_errors/testing.hpp"

using namespace shop;

void wrong() { given<OrderPlaced>().when(PayOrder{450}).then_nothing(); }
