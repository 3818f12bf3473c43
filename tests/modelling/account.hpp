/// The aggregate of these tests: an account that is opened once and never overdrawn.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include <whence/modelling/command_bus.hpp>
#include <whence/modelling/repository.hpp>

namespace bank {

using cereal::make_nvp;

struct Opened {
  static constexpr whence::event_type type{"Opened", 2};
  std::string owner;
  template <class Archive>
  void serialize(Archive& ar) {
    ar(make_nvp("owner", owner));
  }
};
struct Deposited {
  static constexpr whence::event_type type{"Deposited"};
  std::int64_t cents = 0;
  template <class Archive>
  void serialize(Archive& ar) {
    ar(make_nvp("cents", cents));
  }
};
struct Withdrawn {
  static constexpr whence::event_type type{"Withdrawn"};
  std::int64_t cents = 0;
  template <class Archive>
  void serialize(Archive& ar) {
    ar(make_nvp("cents", cents));
  }
};

struct Open {
  std::string owner;
};
struct Deposit {
  std::int64_t cents;
};
struct Withdraw {
  std::int64_t cents;
};
struct DepositEach {
  std::vector<std::int64_t> amounts;
};
struct Fail {};

struct Account {
  static constexpr whence::aggregate_type type{"Account"};
  using events = whence::events<Opened, Deposited, Withdrawn>;

  std::string owner;
  std::int64_t balance = 0;

  void apply(const Opened& event) { owner = event.owner; }
  void apply(const Deposited& event) { balance += event.cents; }
  void apply(const Withdrawn& event) { balance -= event.cents; }
};

inline whence::outcome<Account> decide(const Account& account, const Open& command) {
  if (!account.owner.empty()) return whence::rejected{"account.exists", "it was opened by " + account.owner};
  return Opened{command.owner};
}
inline whence::outcome<Account> decide(const Account& account, const Deposit& command) {
  if (account.owner.empty()) return whence::rejected{"account.none", "open it first"};
  return Deposited{command.cents};
}
inline whence::outcome<Account> decide(const Account& account, const Withdraw& command) {
  if (command.cents == 0) return {};
  if (account.balance < command.cents) return whence::rejected{"account.overdrawn", "there is not enough in it"};
  return Withdrawn{command.cents};
}
inline whence::outcome<Account> decide(const Account&, const DepositEach& command) {
  whence::outcome<Account> all;
  for (const std::int64_t cents : command.amounts) all.add(Deposited{cents});
  return all;
}
inline whence::outcome<Account> decide(const Account&, const Fail&) { throw std::out_of_range("decide failed"); }

/// Another aggregate, with events of its own.
struct Rated {
  static constexpr whence::event_type type{"Rated"};
  template <class Archive>
  void serialize(Archive&) {}
};
struct Rate {};
struct Rating {
  static constexpr whence::aggregate_type type{"Rating"};
  using events = whence::events<Rated>;
  void apply(const Rated&) {}
};
inline whence::outcome<Rating> decide(const Rating&, const Rate&) { return Rated{}; }

const whence::id<Account> account{"account-1"};

}  // namespace bank
