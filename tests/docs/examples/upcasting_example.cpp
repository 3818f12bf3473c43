/// upcasting: an account whose deposits were once told otherwise, read by an aggregate and a read model of today.
#include <memory>
#include <string>

#include <doctest/doctest.h>

#include <whence.hpp>
#include <whence/testing/given_stored.hpp>

namespace {

struct Deposited {
  static constexpr whence::event_type type{"Deposited", 3};
  std::int64_t cents = 0;
  std::string currency;
  template <class Archive>
  void serialize(Archive& ar) {
    ar(cereal::make_nvp("cents", cents), cereal::make_nvp("currency", currency));
  }
};

// Only read any more: its name and version are all that is left.
struct AccountTouched {
  static constexpr whence::event_type type{"AccountTouched", 1};
};

struct Account {
  static constexpr whence::aggregate_type type{"Account"};
  using events = whence::events<Deposited>;
  std::int64_t cents = 0;
  void apply(const Deposited& event) { cents += event.cents; }
};

/// How the events of former days read today. 1 had "amount" in euros, 2 has cents, 3 a currency as well.
whence::upcasters account_upcasters() {
  return whence::upcasters::of(
      whence::upcast<Deposited, 1>([](whence::document& data) {
        data.set("cents", data.get<std::int64_t>("amount") * 100);
        data.remove("amount");
      }),
      whence::upcast<Deposited, 2>([](whence::document& data) { data.set("currency", "EUR"); }),
      whence::upcast<AccountTouched, 1>().dropped());
}

/// What a former program has left behind.
void write_old_events(const whence::log_source& source, const whence::runtime& runtime) {
  const auto log = source.open(runtime);
  whence::stream_append account{.stream = "account-ada", .aggregate_type = "Account", .events = {}};
  const auto add = [&](const char* type, std::uint32_t version, const char* data) {
    account.events.push_back({.id = whence::event_id{runtime.make_uuid()},
                              .type = type,
                              .version = version,
                              .occurred_at = {},
                              .data = data,
                              .metadata = {},
                              .tags = {}});
  };
  add("Deposited", 1, R"({"amount":5})");
  add("AccountTouched", 1, "{}");
  add("Deposited", 2, R"({"cents":30})");
  CHECK(log->append({.streams = {std::move(account)}}).get().committed());
}

}  // namespace

TEST_CASE("events of former days are read as of today") {
  const auto runtime = whence::runtime::system();
  const whence::log_source source = whence::memory();
  write_old_events(source, runtime);

  const auto app = whence::application::on(whence::upcasting(source, account_upcasters())).aggregate<Account>().start();
  const auto ada = app.load(whence::id<Account>{"account-ada"});
  CHECK(ada.state.cents == 530);
  CHECK(ada.version == whence::stream_version{3});  // of the stream, whatever is no longer told

  const auto today = account_upcasters().upcast({.type = "Deposited", .version = 1, .data = R"({"amount":5})"});
  CHECK(today.front().data == R"({"cents":500,"currency":"EUR"})");
}

TEST_CASE("deposits in euros are cents today, and nobody is told of a touch") {
  using whence::testing::given_stored, whence::testing::stored;
  given_stored(stored("Deposited", 1, R"({"amount":5})"), stored("AccountTouched", 1, "{}"))
      .through(account_upcasters())
      .then(Deposited{500, "EUR"});
  given_stored(stored("Deposited", 1, R"({"amount":"5"})"))
      .through(account_upcasters())
      .then_refused("event.upcast_failed", "/amount: expected a whole number, found \"5\"");
}
