// What a test of an aggregate or a projection includes before it says anything. Its compile time is measured.
#include <whence/testing/given.hpp>
#include <whence/testing/given_events.hpp>
