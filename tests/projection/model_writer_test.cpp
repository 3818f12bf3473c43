// The writer alone, page by page, with somebody else at work between its pages.
#include <filesystem>
#include <fstream>
#include <memory>
#include <string>

#include <doctest/doctest.h>

#include <whence/projection/model_writer.hpp>
#include <whence/subscription/delivery.hpp>

#include <tests/projection/shop.hpp>

using namespace whence;
using namespace std::chrono_literals;
using ledger::Balances, ledger::expected_model, ledger::shop;

namespace {

struct desk : shop {
  std::shared_ptr<const model_files> model = std::make_shared<model_files>(system_files(), directory, "balances");

  std::shared_ptr<model_writer> writer() const {
    return std::make_shared<model_writer>(detail::definition_of<Balances>, model, std::make_shared<model_right>(model));
  }
  delivery place() const { return {book.log, "balances", {}, {.events = 10}}; }
};

}  // namespace

TEST_CASE("a writer looks which generation is current before each page, not only when it begins") {
  desk given;
  given.runner()->include(given.book.append(10), 10s);
  given.book.append(40);
  const auto writer = given.writer();
  delivery place = given.place();
  place.begin(*writer);
  CHECK(place.step(*writer) == delivery::progress::handled);

  SUBCASE("another generation was swapped in") {
    model_build build(detail::definition_of<Balances>, given.model);
    delivery anew = given.place();
    anew.begin(build);
    CHECK(anew.step(build) == delivery::progress::handled);
    static_cast<void>(build.publish());
  }
  SUBCASE("its file was deleted") { std::filesystem::remove(given.directory + "/balances.1.1.db"); }
  SUBCASE("its name was deleted") { std::filesystem::remove(given.directory + "/balances.current"); }

  CHECK_THROWS_AS(place.step(*writer), checkpoint_moved);
  place.begin(*writer);  // goes on from what is there now: the other generation, or a new one
  while (place.step(*writer) == delivery::progress::handled) {
  }
  writer->at_head();
  writer->let_go();
  CHECK(ledger::read(given.runner()) == expected_model(50));
}

TEST_CASE("a writer that another has overtaken goes on from the other's checkpoint") {
  desk given;
  given.runner()->include(given.book.append(10), 10s);
  given.book.append(40);
  const auto writer = given.writer();
  delivery place = given.place();
  place.begin(*writer);
  writer->let_go();
  given.runner()->include({1, global_position{30}}, 10s);  // to the end of its page: all of it
  CHECK_THROWS_AS(place.step(*writer), checkpoint_moved);
  place.begin(*writer);
  CHECK(place.at().position == global_position{50});
  CHECK(ledger::read(given.runner()) == expected_model(50));
}

TEST_CASE("the right to write is one for all in a process who share it, and none for others") {
  desk given;
  std::filesystem::create_directory(given.directory);
  const auto ours = std::make_shared<model_right>(given.model);
  const auto theirs = std::make_shared<model_right>(given.model);
  auto first = ours->hold();
  auto second = ours->hold();
  first.reset();
  CHECK_THROWS_AS(theirs->hold(), subscription_busy);
  second.reset();
  CHECK(theirs->hold() != nullptr);
}

TEST_CASE("a read model is for those who may read the log, and they may enter its folder, whatever the umask is") {
  desk given;
  const std::string log = given.directory + "-log";
  std::ofstream(log) << "events";
  unsigned of_log = 0;
  unsigned of_folder = 0;
  SUBCASE("its owner alone") { of_log = 0600, of_folder = 0700; }
  SUBCASE("its group as well") { of_log = 0640, of_folder = 0750; }
  std::filesystem::permissions(log, std::filesystem::perms{of_log});
  const auto model = std::make_shared<model_files>(system_files(), given.directory, "balances", log);
  model_build build(detail::definition_of<Balances>, model);
  const auto rights = [](const std::string& path) {
    return static_cast<unsigned>(std::filesystem::status(path).permissions()) & 0777u;
  };
  CHECK(rights(given.directory) == of_folder);
  for (const auto& file : std::filesystem::directory_iterator(given.directory))
    if (file.path().string().find(".db") != std::string::npos) CHECK(rights(file.path()) == of_log);
  CHECK(std::filesystem::exists(given.directory + "/balances.1.1.db-wal"));
}
