/// What an application's own executable knows besides the log: its aggregates and its projections. The inspector, called with
/// them, can fold a stream into its state, say which projection handles which event, and try the program on a log.
///
///     int main(int argc, char** argv) {
///       const auto types = whence::cli_types("order-service whence").aggregate<Order>().projection<OrderSummary>();
///       if (argc > 1 && std::string_view(argv[1]) == "whence") return whence::run_cli(argc - 1, argv + 1, types);
///       return shop_as_usual();
///     }
#pragma once

#include <string>
#include <utility>

#include <whence/contracts/event_contracts.hpp>
#include <whence/rehearsal/program_types.hpp>
#include <whence/upcasting/upcasters.hpp>

namespace whence::inline v0 {

class cli_types {
 public:
  /// `program` is how one starts it, "order-service whence": what help and errors call it.
  explicit cli_types(std::string program) : program_(std::move(program)) {}

  /// The state of its streams can be shown. For that it has a `serialize`, as events have:
  /// `template <class Archive> void serialize(Archive& ar) { ar(cereal::make_nvp("status", status)); }`
  /// What is promised of its events can be released and checked: see released_contracts.hpp.
  /// Throws duplicate_event_type.
  template <class Aggregate>
  cli_types aggregate() && {
    known_ = std::move(known_).aggregate<Aggregate>();
    contracts_ = std::move(contracts_).template aggregate<Aggregate>();
    return std::move(*this);
  }

  /// Which events it handles, and its version, are known.
  template <class Projection>
  cli_types projection() && {
    known_ = std::move(known_).projection<Projection>();
    return std::move(*this);
  }

  /// States are shown as the application sees them, whose log is read through these: see `upcasting`.
  cli_types upcasting(whence::upcasters through) && {
    contracts_ = std::move(contracts_).upcasting(through);
    known_ = std::move(known_).upcasting(std::move(through));
    return std::move(*this);
  }

  const std::string& program() const noexcept { return program_; }

  /// For the library.
  const program_types& known() const noexcept { return known_; }
  const event_contracts& contracts() const noexcept { return contracts_; }

 private:
  std::string program_;
  program_types known_;
  event_contracts contracts_;
};

}  // namespace whence::inline v0
