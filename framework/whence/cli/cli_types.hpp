/// What an application's own executable knows besides the log: its aggregates and its projections. The inspector, called with
/// them, can fold a stream into its state, and say which projection handles which event.
///
///     int main(int argc, char** argv) {
///       const auto types = whence::cli_types("order-service whence").aggregate<Order>().projection<OrderSummary>();
///       if (argc > 1 && std::string_view(argv[1]) == "whence") return whence::run_cli(argc - 1, argv + 1, types);
///       return shop_as_usual();
///     }
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <whence/modelling/aggregate.hpp>
#include <whence/projection/projection.hpp>
#include <whence/serialization/json.hpp>
#include <whence/upcasting/upcasters.hpp>

namespace whence::inline v0 {

namespace detail {

/// An aggregate type, for showing it.
struct shown_aggregate {
  const aggregate_facts* facts;
  std::string (*encode)(const void* state);  ///< null: the aggregate has no `serialize`
};

template <class Aggregate>
constexpr shown_aggregate shown() {
  shown_aggregate aggregate{.facts = &facts_of<Aggregate>, .encode = nullptr};
  if constexpr (has_serialize_member<Aggregate> || has_serialize_function<Aggregate>)
    aggregate.encode = [](const void* state) {
      return encode_json(erase(*static_cast<Aggregate*>(const_cast<void*>(state))));
    };
  return aggregate;
}

}  // namespace detail

class cli_types {
 public:
  /// `program` is how one starts it, "order-service whence": what help and errors call it.
  explicit cli_types(std::string program) : program_(std::move(program)) {}

  /// The state of its streams can be shown. For that it has a `serialize`, as events have:
  /// `template <class Archive> void serialize(Archive& ar) { ar(cereal::make_nvp("status", status)); }`
  template <class Aggregate>
  cli_types aggregate() && {
    if constexpr (detail::check_aggregate<Aggregate>()) aggregates_.push_back(detail::shown<Aggregate>());
    return std::move(*this);
  }

  /// Which events it handles, and its version, are known.
  template <class Projection>
  cli_types projection() && {
    if constexpr (detail::check_projection<Projection>()) projections_.push_back(&detail::definition_of<Projection>);
    return std::move(*this);
  }

  /// States are shown as the application sees them, whose log is read through these: see `upcasting`.
  cli_types upcasting(whence::upcasters through) && {
    upcasters_ = std::move(through);
    return std::move(*this);
  }

  const std::string& program() const noexcept { return program_; }

  /// For the library. Null: it is not known.
  const detail::shown_aggregate* aggregate_named(std::string_view type) const noexcept;
  const detail::projection_definition* projection_named(std::string_view name) const noexcept;
  const whence::upcasters& upcasters() const noexcept { return upcasters_; }

 private:
  std::string program_;
  std::vector<detail::shown_aggregate> aggregates_;
  std::vector<const detail::projection_definition*> projections_;
  whence::upcasters upcasters_;
};

}  // namespace whence::inline v0
