// a value with a JSON form is of a type with `template <class Archive> void serialize(Archive& ar)`, or of one that needs none: numbers, texts, lists, enumerations with `names_of`
#include <whence/testing/json_forms.hpp>

#include "tests/compile_errors/shop.hpp"

void wrong() { whence::testing::refuses_json<shop::PayOrder>(R"({"cents":"450"})", "/cents"); }
