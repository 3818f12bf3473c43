/// Where the events that were found differ from those that were expected.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include <whence/modelling/outcome.hpp>
#include <whence/testing/difference_list.hpp>

namespace whence::testing::inline v0 {

/// An event as it is compared.
struct given_event;

struct compared_event {
  event_type type;
  std::string data;
  std::string stream{};  ///< empty: in whichever
};

/// What is expected: in its stream, if one was named.
std::vector<compared_event> as_compared(const std::vector<given_event>& events);

/// "OrderPaid {"cents":450}"; with its version, if that is not 1.
std::string shown_event(const compared_event& event);
std::string shown_event(const decided_event& event);

/// A line for each member that differs, each event that is missing, and each that was not expected.
difference_list event_differences(std::span<const compared_event> expected, std::span<const compared_event> found);
difference_list event_differences(std::span<const decided_event> expected, std::span<const decided_event> found);

/// "OrderPaid", "OrderPlaced version 2".
std::string name_of(const event_type& type);

/// "1 event was expected", "2 events were expected".
std::string count_expected(std::size_t events);

/// "order.missing (there is no such order)".
std::string shown_refusal(const rejected& refusal);

}  // namespace whence::testing::inline v0
