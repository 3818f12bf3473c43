// An account that cannot be overdrawn. Run it again: what has happened is still there.
#include <cstdint>
#include <iostream>

#include <whence.hpp>
#include <whence/cli/exit_code.hpp>

struct Deposited {
  static constexpr whence::event_type type{"Deposited"};
  std::int64_t cents = 0;
  template <class Archive>
  void serialize(Archive& ar) {
    ar(cereal::make_nvp("cents", cents));
  }
};
struct Withdrawn {
  static constexpr whence::event_type type{"Withdrawn"};
  std::int64_t cents = 0;
  template <class Archive>
  void serialize(Archive& ar) {
    ar(cereal::make_nvp("cents", cents));
  }
};

struct Account {
  static constexpr whence::aggregate_type type{"Account"};
  using events = whence::events<Deposited, Withdrawn>;
  std::int64_t cents = 0;
  void apply(const Deposited& event) { cents += event.cents; }
  void apply(const Withdrawn& event) { cents -= event.cents; }
};

struct Deposit {
  std::int64_t cents;
};
struct Withdraw {
  std::int64_t cents;
};

whence::outcome<Account> decide(const Account&, const Deposit& command) { return Deposited{command.cents}; }
whence::outcome<Account> decide(const Account& account, const Withdraw& command) {
  if (command.cents > account.cents) return whence::rejected{"account.overdrawn", "there is not that much in it"};
  return Withdrawn{command.cents};
}

int main() try {
  auto app = whence::application::on(whence::sqlite("bank.db")).aggregate<Account>().start();
  const whence::id<Account> account{"account-ada"};

  (void)app.send<Deposit>(account, 100).get();
  const auto withdrawal = app.send<Withdraw>(account, 250).get();
  if (const auto* refused = withdrawal.rejection()) std::cout << refused->code << ": " << refused->message << '\n';

  const auto ada = app.load<Account>(account);
  std::cout << ada.state.cents << " cents, by " << ada.version.value() << " event(s)\n";
  if (!std::cout.flush())
    throw whence::error("output.failed", whence::next_move::operator_needed,
                        {.what = "what was asked for is done, and could not be printed",
                         .where = "standard output",
                         .remedy = "whence --store bank.db event list"});
} catch (const whence::error& fault) {
  std::cerr << whence::failure_text("first-program", fault);
  return static_cast<int>(whence::exit_code_of(fault));
}
