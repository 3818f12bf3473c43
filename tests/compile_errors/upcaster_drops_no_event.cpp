// an upcaster names an event, which has `static constexpr whence::event_type type{"Name", version}`, and one of its versions, from 1 to that one
#include "tests/compile_errors/stored.hpp"

using namespace shop;

struct Touched {};
whence::upcasters wrong() { return whence::upcasters::of(whence::upcast<Touched, 1>().dropped()); }
