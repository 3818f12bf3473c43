#include <cstring>

#include <whence/store/sqlite/index/filter_cache.hpp>

namespace whence::inline v0 {

const filter_cache::filter::page* filter_cache::put(filter& of, std::size_t page, std::span<const std::uint8_t> lines) {
  if (lines.empty() || lines.size() % sizeof(filter_line) != 0 || lines.size() > sizeof(lines_of_page)) return nullptr;
  const std::uint32_t place = free_place();
  filter_line* const to = lines_at(place);
  std::memcpy(to, lines.data(), lines.size());
  contents_[place] = {&of, page};
  asked_for_[place] = false;
  of.pages[page] = {to, static_cast<std::uint32_t>(lines.size() / sizeof(filter_line)), place};
  return &of.pages[page];
}

void filter_cache::drop(filter& of) noexcept {
  for (filter::page& page : of.pages) {
    if (page.lines == nullptr) continue;
    contents_[page.place] = {};
    free_.push_back(page.place);  // there is room for all of them
    page = {};
  }
}

/// What is added for its places later needs no memory. If there is none now, all is as it was.
void filter_cache::add_chunk() {
  const std::size_t places = contents_.size() + places_of_chunk;
  contents_.reserve(places);
  asked_for_.reserve(places);
  free_.reserve(places);
  // Not zeroed: what is not filled costs no memory.
  chunks_.push_back(std::unique_ptr<chunk>(new chunk));
}

/// The place of a page that is forgotten, if there is no other.
std::uint32_t filter_cache::free_place() {
  if (!free_.empty()) {
    const std::uint32_t place = free_.back();
    free_.pop_back();
    return place;
  }
  if (contents_.size() < pages_max) {
    if (contents_.size() == chunks_.size() * places_of_chunk) add_chunk();
    const auto place = static_cast<std::uint32_t>(contents_.size());
    contents_.emplace_back();
    asked_for_.push_back(false);
    return place;
  }
  while (asked_for_[hand_] != 0) {
    asked_for_[hand_] = false;
    hand_ = (hand_ + 1) % pages_max;
  }
  const std::uint32_t place = hand_;
  hand_ = (hand_ + 1) % pages_max;
  const content gone = contents_[place];
  gone.of->pages[gone.page] = {};
  contents_[place] = {};
  return place;
}

}  // namespace whence::inline v0
