// An event that several aggregates list has one contract, and it stays where it was released.
#include <doctest/doctest.h>

#include <string>
#include <vector>

#include <whence/contracts/released_contracts.hpp>

#include <tests/contracts/schema_folder.hpp>

using namespace whence;
using tests::schema_folder;

namespace {

template <std::uint32_t Version>
struct Noted {
  static constexpr event_type type{"Noted", Version};
  std::string text;
  template <class Archive>
  void serialize(Archive& ar) {
    ar(cereal::make_nvp("text", text));
  }
};
template <std::uint32_t Version>
struct Order {
  static constexpr aggregate_type type{"Order"};
  using events = whence::events<Noted<Version>>;
  void apply(const Noted<Version>&) {}
};
template <std::uint32_t Version>
struct Basket {
  static constexpr aggregate_type type{"Basket"};
  using events = whence::events<Noted<Version>>;
  void apply(const Noted<Version>&) {}
};

const event_contracts order_first = event_contracts{}.aggregate<Order<1>>().aggregate<Basket<1>>();
const event_contracts basket_first = event_contracts{}.aggregate<Basket<1>>().aggregate<Order<1>>();

}  // namespace

TEST_CASE("an event whose folder is of none of its aggregates is misplaced") {
  const schema_folder folder;
  folder.release(event_contracts{}.aggregate<Order<1>>());
  const auto of_basket = event_contracts{}.aggregate<Basket<1>>();
  CHECK(folder.check(of_basket) ==
        std::vector<std::string>{"misplaced Noted 1 order/Noted.v1.schema.json: it is an event of Basket today"});
  CHECK_THROWS_AS(folder.release(of_basket), contract_misplaced);
}

TEST_CASE("an event in the folders of two of its aggregates is misplaced in one") {
  const schema_folder folder;
  folder.release(order_first);
  for (const std::string file : {"Noted.v1.schema.json", "Noted.v1.samples.jsonl"})
    folder.write("basket/" + file, folder.read("order/" + file));
  CHECK(folder.check(order_first)[0] == "misplaced Noted 1 basket/Noted.v1.schema.json: it is an event of Order today");
}

TEST_CASE("it is released with the first aggregate, and stays there in whichever order they are named") {
  const schema_folder folder;
  CHECK(folder.release(order_first).front().aggregate_type == "Order");
  CHECK(folder.check(basket_first).empty());
  const auto again = folder.release(basket_first);
  REQUIRE(again.size() == 1);
  CHECK(again.front().aggregate_type == "Order");
  CHECK_FALSE(again.front().is_new);
}

TEST_CASE("its next version is released beside the one before") {
  const schema_folder folder;
  folder.release(order_first);
  const auto next = event_contracts{}.aggregate<Basket<2>>().aggregate<Order<2>>().upcasting(
      upcasters::of(upcast<Noted<2>, 1>([](document&) {})));
  const auto released = folder.release(next);
  CHECK(released.front().schema_file == folder.file("order/Noted.v2.schema.json"));
  CHECK(folder.check(next).empty());
}
