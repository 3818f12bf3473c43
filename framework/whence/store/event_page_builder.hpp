/// Fills an event page. Every view in a page points to bytes that the page owns; the builder makes the copies.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include <whence/store/event_page.hpp>
#include <whence/store/log.hpp>

namespace whence::inline v0 {

/// Threads  one at a time.
class event_page_builder {
 public:
  event_page_builder() = default;
  /// Has room for that many events from the first one on: an event is copied once, and not again when the page grows.
  explicit event_page_builder(std::size_t events_expected) : events_expected_(events_expected) {}
  event_page_builder(const event_page_builder&) = delete;
  event_page_builder& operator=(const event_page_builder&) = delete;

  /// Copies the bytes into the page. The view is valid as long as the page.
  std::string_view keep(std::string_view bytes);

  /// Copies the tags into the page.
  std::span<const std::string_view> keep_tags(std::span<const std::string_view> tags);

  /// Room in the page for that many tags, to be filled with views that `keep` returned.
  std::span<std::string_view> make_tags(std::size_t count);

  /// Adds an event whose views all come from `keep` and its sisters, or are replaced by such before the next call.
  recorded_event& add_kept(const recorded_event& event);

  /// Adds an event with copies of everything it views.
  void add(const recorded_event& event);

  /// Whether the event fits below the limits. The first one always does.
  bool has_room_for(const recorded_event& event, const page_limit& limit) const noexcept;

  /// Begins with the bytes of that page, whose events can be added with `add_kept`. Of an empty builder.
  std::vector<recorded_event> take_over(event_page&& page);

  /// Lets go of the events behind the first `count`.
  void drop_behind(std::size_t count);
  /// Turns the order of the events behind the first `count`.
  void turn_behind(std::size_t count);

  /// The page ends with that event, though it may not be in it. Otherwise with the last one that was added.
  void looked_at(stream_place last) noexcept { last_looked_at_ = last; }

  std::size_t events() const noexcept { return page_.events_.size(); }
  /// The bytes kept so far.
  std::size_t bytes() const noexcept { return bytes_; }

  /// The page; the builder is empty afterwards.
  event_page finish(global_position scanned_to, bool at_end);

 private:
  event_page page_;
  char* room_ = nullptr;
  std::size_t room_left_ = 0;
  std::string_view* tag_room_ = nullptr;
  std::size_t tags_left_ = 0;
  std::size_t bytes_ = 0;
  std::size_t events_expected_ = 0;
  std::optional<stream_place> last_looked_at_;
};

}  // namespace whence::inline v0
