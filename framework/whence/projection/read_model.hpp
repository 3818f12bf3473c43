/// Handles of read models: how queries read them, and wait for what they have to include.
///
///     auto model = app.model<OrderSummary>();
///     model.include(outcome.token());                                  // read your own write
///     const auto total = model.read([](whence::sql::database& db) { return db.integer("SELECT sum(cents) FROM orders"); });
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <type_traits>
#include <utility>

#include <whence/core/position.hpp>
#include <whence/projection/errors.hpp>
#include <whence/projection/runner.hpp>
#include <whence/sql/database.hpp>

namespace whence::inline v0 {

/// What every handle can do. A value; copies are of the same model.
class read_model_handle {
 public:
  /// Waits until the model includes everything up to the token.
  ///
  /// Threads  any but the executor's.
  /// Throws   read_model_behind: not in time. token_of_other_epoch. projection_failed and checkpoint_mismatch: the projection
  ///          has stopped there. would_deadlock.
  void include(const token& wanted, std::chrono::nanoseconds patience = std::chrono::seconds{5}) const {
    runner_->include(wanted, patience);
  }

  /// How far the model has come; 0 if there is none yet.
  global_position position() const { return runner_->position(); }

 protected:
  explicit read_model_handle(std::shared_ptr<projection_runner> runner) : runner_(std::move(runner)) {}
  projection_runner& runner() const noexcept { return *runner_; }

 private:
  std::shared_ptr<projection_runner> runner_;
};

/// A read model in a database.
class read_model : public read_model_handle {
 public:
  explicit read_model(std::shared_ptr<projection_runner> runner) : read_model_handle(std::move(runner)) {}

  /// Calls `query(sql::database&)` on one consistent snapshot, for reading only, and returns what it returns.
  ///
  /// Threads  any. A model in memory has one reader at a time: no `read` inside a `read` of it.
  /// Throws   read_model_behind: there is no model yet. read_model_newer. read_model_damaged. What the query throws.
  ///          log_changed: the model had no -wal and none could be made, and somebody wrote it meanwhile; read it again.
  template <class Query>
  auto read(Query&& query) const -> std::invoke_result_t<Query, sql::database&> {
    using result = std::invoke_result_t<Query, sql::database&>;
    const auto snapshot = runner().snapshot();
    try {
      if constexpr (std::is_void_v<result>) {
        std::forward<Query>(query)(snapshot->database());
        snapshot->must_hold();
      } else {
        decltype(auto) found = std::forward<Query>(query)(snapshot->database());
        snapshot->must_hold();
        if constexpr (std::is_reference_v<result>) {
          return static_cast<result>(found);
        } else {
          return found;
        }
      }
    } catch (...) {
      snapshot->must_hold();  // what the query failed of may be that the model was written meanwhile
      throw;
    }
  }
};

/// A projection that keeps its state in itself.
template <class Projection>
class memory_model : public read_model_handle {
 public:
  explicit memory_model(std::shared_ptr<projection_runner> runner) : read_model_handle(std::move(runner)) {}

  /// Calls `query(const Projection&)`; nothing changes the model meanwhile. No `read` inside a `read` of it.
  template <class Query>
  void read(Query&& query) const {
    runner().look([&query](const void* object) { query(*static_cast<const Projection*>(object)); });
  }
};

}  // namespace whence::inline v0
