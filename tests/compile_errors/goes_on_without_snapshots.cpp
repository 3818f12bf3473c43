// `goes_on_from_snapshots` takes an aggregate with `static constexpr whence::snapshot_policy snapshots`
#include <whence/testing/snapshots.hpp>

#include "tests/compile_errors/shop.hpp"

void wrong() { whence::testing::goes_on_from_snapshots<shop::Order>(); }
