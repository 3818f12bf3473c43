// Failed expectations are failed checks of doctest, and those that are met are counted.
#include <doctest/doctest.h>
#include <whence/testing/doctest.hpp>
