/// Event ids in the order in which they were added, found by themselves.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include <whence/core/uuid.hpp>
#include <whence/store/place_table.hpp>

namespace whence::inline v0 {

class event_id_places {
 public:
  void reserve(std::size_t ids);

  /// False, and nothing is added, if the id is there.
  bool add(const event_id& id);
  /// How many were added before it.
  std::optional<std::uint32_t> find(const event_id& id) const;

 private:
  std::vector<event_id> ids_;
  place_table places_;
};

}  // namespace whence::inline v0
