#include <array>
#include <cstring>
#include <memory>
#include <string_view>

#include <xxhash.h>

#include <whence/core/payload_form.hpp>
#include <whence/store/chain.hpp>

namespace whence::inline v0 {
namespace {

constexpr std::size_t fixed_bytes = 144;

std::uint32_t encoding_of(std::string_view data) { return form_of(data) == form::binary ? 1 : 0; }

chain_hash canonical(XXH128_hash_t hash) {
  XXH128_canonical_t bytes;
  XXH128_canonicalFromHash(&bytes, hash);
  chain_hash chain;
  std::memcpy(chain.data(), bytes.digest, chain.size());
  return chain;
}

class byte_writer {
 public:
  explicit byte_writer(unsigned char* to) : to_(to) {}

  void bytes(const void* from, std::size_t size) {
    if (size == 0) return;
    std::memcpy(to_, from, size);
    to_ += size;
  }
  void text(std::string_view text) { bytes(text.data(), text.size()); }
  template <class Unsigned>
  void integer(Unsigned number) {
    for (std::size_t i = 0; i < sizeof(Unsigned); ++i) *to_++ = static_cast<unsigned char>(number >> (8 * i));
  }
  void size(std::size_t number) { integer(static_cast<std::uint32_t>(number)); }
  void id(const uuid& id) { bytes(id.bytes().data(), id.bytes().size()); }
  void time(timestamp time) { integer(static_cast<std::uint64_t>(time.time_since_epoch().count())); }

 private:
  unsigned char* to_;
};

void write_fixed(unsigned char* to, const chain_hash& previous, std::uint64_t stream_number,
                 const recorded_event& event) {
  byte_writer out(to);
  out.bytes(previous.data(), previous.size());
  out.integer(event.position.value());
  out.integer(stream_number);
  out.integer(event.version.value());
  out.time(event.occurred_at);
  out.time(event.recorded_at);
  out.id(event.id.value());
  out.id(event.correlation.value());
  out.id(event.causation.value());
  out.integer(event.type_version);
  out.integer(encoding_of(event.data));
  out.size(event.stream.size());
  out.size(event.aggregate_type.size());
  out.size(event.type.size());
  out.size(event.causation_type.size());
  out.size(event.source.size());
  out.size(event.traceparent.size());
  out.size(event.data.size());
  out.size(event.tags.size());
}

std::array<std::string_view, 7> texts_of(const recorded_event& event) {
  return {event.stream, event.aggregate_type, event.type, event.causation_type,
          event.source, event.traceparent,    event.data};
}

}  // namespace

chain_hash chain_start(const log_id& log) {
  return canonical(XXH3_128bits(log.value().bytes().data(), log.value().bytes().size()));
}

chain_hash chain_next(const chain_hash& previous, std::uint64_t stream_number, const recorded_event& event) {
  const std::array<std::string_view, 7> texts = texts_of(event);
  std::size_t size = fixed_bytes;
  for (const std::string_view text : texts) size += text.size();
  for (const std::string_view tag : event.tags) size += 4 + tag.size();

  // One pass over bytes that lie together is several times faster than many small updates; most events fit.
  std::array<unsigned char, 4096> near;
  if (size <= near.size()) {
    write_fixed(near.data(), previous, stream_number, event);
    byte_writer out(near.data() + fixed_bytes);
    for (const std::string_view text : texts) out.text(text);
    for (const std::string_view tag : event.tags) {
      out.size(tag.size());
      out.text(tag);
    }
    return canonical(XXH3_128bits(near.data(), size));
  }

  const std::unique_ptr<XXH3_state_t, XXH_errorcode (*)(XXH3_state_t*)> state(XXH3_createState(), XXH3_freeState);
  if (!state) throw std::bad_alloc();
  XXH3_128bits_reset(state.get());
  write_fixed(near.data(), previous, stream_number, event);
  XXH3_128bits_update(state.get(), near.data(), fixed_bytes);
  for (const std::string_view text : texts) XXH3_128bits_update(state.get(), text.data(), text.size());
  for (const std::string_view tag : event.tags) {
    byte_writer(near.data()).size(tag.size());
    XXH3_128bits_update(state.get(), near.data(), 4);
    XXH3_128bits_update(state.get(), tag.data(), tag.size());
  }
  return canonical(XXH3_128bits_digest(state.get()));
}

}  // namespace whence::inline v0
