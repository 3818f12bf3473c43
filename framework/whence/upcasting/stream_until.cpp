#include <whence/upcasting/stream_until.hpp>

#include <algorithm>
#include <cstdint>
#include <span>
#include <utility>

#include <whence/upcasting/upcasting_log.hpp>

namespace whence::inline v0::detail {
namespace {

class shortened_log final : public log_reader {
 public:
  shortened_log(log_reader& whole, std::string stream, stream_version last)
      : whole_(whole), stream_(std::move(stream)), last_(last) {}

  log_identity identity() const override { return whole_.identity(); }
  std::string reading_of(std::span<const std::string> event_types) const override {
    return whole_.reading_of(event_types);
  }
  log_condition condition() override { return whole_.condition(); }
  global_position head() override { return whole_.head(); }
  event_page read(global_position after, const event_filter& filter, page_limit limit) override {
    return whole_.read(after, filter, limit);
  }
  event_page read_stream(std::string_view stream, stream_version from, read_direction direction,
                         page_limit limit) override {
    if (stream != stream_) return whole_.read_stream(stream, from, direction, limit);
    if (last_ == stream_version{}) return {};
    if (direction == read_direction::backward)
      return whole_.read_stream(stream, std::min(from, last_), direction, limit);
    if (from > last_) return {};
    const std::uint64_t before = std::max<std::uint64_t>(from.value(), 1) - 1;
    limit.events = static_cast<std::size_t>(std::min<std::uint64_t>(limit.events, last_.value() - before));
    return whole_.read_stream(stream, from, direction, limit);
  }
  event_page read_linked(const event_link& link, global_position after, page_limit limit) override {
    return whole_.read_linked(link, after, limit);
  }
  stream_version stream_head(std::string_view stream) override {
    const stream_version head = whole_.stream_head(stream);
    return stream == stream_ ? std::min(head, last_) : head;
  }
  std::optional<global_position> find_event(event_id id) override { return whole_.find_event(id); }
  std::optional<chain_hash> chain_at(global_position position) override { return whole_.chain_at(position); }
  async<global_position> wait_beyond(global_position after, std::stop_token stop) override {
    return whole_.wait_beyond(after, std::move(stop));
  }

 private:
  log_reader& whole_;
  const std::string stream_;
  const stream_version last_;
};

}  // namespace

std::unique_ptr<log_reader> stream_until(log_reader& stored, std::string stream, stream_version last,
                                         const upcasters& through) {
  return upcasting(std::make_unique<shortened_log>(stored, std::move(stream), last), through);
}

}  // namespace whence::inline v0::detail
