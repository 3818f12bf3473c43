/// A visitor: reads the log and the read models of an application that another process runs, or nobody.
///
///     const auto shop = whence::visitor::to(whence::sqlite("shop.db")).projection<OrderSummary>().aggregate<Order>().open();
///     const auto total = shop.model<OrderSummary>().read(
///         [](whence::sql::database& db) { return db.integer("SELECT sum(cents) FROM orders"); });
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string_view>
#include <utility>

#include <whence/app/application.hpp>

namespace whence::inline v0 {

class visitor;

/// Collects what a visitor wants to see.
class visitor_builder {
 public:
  explicit visitor_builder(log_source log);
  visitor_builder(visitor_builder&&) noexcept;
  visitor_builder& operator=(visitor_builder&&) noexcept;
  ~visitor_builder();

  /// Otherwise it makes `runtime::system(1)` for itself.
  visitor_builder running_on(runtime runtime) &&;

  /// Its aggregates can be loaded.
  template <class Aggregate>
  visitor_builder aggregate() && {
    static_cast<void>(detail::check_aggregate<Aggregate>());
    return std::move(*this);
  }

  /// Its read model can be read.
  template <class Projection>
  visitor_builder projection() && {
    if constexpr (detail::check_projection<Projection>()) {
      std::shared_ptr<void> object;
      if constexpr (!detail::is_in_database<Projection>) object = std::make_shared<Projection>();
      add_projection(detail::definition_of<Projection>, std::move(object));
    }
    return std::move(*this);
  }

  /// A log that is not whole is looked at all the same: `told` is called with tail_missing, witness_missing, or log_damaged, once,
  /// before anything is shown. Say it to who looks; a program ends with exit code 6. Without this, the calls below throw it: nobody
  /// takes a part for the whole without having asked for it.
  ///
  /// Read models are then built in memory, from what is intact: before an event that is damaged, nothing beyond it. Their files
  /// stay as they are: they bear witness too.
  /// Threads  one at a time; of whichever call meets it first.
  /// Costs    each model once a visitor: the whole log is read, and the model is in memory.
  visitor_builder showing_what_is_intact(std::function<void(const error&)> told) &&;

  /// Throws   log_missing; what opening the log for reading throws. duplicate_projection.
  ///          tail_missing, witness_missing, log_damaged: the log is not whole.
  visitor open() &&;

 private:
  friend visitor;
  void add_projection(const detail::projection_definition& definition, std::shared_ptr<void> object);

  struct parts;
  std::unique_ptr<parts> parts_;
};

/// Never writes a byte to the log's files, nor touches its lock: the application may run or not. Read models are brought up
/// if need be, under their own locks. Before it shows anything, it asks whether the log is whole.
///
/// Threads  any.
/// Throws   tail_missing, witness_missing, log_damaged (`open`, `model`, `load`), unless it shows what is intact.
class visitor {
 public:
  static visitor_builder to(log_source log) { return visitor_builder(std::move(log)); }

  visitor(visitor&&) noexcept;
  visitor& operator=(visitor&&) noexcept;
  ~visitor();

  /// The read model, once it includes everything that was in the log when this was called. If it does not yet: brings it up,
  /// or waits for who is at it already, for as long as `patience` (what it brings up itself, it brings up to the end).
  /// Throws   read_model_behind. checkpoint_mismatch. projection_failed. projection_not_registered. file_error: the disk.
  template <class Projection>
  auto model(std::chrono::nanoseconds patience = std::chrono::seconds{5}) const {
    return detail::model_handle<Projection>(brought_up(Projection::info.name, patience));
  }

  /// The aggregate as of its last event; of version 0 if it has none. Throws: see `repository::load`.
  template <class Aggregate>
  loaded<Aggregate> load(const id<Aggregate>& target) const {
    return aggregates().load(target);
  }

  /// The log itself. Whether it is whole was asked by the calls before; later on, ask `condition()`.
  log_reader& log() const noexcept;
  token head_token() const;

 private:
  friend visitor_builder;
  struct parts;
  explicit visitor(std::unique_ptr<parts> parts);

  const repository& aggregates() const;
  std::shared_ptr<projection_runner> brought_up(std::string_view projection, std::chrono::nanoseconds patience) const;

  std::unique_ptr<parts> parts_;
};

}  // namespace whence::inline v0
