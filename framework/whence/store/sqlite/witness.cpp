#include <algorithm>
#include <array>
#include <cstring>
#include <span>
#include <string_view>
#include <utility>

#include <xxhash.h>

#include <whence/store/sqlite/witness.hpp>

namespace whence::inline v0 {
namespace {

constexpr std::size_t slot_distance = 4096;
constexpr std::size_t checksum_at = 64;
constexpr std::size_t slot_bytes = 72;
constexpr std::string_view magic = "WHNCWIT1";

using slot = std::array<std::byte, slot_bytes>;

void put(std::span<std::byte> to, std::size_t at, std::uint64_t number) {
  for (std::size_t i = 0; i < 8; ++i) to[at + i] = static_cast<std::byte>(number >> (8 * i));
}

std::uint64_t take(std::span<const std::byte> from, std::size_t at) {
  std::uint64_t number = 0;
  for (std::size_t i = 8; i-- > 0;) number = number << 8 | std::to_integer<std::uint64_t>(from[at + i]);
  return number;
}

slot encode(const testimony& testimony, std::uint64_t sequence) {
  slot bytes{};
  std::memcpy(bytes.data(), magic.data(), magic.size());
  std::memcpy(bytes.data() + 8, testimony.log.id.value().bytes().data(), 16);
  put(bytes, 24, testimony.log.epoch);
  put(bytes, 32, testimony.position.value());
  std::memcpy(bytes.data() + 40, testimony.chain.data(), 16);
  put(bytes, 56, sequence);
  put(bytes, checksum_at, XXH3_64bits(bytes.data(), checksum_at));
  return bytes;
}

struct decoded {
  testimony says;
  std::uint64_t sequence;
};

std::optional<decoded> decode(std::span<const std::byte> bytes) {
  if (bytes.size() < slot_bytes) return std::nullopt;
  if (std::memcmp(bytes.data(), magic.data(), magic.size()) != 0) return std::nullopt;
  if (take(bytes, checksum_at) != XXH3_64bits(bytes.data(), checksum_at)) return std::nullopt;
  decoded found;
  uuid::bytes_type id;
  std::memcpy(id.data(), bytes.data() + 8, id.size());
  found.says.log = {log_id(uuid(id)), take(bytes, 24)};
  found.says.position = global_position{take(bytes, 32)};
  std::memcpy(found.says.chain.data(), bytes.data() + 40, found.says.chain.size());
  found.sequence = take(bytes, 56);
  return found;
}

std::optional<decoded> newest(file& file, int* readable_slots = nullptr) {
  std::array<std::byte, slot_distance + slot_bytes> bytes{};
  const std::size_t size = file.read_at(0, bytes);
  const std::span<const std::byte> read(bytes.data(), size);
  std::optional<decoded> first = decode(read);
  std::optional<decoded> second = size > slot_distance ? decode(read.subspan(slot_distance)) : std::nullopt;
  if (readable_slots != nullptr) *readable_slots = (first ? 1 : 0) + (second ? 1 : 0);
  if (!first || !second) return first ? first : second;
  return first->sequence > second->sequence ? first : second;
}

constexpr std::size_t note_at = 512;  // a slot is written with what is behind it only when the file is made
constexpr std::size_t note_checksum_at = 16;
constexpr std::size_t note_bytes = 24;
constexpr std::string_view note_magic = "WHNCFILE";

using note = std::array<std::byte, note_bytes>;

note encode_note(std::uint64_t made_at) {
  note bytes{};
  std::memcpy(bytes.data(), note_magic.data(), note_magic.size());
  put(bytes, 8, made_at);
  put(bytes, note_checksum_at, XXH3_64bits(bytes.data(), note_checksum_at));
  return bytes;
}

std::optional<std::uint64_t> noted_in(file& file) {
  note bytes{};
  if (file.read_at(note_at, bytes) != bytes.size()) return std::nullopt;
  const std::uint64_t made_at = take(bytes, 8);
  return encode_note(made_at) == bytes ? std::optional(made_at) : std::nullopt;
}

}  // namespace

std::optional<std::uint64_t> read_file_noted(files& files, const std::string& path) {
  const std::optional<file_status> there = files.status(path);
  return there && there->regular ? noted_in(*files.open(path, open_file::read)) : std::nullopt;
}

witness_reading read_witness(files& files, const std::string& path) {
  const std::optional<file_status> there = files.status(path);
  if (!there) return {};
  witness_reading reading{.present = true, .latest = std::nullopt, .readable_slots = 0};
  if (!there->regular && !there->directory) return reading;  // a pipe would be waited for
  const std::unique_ptr<file> opened = files.open(path, open_file::read);
  // The writer may be at work: both slots are unreadable at once only if it wrote both while they were read.
  for (int attempt = 0; attempt < 3 && !reading.latest; ++attempt) {
    if (const std::optional<decoded> found = newest(*opened, &reading.readable_slots)) reading.latest = found->says;
  }
  return reading;
}

witness witness::create(files& files, const std::string& path, const testimony& first) {
  const std::optional<file_status> there = files.status(path);
  if (there && !there->regular && !there->directory) files.remove(path);  // a pipe, say, has seen nothing
  std::unique_ptr<file> made = files.open(path, open_file::create);
  // Over an old witness the numbers go on: a crash halfway leaves a slot of each, and the newer one is ours.
  const std::optional<decoded> before = newest(*made);
  std::uint64_t sequence = before ? before->sequence : 0;
  std::array<std::byte, slot_distance> padded{};
  for (int slots = 0; slots < 2; ++slots) {
    const slot bytes = encode(first, ++sequence);
    std::copy(bytes.begin(), bytes.end(), padded.begin());
    made->write_at(sequence % 2 * slot_distance, padded);
  }
  made->sync();
  files.sync_directory(directory_of(path));
  return witness(std::move(made), sequence);
}

witness witness::open(files& files, const std::string& path) {
  std::unique_ptr<file> opened = files.open(path, open_file::write);
  const std::optional<decoded> found = newest(*opened);
  return witness(std::move(opened), found ? found->sequence : 0);
}

void witness::write(const testimony& testimony) {
  ++sequence_;
  file_->write_at(sequence_ % 2 * slot_distance, encode(testimony, sequence_));
}

void witness::note_file(std::uint64_t made_at) {
  if (noted_in(*file_) != made_at) file_->write_at(note_at, encode_note(made_at));
}

void witness::sync() { file_->sync(); }

}  // namespace whence::inline v0
