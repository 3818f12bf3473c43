/// Runs one projection over one log: keeps its read model up to date, builds it anew, opens it for reading. What an
/// application and a visitor stand on; users see `read_model`.
#pragma once

#include <chrono>
#include <exception>
#include <functional>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>

#include <whence/core/async.hpp>
#include <whence/core/guarded.hpp>
#include <whence/core/position.hpp>
#include <whence/core/runtime.hpp>
#include <whence/projection/detail/definition.hpp>
#include <whence/projection/model_snapshot.hpp>
#include <whence/store/log.hpp>
#include <whence/subscription/delivery.hpp>
#include <whence/subscription/subscription.hpp>

namespace whence::inline v0 {

/// What a projection runs on.
struct projection_ground {
  std::shared_ptr<log_reader> log;
  whence::runtime runtime;
  std::string models_directory;  ///< empty: databases in memory
  std::string models_like =
      {};  ///< the log's file: whoever may read it may read what is made there; empty: whom the umask lets
  retry_policy retry{};  ///< for failures of the projection
  page_limit page{};     ///< a page of events is one transaction
};

/// Threads  any.
class projection_runner : public std::enable_shared_from_this<projection_runner> {
 public:
  /// `object` is the projection itself if it keeps its state in itself, else null.
  static std::shared_ptr<projection_runner> make(const detail::projection_definition& definition,
                                                 std::shared_ptr<void> object, projection_ground ground);

  virtual ~projection_runner();
  projection_runner(const projection_runner&) = delete;
  projection_runner& operator=(const projection_runner&) = delete;

  std::string_view name() const noexcept { return definition_.info.name; }
  std::uint32_t version() const noexcept { return definition_.info.version; }
  /// False: it keeps its state in itself.
  bool is_in_database() const noexcept { return definition_.create != nullptr; }

  /// From now on the model follows the log.
  void follow();

  /// Ends that: see `subscription::stop`.
  bool stop(std::chrono::nanoseconds patience);

  subscription_state state();
  /// Why it has failed, or is trying again; null otherwise.
  std::exception_ptr failure();

  /// Waits until the model includes the token; one that follows nothing (a visitor's) is brought up by the calling thread, if
  /// nobody else is at it.
  /// Throws   read_model_behind: it took longer. token_of_other_epoch. What the projection failed with. would_deadlock.
  void include(const token& wanted, std::chrono::nanoseconds patience);

  /// Builds the model anew beside the one that serves, and swaps it in. A failure leaves the old one serving.
  /// A projection that had failed follows the log again. `told`, which may be empty, is called after each page with where it is,
  /// and where the log ends; what it throws ends the rebuild.
  async<void> rebuild(std::function<void(global_position at, global_position head)> told = {});

  /// Throws   read_model_behind: there is no model yet. read_model_newer. read_model_damaged. What the projection failed with.
  std::unique_ptr<model_snapshot> snapshot();

  /// Of a projection that keeps its state in itself: nothing changes it while `look` runs.
  virtual void look(const std::function<void(const void*)>& look);

  /// How far the model has come; 0 if there is none yet.
  global_position position();

 protected:
  projection_runner(const detail::projection_definition& definition, projection_ground ground);

  /// Writes the model that serves.
  virtual std::shared_ptr<subscription_handler> make_writer() = 0;

  /// A model in the making. `finish` swaps it in if it is not behind the one that serves; else it has to read on.
  class rebuilding : public subscription_handler {
   public:
    virtual bool finish(delivery& place) = 0;
  };
  /// One that keeps its state in itself has nothing beside which it could be rebuilt: each start begins anew.
  virtual std::shared_ptr<rebuilding> make_rebuilding();

  /// Null: there is none yet, or it is no database.
  virtual std::unique_ptr<model_snapshot> try_snapshot();

  /// Where the model that serves stands. Nothing: there is none yet.
  virtual std::optional<checkpoint> standing();

  delivery place() const;
  const detail::projection_definition& definition() const noexcept { return definition_; }
  const projection_ground& ground() const noexcept { return ground_; }

 private:
  static async<void> rebuild(std::shared_ptr<projection_runner> self,
                             std::function<void(global_position, global_position)> told);
  void wait(global_position wanted, std::chrono::nanoseconds patience);
  void bring_up(global_position wanted, std::chrono::nanoseconds patience);
  event_filter filter() const;

  const detail::projection_definition& definition_;
  const projection_ground ground_;
  std::stop_source stop_;  // for a rebuild
  guarded<std::shared_ptr<subscription>> following_;
};

}  // namespace whence::inline v0
