/// A small model to test projections with: accounts, their balances, and what happened to them in which order. Handling an
/// event twice, or not, shows in every number.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <utility>

#include <cereal/cereal.hpp>

#include <whence/core/runtime.hpp>
#include <whence/core/simulation.hpp>
#include <whence/projection/projection.hpp>
#include <whence/serialization/json.hpp>
#include <whence/sql/database.hpp>
#include <whence/store/log.hpp>
#include <whence/store/log_source.hpp>

namespace ledger {

struct Deposited {
  static constexpr whence::event_type type{"Deposited"};
  std::int64_t amount = 0;
  template <class Archive>
  void serialize(Archive& ar) {
    ar(cereal::make_nvp("amount", amount));
  }
};

struct Withdrawn {
  static constexpr whence::event_type type{"Withdrawn"};
  std::int64_t amount = 0;
  template <class Archive>
  void serialize(Archive& ar) {
    ar(cereal::make_nvp("amount", amount));
  }
};

/// Called before each event is handled: where a test makes a projection fail, or wait. Set before anything runs.
inline std::function<void(const whence::event_context&)> before_event = [](const whence::event_context&) {};

/// `Version` and `Sign` make it another projection of the same name.
template <std::uint32_t Version, int Sign = 1>
struct BalancesOf {
  static constexpr whence::projection_info info{"balances", Version};
  using events = whence::events<Deposited, Withdrawn>;

  void create(whence::sql::database& db) {
    db.run("CREATE TABLE balance(account TEXT PRIMARY KEY, amount INTEGER NOT NULL, changes INTEGER NOT NULL)");
    db.run("CREATE TABLE history(position INTEGER NOT NULL, account TEXT NOT NULL, amount INTEGER NOT NULL)");
  }
  void on(const Deposited& event, const whence::event_context& context, whence::sql::database& db) {
    change(event.amount, context, db);
  }
  void on(const Withdrawn& event, const whence::event_context& context, whence::sql::database& db) {
    change(-event.amount, context, db);
  }

 private:
  static void change(std::int64_t amount, const whence::event_context& context, whence::sql::database& db) {
    before_event(context);
    db.run(
        "INSERT INTO balance VALUES(?1, ?2, 1) ON CONFLICT(account) DO UPDATE SET amount = amount + ?2, changes = "
        "changes + 1",
        {context.stream, Sign * amount});
    db.run("INSERT INTO history VALUES(?, ?, ?)", {context.position.value(), context.stream, Sign * amount});
  }
};
using Balances = BalancesOf<1>;

/// The same in memory.
struct Totals {
  static constexpr whence::projection_info info{"totals", 1};
  using events = whence::events<Deposited, Withdrawn>;

  std::map<std::string, std::int64_t> amounts;
  int changes = 0;

  void on(const Deposited& event, const whence::event_context& context) { change(event.amount, context); }
  void on(const Withdrawn& event, const whence::event_context& context) { change(-event.amount, context); }

 private:
  void change(std::int64_t amount, const whence::event_context& context) {
    before_event(context);
    amounts[std::string(context.stream)] += amount;
    ++changes;
  }
};

/// The n-th change of every ledger: which account, how much, and by which event. Some events are none of a projection's.
inline whence::append_batch change(std::uint64_t number, const whence::runtime& runtime) {
  whence::stream_append to{
      .stream = "account-" + std::to_string(number % 7), .aggregate_type = "Account", .events = {}};
  const auto amount = static_cast<std::int64_t>(number * 37 % 1'000);
  whence::new_event event;
  event.id = whence::event_id{runtime.make_uuid()};
  event.occurred_at = runtime.clock->now();
  event.data = "{}";
  if (number % 5 == 0) {
    event.type = "Renamed";
  } else if (number % 3 == 0) {
    event.type = "Withdrawn";
    event.data = whence::encode(Withdrawn{amount});
  } else {
    event.type = "Deposited";
    event.data = whence::encode(Deposited{amount});
  }
  to.events.push_back(std::move(event));
  whence::append_batch batch;
  batch.streams.push_back(std::move(to));
  return batch;
}

/// A log in memory that is the same, to the last chain hash, wherever and whenever it is made with the same seed.
struct account_book {
  std::shared_ptr<whence::manual_clock> clock = std::make_shared<whence::manual_clock>();
  whence::runtime runtime = whence::runtime::system();  // what reads it
  whence::runtime writing;
  whence::log_source source = whence::memory();
  std::shared_ptr<whence::log> log;
  std::uint64_t changes = 0;

  explicit account_book(std::uint64_t seed = 1)
      : writing(clock, std::make_shared<whence::seeded_entropy>(seed), whence::system_files(), runtime.executor),
        log(source.open(writing)) {}
  ~account_book() { runtime.executor->stop(); }

  whence::token append(std::uint64_t count) {
    whence::token last{log->identity().epoch, log->head()};
    for (; count > 0; --count) {
      clock->advance(std::chrono::milliseconds{1});
      auto appended = log->append(change(++changes, writing));
      last = std::move(appended).get().value().token;
    }
    return last;
  }
};

/// Rows as text, for comparing whole models.
inline std::string rows(whence::sql::database& db, const std::string& query) {
  std::string text;
  auto select = db.prepare(query);
  while (select.step()) {
    for (int column = 0; column < select.columns(); ++column) text += std::string(select.text(column)) + " ";
    text += "\n";
  }
  return text;
}

inline std::string whole_model(whence::sql::database& db) {
  return rows(db, "SELECT * FROM balance ORDER BY account") + rows(db, "SELECT * FROM history ORDER BY rowid");
}

/// What the model has to be: the fold of the log up to `head`, worked out without any of the code that is tested.
inline std::string expected_model(std::uint64_t head, int sign = 1) {
  struct account {
    std::int64_t amount = 0;
    int changes = 0;
  };
  std::map<std::string, account> accounts;
  std::string history;
  for (std::uint64_t number = 1; number <= head; ++number) {
    if (number % 5 == 0) continue;
    const auto size = static_cast<std::int64_t>(number * 37 % 1'000);
    const std::int64_t amount = sign * (number % 3 == 0 ? -size : size);
    const std::string name = "account-" + std::to_string(number % 7);
    accounts[name].amount += amount;
    ++accounts[name].changes;
    history += std::to_string(number) + " " + name + " " + std::to_string(amount) + " \n";
  }
  std::string text;
  for (const auto& [name, state] : accounts) {
    text += name + " " + std::to_string(state.amount) + " " + std::to_string(state.changes) + " \n";
  }
  return text + history;
}

}  // namespace ledger
