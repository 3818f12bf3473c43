#include <algorithm>
#include <cstring>
#include <utility>

#include <whence/store/event_page_builder.hpp>

namespace whence::inline v0 {
namespace {

constexpr std::size_t block_bytes = 64u << 10;
constexpr std::size_t block_tags = 256;

}  // namespace

envelope to_envelope(const recorded_event& event) {
  envelope copy;
  copy.id = event.id;
  copy.event_type = event.type;
  copy.event_version = event.type_version;
  copy.occurred_at = event.occurred_at;
  copy.aggregate_id = event.stream;
  copy.aggregate_type = event.aggregate_type;
  copy.data = event.data;
  copy.metadata = {.correlation = event.correlation,
                   .causation = event.causation,
                   .causation_type = std::string(event.causation_type),
                   .source = std::string(event.source),
                   .traceparent = std::string(event.traceparent)};
  copy.position = event.position;
  copy.version = event.version;
  copy.recorded_at = event.recorded_at;
  copy.tags.assign(event.tags.begin(), event.tags.end());
  return copy;
}

std::string_view event_page_builder::keep(std::string_view bytes) {
  if (bytes.empty()) return {};
  if (bytes.size() > room_left_) {
    const std::size_t size = std::max(bytes.size(), block_bytes);
    // Bytes that a copy overwrites at once need no zeros first.
    page_.blocks_.push_back(std::make_unique_for_overwrite<char[]>(size));
    room_ = page_.blocks_.back().get();
    room_left_ = size;
  }
  std::memcpy(room_, bytes.data(), bytes.size());
  const std::string_view kept(room_, bytes.size());
  room_ += bytes.size();
  room_left_ -= bytes.size();
  bytes_ += bytes.size();
  return kept;
}

std::span<std::string_view> event_page_builder::make_tags(std::size_t count) {
  if (count == 0) return {};
  if (count > tags_left_) {
    tags_left_ = std::max(count, block_tags);
    page_.tag_lists_.push_back(std::make_unique<std::string_view[]>(tags_left_));
    tag_room_ = page_.tag_lists_.back().get();
  }
  tags_left_ -= count;
  return {std::exchange(tag_room_, tag_room_ + count), count};
}

std::span<const std::string_view> event_page_builder::keep_tags(std::span<const std::string_view> tags) {
  const std::span<std::string_view> kept = make_tags(tags.size());
  std::transform(tags.begin(), tags.end(), kept.begin(), [this](std::string_view tag) { return keep(tag); });
  return kept;
}

recorded_event& event_page_builder::add_kept(const recorded_event& event) {
  if (page_.events_.empty()) page_.events_.reserve(events_expected_);
  return page_.events_.emplace_back(event);
}

void event_page_builder::add(const recorded_event& event) {
  recorded_event& kept = add_kept(event);
  kept.stream = keep(event.stream);
  kept.aggregate_type = keep(event.aggregate_type);
  kept.type = keep(event.type);
  kept.causation_type = keep(event.causation_type);
  kept.source = keep(event.source);
  kept.traceparent = keep(event.traceparent);
  kept.data = keep(event.data);
  kept.tags = keep_tags(event.tags);
}

bool event_page_builder::has_room_for(const recorded_event& event, const page_limit& limit) const noexcept {
  if (page_.events_.empty()) return true;
  std::size_t bytes = bytes_ + event.stream.size() + event.aggregate_type.size() + event.type.size() +
                      event.causation_type.size() + event.source.size() + event.traceparent.size() + event.data.size();
  for (const std::string_view tag : event.tags) bytes += tag.size();
  return page_.events_.size() < limit.events && bytes <= limit.bytes;
}

std::vector<recorded_event> event_page_builder::take_over(event_page&& page) {
  page_.blocks_ = std::move(page.blocks_);
  page_.tag_lists_ = std::move(page.tag_lists_);
  return std::move(page.events_);
}

void event_page_builder::drop_behind(std::size_t count) { page_.events_.resize(count); }

void event_page_builder::turn_behind(std::size_t count) {
  std::reverse(page_.events_.begin() + static_cast<std::ptrdiff_t>(count), page_.events_.end());
}

event_page event_page_builder::finish(global_position scanned_to, bool at_end) {
  page_.scanned_to_ = scanned_to;
  if (last_looked_at_)
    page_.last_looked_at_ = *std::exchange(last_looked_at_, std::nullopt);
  else if (!page_.empty())
    page_.last_looked_at_ = {page_.back().version, page_.back().position, page_.back().chain};
  page_.at_end_ = at_end;
  room_ = nullptr;
  room_left_ = 0;
  tag_room_ = nullptr;
  tags_left_ = 0;
  bytes_ = 0;
  return std::exchange(page_, event_page());
}

}  // namespace whence::inline v0
