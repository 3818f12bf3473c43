/// The running example of the documents: an account that cannot be overdrawn.
#pragma once

#include <cstdint>
#include <string>

#include <whence.hpp>

namespace bank {

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

inline whence::outcome<Account> decide(const Account&, const Deposit& command) { return Deposited{command.cents}; }
inline whence::outcome<Account> decide(const Account& account, const Withdraw& command) {
  if (command.cents > account.cents) return whence::rejected{"account.overdrawn", "there is not that much in it"};
  return Withdrawn{command.cents};
}

struct Balances {
  static constexpr whence::projection_info info{"balances", 1};
  using events = whence::events<Deposited, Withdrawn>;

  void create(whence::sql::database& db) {
    db.run("CREATE TABLE balances (account TEXT PRIMARY KEY, cents INTEGER NOT NULL)");
  }
  void on(const Deposited& event, const whence::event_context& context, whence::sql::database& db) {
    add(event.cents, context, db);
  }
  void on(const Withdrawn& event, const whence::event_context& context, whence::sql::database& db) {
    add(-event.cents, context, db);
  }

 private:
  static void add(std::int64_t cents, const whence::event_context& context, whence::sql::database& db) {
    db.run("INSERT INTO balances VALUES (?1, ?2) ON CONFLICT DO UPDATE SET cents = cents + ?2",
           {context.stream, cents});
  }
};

}  // namespace bank
