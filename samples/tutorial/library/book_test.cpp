#define DOCTEST_CONFIG_IMPLEMENT_WITH_MAIN
#include <doctest/doctest.h>
#include <whence/testing/doctest.hpp>
#include <whence/testing/given.hpp>
#include <whence/testing/given_events.hpp>

#include "loans.hpp"

using whence::testing::given, whence::testing::given_events, whence::testing::in;

TEST_CASE("a book is lent to one reader at a time") {
  given<Book>().when(Lend{"ada"}).then(Lent{"ada"}).when(Lend{"bob"}).then_rejected("book.lent", "ada has it");
  given<Book>(Lent{"ada"}, Returned{}).when(Lend{"bob"}).then(Lent{"bob"});
}

TEST_CASE("what is on the shelf cannot come back") {
  given<Book>().when(Return{}).then_rejected("book.here");
  given<Book>(Lent{"ada"}).when(Return{}).then(Returned{});
}

TEST_CASE("the list has what is lent, and nothing else") {
  const whence::id<Book> moby{"moby-dick"};
  const whence::id<Book> emma{"emma"};
  given_events(in(moby, Lent{"ada"}), in(emma, Lent{"bob"}), in(moby, Returned{}))
      .into<Loans>()
      .then_rows("SELECT book, reader FROM loans ORDER BY book", {{"emma", "bob"}});
}
