/// Read models of the events that the backup trials write: what they show depends on every event, and on their order.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include <whence/projection/projection.hpp>
#include <whence/projection/runner.hpp>
#include <whence/sql/database.hpp>
#include <whence/store/log.hpp>

namespace tests {

struct Moved {
  static constexpr whence::event_type type{"Moved"};
  std::int64_t amount = 0;
  std::string text;
  template <class Archive>
  void serialize(Archive& ar) {
    ar(cereal::make_nvp("amount", amount), cereal::make_nvp("text", text));
  }
};

/// What each stream has come to.
struct Balances {
  static constexpr whence::projection_info info{"balances", 1};
  using events = whence::events<Moved>;
  void create(whence::sql::database& db) {
    db.run("CREATE TABLE balances(stream TEXT PRIMARY KEY, amount INTEGER, events INTEGER) WITHOUT ROWID");
  }
  void on(const Moved& moved, const whence::event_context& context, whence::sql::database& db) {
    db.run(
        "INSERT INTO balances VALUES(?, ?, 1) ON CONFLICT DO UPDATE SET amount = amount + excluded.amount, events = "
        "events + 1",
        {context.stream, moved.amount});
  }
};

/// The last event of each amount.
struct Latest {
  static constexpr whence::projection_info info{"latest", 1};
  using events = whence::events<Moved>;
  void create(whence::sql::database& db) {
    db.run("CREATE TABLE latest(amount INTEGER PRIMARY KEY, position INTEGER, stream TEXT)");
  }
  void on(const Moved& moved, const whence::event_context& context, whence::sql::database& db) {
    db.run("INSERT OR REPLACE INTO latest VALUES(?, ?, ?)", {moved.amount, context.position.value(), context.stream});
  }
};

/// One number that any other event, or any other order, makes another one.
struct Folded {
  static constexpr whence::projection_info info{"folded", 1};
  using events = whence::events<Moved>;
  void create(whence::sql::database& db) {
    db.run("CREATE TABLE folded(value INTEGER)");
    db.run("INSERT INTO folded VALUES(7)");
  }
  void on(const Moved& moved, const whence::event_context& context, whence::sql::database& db) {
    db.run("UPDATE folded SET value = (value * 31 + ? + ?) % 2147483647", {moved.amount, context.position.value()});
  }
};

inline const std::vector<const whence::detail::projection_definition*>& all_models() {
  static const std::vector<const whence::detail::projection_definition*> all{&whence::detail::definition_of<Balances>,
                                                                             &whence::detail::definition_of<Latest>,
                                                                             &whence::detail::definition_of<Folded>};
  return all;
}

/// All that a model's own tables show, and how far it is.
inline std::string contents_of(whence::projection_runner& model) {
  const auto shown = model.snapshot();
  std::string text = std::to_string(shown->at().position.value()) + "\n";
  const std::string name(model.name());
  whence::sql::statement rows = shown->database().prepare("SELECT * FROM " + name + " ORDER BY 1");
  while (rows.step()) {
    for (int i = 0; i < rows.columns(); ++i) text += std::string(rows.text(i)) + "|";
    text += '\n';
  }
  return text;
}

}  // namespace tests
