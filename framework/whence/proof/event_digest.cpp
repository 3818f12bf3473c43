#include <whence/proof/event_digest.hpp>

#include <cstdint>

#include <whence/core/payload_form.hpp>

namespace whence::inline v0::detail {
namespace {

template <class Unsigned>
void put(std::string& out, Unsigned number) {
  for (std::size_t i = 0; i < sizeof number; ++i) out += static_cast<char>(number >> (8 * i) & 0xff);
}

void put_bytes(std::string& out, std::span<const std::uint8_t> bytes) { out.append(bytes.begin(), bytes.end()); }

void put_time(std::string& out, timestamp time) {
  put(out, static_cast<std::uint64_t>(time.time_since_epoch().count()));
}

void put_text(std::string& out, std::string_view text) {
  put(out, static_cast<std::uint32_t>(text.size()));
  out += text;
}

void put_tags(std::string& out, std::span<const std::string_view> tags) {
  std::size_t size = tags.empty() ? 0 : tags.size() - 1;
  for (const std::string_view tag : tags) size += tag.size();
  put(out, static_cast<std::uint32_t>(size));
  for (std::size_t i = 0; i < tags.size(); ++i) {
    if (i > 0) out += '\n';
    out += tags[i];
  }
}

}  // namespace

event_digest::event_digest(const log_id& log) : bytes_("whence proof 1\n") {
  put_bytes(bytes_, log.value().bytes());
  now_ = hash_.of(bytes_);
}

const sha256_digest& event_digest::add(const recorded_event& event) {
  bytes_.clear();
  put_bytes(bytes_, now_);
  put(bytes_, event.position.value());
  put(bytes_, event.version.value());
  put_time(bytes_, event.occurred_at);
  put_time(bytes_, event.recorded_at);
  put_bytes(bytes_, event.id.value().bytes());
  put_bytes(bytes_, event.correlation.value().bytes());
  put_bytes(bytes_, event.causation.value().bytes());
  put(bytes_, event.type_version);
  put(bytes_, std::uint32_t{form_of(event.data) == form::binary ? 1u : 0u});
  for (const std::string_view text :
       {event.stream, event.aggregate_type, event.type, event.causation_type, event.source, event.traceparent})
    put_text(bytes_, text);
  put_tags(bytes_, event.tags);
  put_text(bytes_, event.data);
  now_ = hash_.of(bytes_);
  return now_;
}

}  // namespace whence::inline v0::detail
