// Of the samples of one file that are not kept: each cause is named, up to a few, and how many samples have it.
#include <doctest/doctest.h>

#include <stdexcept>
#include <string>
#include <vector>

#include <whence/contracts/released_contracts.hpp>

#include <tests/contracts/schema_folder.hpp>

using namespace whence;
using tests::schema_folder;

namespace {

template <std::uint32_t Version>
struct Counted {
  static constexpr event_type type{"Counted", Version};
  std::int64_t count = 0;
  template <class Archive>
  void serialize(Archive& ar) {
    ar(cereal::make_nvp("count", count));
  }
};
template <std::uint32_t Version>
struct Shelf {
  static constexpr aggregate_type type{"Shelf"};
  using events = whence::events<Counted<Version>>;
  void apply(const Counted<Version>&) {}
};

struct Noted {
  static constexpr event_type type{"Noted", 1};
};

void only_even(document& data) {
  const auto count = data.get<std::int64_t>("count");
  if (count % 2 != 0) throw std::runtime_error(std::to_string(count) + " is odd");
}
const event_contracts today =
    event_contracts{}.aggregate<Shelf<2>>().upcasting(upcasters::of(upcast<Counted<2>, 1>(&only_even)));

/// Both versions are released; of the first one, these are the samples.
class shelf_folder : public schema_folder {
 public:
  explicit shelf_folder(const std::vector<std::int64_t>& counts) {
    release(event_contracts{}.aggregate<Shelf<1>>());
    release(today);
    std::string lines;
    for (const std::int64_t count : counts) lines += "{\"count\":" + std::to_string(count) + "}\n";
    write("shelf/Counted.v1.samples.jsonl", lines);
  }
};

std::string unread(int line, const std::string& problem) {
  return "unread-sample Counted 1 shelf/Counted.v1.samples.jsonl:" + std::to_string(line) +
         ": Counted version 1 cannot be upcast: " + problem;
}
using lines = std::vector<std::string>;

}  // namespace

TEST_CASE("each cause is named once, with how many samples have it") {
  const shelf_folder folder({2, 3, 5, 4, 3, 3});
  CHECK(folder.check(today) == lines{unread(2, "3 is odd (and 2 samples more)"), unread(3, "5 is odd")});
}

TEST_CASE("of many causes the first five are named, and how many samples have others") {
  CHECK(shelf_folder({1, 3, 5, 7, 9}).check(today).back() == unread(5, "9 is odd"));
  CHECK(shelf_folder({1, 3, 5, 7, 9, 11}).check(today).back() ==
        unread(5, "9 is odd; 1 sample more, for other reasons"));
  CHECK(shelf_folder({1, 3, 5, 7, 9, 9, 11, 13, 11}).check(today) ==
        lines{unread(1, "1 is odd"), unread(2, "3 is odd"), unread(3, "5 is odd"), unread(4, "7 is odd"),
              unread(5, "9 is odd (and 1 sample more); 3 samples more, for other reasons")});
}

TEST_CASE("samples that do not fit their schema are told in the same way") {
  const shelf_folder folder({2});
  folder.write("shelf/Counted.v1.samples.jsonl", "{}\n{\"count\":2}\nnone\n{}\n");
  const auto found = folder.check(today);
  REQUIRE(found.size() == 4);
  CHECK(found[0].starts_with("unfit-sample Counted 1 shelf/Counted.v1.samples.jsonl:1: /count: expected a member"));
  CHECK(found[0].ends_with("(and 1 sample more)"));
  CHECK(found[1].starts_with("unfit-sample Counted 1 shelf/Counted.v1.samples.jsonl:3: "));
}

TEST_CASE("pairs that fail for one reason are one cause, whichever neighbour they have") {
  const schema_folder folder;
  folder.release(event_contracts{}.aggregate<Shelf<1>>());
  folder.write("shelf/Noted.v1.schema.json", R"({"type":"object","title":"Noted version 1"})");
  folder.write("shelf/Noted.v1.samples.jsonl", "{}\n{}\n{}\n");
  folder.write("shelf/Counted.v1.samples.jsonl", "{\"count\":3}\n");
  const auto merging = event_contracts{}.aggregate<Shelf<2>>().upcasting(
      upcasters::of(upcast<Counted<2>, 1>().merged_with<Noted, 1>().to<Counted<2>, 2>(
          [](document&, const document&) { throw std::runtime_error("nothing fits"); })));
  const auto found = folder.check(merging);
  CHECK(found[0].ends_with("nothing fits (and 2 pairs more)"));
}
