/// The same domain, for programs that are wrong in a projection or an application.
#pragma once

#include <whence.hpp>

#include "tests/compile_errors/shop.hpp"
