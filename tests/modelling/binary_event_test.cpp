// An aggregate one of whose events asks for binary: stored as that, read whichever it is.
#include <doctest/doctest.h>

#include <memory>
#include <string>
#include <vector>

#include <whence/core/payload_form.hpp>
#include <whence/modelling/command_bus.hpp>
#include <whence/modelling/repository.hpp>
#include <whence/store/log_source.hpp>

namespace {

struct Measured {
  static constexpr whence::event_type type{"Measured"};
  static constexpr auto form = whence::form::binary;
  std::vector<double> values;
  template <class Archive>
  void serialize(Archive& ar) {
    ar(cereal::make_nvp("values", values));
  }
};
struct Named {
  static constexpr whence::event_type type{"Named"};
  std::string name;
  template <class Archive>
  void serialize(Archive& ar) {
    ar(cereal::make_nvp("name", name));
  }
};
struct Probe {
  static constexpr whence::aggregate_type type{"Probe"};
  using events = whence::events<Measured, Named>;
  std::size_t values = 0;
  std::string name;
  void apply(const Measured& event) { values += event.values.size(); }
  void apply(const Named& event) { name = event.name; }
};
struct Measure {
  std::vector<double> values;
};
whence::outcome<Probe> decide(const Probe&, const Measure& command) {
  return {Measured{command.values}, Named{"probe"}};
}

}  // namespace

TEST_CASE("an event that asks for binary is stored as that, and folds like any other") {
  const whence::runtime runtime = whence::runtime::system();
  const std::shared_ptr<whence::log> log = whence::memory().open(runtime);
  whence::command_bus bus(log, runtime);
  bus.add<Probe>();
  const whence::id<Probe> probe{"probe-1"};
  const std::vector<double> values{1.5, 2.5};
  for (int i = 0; i < 2; ++i) CHECK_FALSE(bus.send<Measure>(probe, values).get().rejection());
  const whence::event_page page = log->read({});
  REQUIRE(page.size() == 4);
  CHECK(whence::form_of(page[0].data) == whence::form::binary);
  CHECK(page[1].data == R"({"name":"probe"})");
  const auto loaded = whence::repository(log).load(probe);
  CHECK(loaded.state.values == 4);
  CHECK(loaded.state.name == "probe");
}
