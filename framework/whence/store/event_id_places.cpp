#include <xxhash.h>

#include <whence/store/event_id_places.hpp>

namespace whence::inline v0 {
namespace {

std::uint64_t hash(const event_id& id) noexcept {
  return XXH3_64bits(id.value().bytes().data(), id.value().bytes().size());
}

}  // namespace

void event_id_places::reserve(std::size_t ids) {
  ids_.reserve(ids);
  places_.reserve(ids);
}

bool event_id_places::add(const event_id& id) {
  const auto same = [&](std::uint32_t place) { return ids_[place] == id; };
  if (places_.insert(hash(id), static_cast<std::uint32_t>(ids_.size()), same)) return false;
  ids_.push_back(id);
  return true;
}

std::optional<std::uint32_t> event_id_places::find(const event_id& id) const {
  if (ids_.empty()) return std::nullopt;
  return places_.find(hash(id), [&](std::uint32_t place) { return ids_[place] == id; });
}

}  // namespace whence::inline v0
