// How a command finds its `decide`, what it is called, and what it can be built from.
#include <whence/modelling/decide.hpp>

#include <doctest/doctest.h>

#include <tests/modelling/account.hpp>

using namespace bank;

struct Global {};
template <class T>
struct Generic {};
namespace {
struct Hidden {};
struct WithName {
  std::string name;
};
struct Renamed {
  static constexpr std::string_view name = "account.renamed";
};
}  // namespace

static_assert(whence::decides<Account, Open>);
static_assert(!whence::decides<Account, Rate>);
static_assert(!whence::decides<Rating, Open>);

static_assert(whence::built_from<Deposit, std::int64_t>);
static_assert(whence::built_from<Open, const char (&)[4]>);
static_assert(!whence::built_from<Deposit, double>, "a fraction would be lost");
static_assert(!whence::built_from<Deposit, const char (&)[4]>);
static_assert(!whence::built_from<Open, std::string, int>);

TEST_CASE("a command is called as its type, or as it says itself") {
  CHECK(whence::command_name<Open>() == "Open");
  CHECK(whence::command_name<Global>() == "Global");
  CHECK(whence::command_name<Hidden>() == "Hidden");
  CHECK(whence::command_name<Generic<Open>>() == "Generic<bank::Open>");
  CHECK(whence::command_name<Renamed>() == "account.renamed");
  CHECK(whence::command_name<WithName>() == "WithName");
}
