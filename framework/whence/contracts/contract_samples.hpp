/// Golden samples of former versions, read as a program reads them from its log today.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <whence/contracts/event_contracts.hpp>

namespace whence::inline v0::detail {

struct golden_sample {
  std::string event_type;
  std::uint32_t version = 0;
  std::string file;
  std::size_t line = 0;
  std::string_view data;
};

/// An event that is merged with its neighbour is read with a sample of what it is merged with, if it is not read alone.
class sample_reader {
 public:
  /// `all` has to outlive it.
  sample_reader(const event_contracts& contracts, const std::vector<golden_sample>& all)
      : contracts_(contracts), all_(all) {}

  /// Nothing: it is read, or no longer told.
  std::optional<std::string> problem_with(const golden_sample& sample);
  /// For the problem found last.
  const std::string& remedy() const noexcept { return remedy_; }

 private:
  std::optional<std::string> problem_of_today(const std::vector<upcast_event>& today, const golden_sample& sample);
  std::optional<std::string> problem_together(const golden_sample& first, const golden_sample& second);

  const event_contracts& contracts_;
  const std::vector<golden_sample>& all_;
  json_decoder decoder_;
  std::string remedy_;
};

}  // namespace whence::inline v0::detail
