#include <whence/rehearsal/fingerprint_file.hpp>

#include <algorithm>
#include <cstring>
#include <filesystem>
#include <optional>
#include <span>
#include <system_error>
#include <utility>

#include <xxhash.h>

#include <whence/rehearsal/errors.hpp>

namespace whence::inline v0::detail {
namespace {

constexpr std::string_view mark = "whence fingerprints 1\n";
constexpr std::size_t header_bytes = mark.size() + 16 + 8 + 8;
constexpr std::size_t record_bytes = 8 + 8 + 16;
constexpr std::size_t end_bytes = 16;
constexpr std::size_t piece_bytes = 1u << 20;
static_assert(record_bytes == sizeof(fingerprint_record));

constexpr std::string_view save_again = "save them again, with the build that is to be compared with";

std::array<std::uint8_t, 16> canonical(const XXH128_hash_t& hash) {
  XXH128_canonical_t bytes;
  XXH128_canonicalFromHash(&bytes, hash);
  std::array<std::uint8_t, 16> result;
  std::memcpy(result.data(), bytes.digest, result.size());
  return result;
}

std::uint64_t number_at(const char* bytes) noexcept {
  std::uint64_t number = 0;
  std::memcpy(&number, bytes, sizeof number);
  return number;
}

fingerprint_record record_at(const char* bytes) noexcept {
  fingerprint_record record{.first = number_at(bytes), .version = number_at(bytes + 8), .state = {}};
  std::memcpy(record.state.data(), bytes + 16, record.state.size());
  return record;
}

/// Nothing is there, or what this writes: it is replaced, and whatever else lies there was not made to be.
void must_be_replaceable(files& files, const std::string& path) {
  const std::optional<file_status> there = files.status(path);
  if (!there) return;
  if (!there->regular) throw fingerprints_not_saved(path, "it is there, and no regular file");
  std::string begin(mark.size(), '\0');
  files.open(path, open_file::read)->read_at(0, std::as_writable_bytes(std::span(begin)));
  if (begin != mark) throw fingerprints_not_saved(path, "it is there, and has no fingerprints in it");
}

std::string place_for(files& files, const std::string& path) {
  std::string place = without_links(path);
  must_be_replaceable(files, place);
  return place;
}

/// Its own state, on the heap: XXH3 wants more of the alignment than a member gets.
struct hash_state {
  hash_state() : state(XXH3_createState()) { XXH3_128bits_reset(state); }
  hash_state(const hash_state&) = delete;
  hash_state& operator=(const hash_state&) = delete;
  ~hash_state() { XXH3_freeState(state); }
  void add(const char* bytes, std::size_t size) { XXH3_128bits_update(state, bytes, size); }
  std::array<std::uint8_t, 16> digest() const { return canonical(XXH3_128bits_digest(state)); }
  XXH3_state_t* state;
};

}  // namespace

std::string without_links(const std::string& path) {
  namespace fs = std::filesystem;
  constexpr int links_max = 40;  // as the system has it
  std::error_code failure;
  fs::path at = fs::absolute(path, failure);
  // One that leads to nothing yet is a link all the same, which weakly_canonical does not follow.
  for (int links = 0; links < links_max && fs::is_symlink(fs::symlink_status(at, failure)); ++links)
    at = at.parent_path() / fs::read_symlink(at, failure);
  const fs::path found = fs::weakly_canonical(at, failure);
  return failure ? path : found.string();
}

state_fingerprint fingerprint_of(std::string_view json) noexcept {
  const state_fingerprint found = canonical(XXH3_128bits(json.data(), json.size()));
  return found == no_fingerprint ? state_fingerprint{1} : found;
}

// --- reading ----------------------------------------------------------------------------------------------------------

saved_fingerprints::saved_fingerprints(files& files, std::string path)
    : path_(std::move(path)), file_(files.open(path_, open_file::read)) {
  const std::uint64_t size = file_->size();
  std::string piece(std::min<std::uint64_t>(size, header_bytes), '\0');
  file_->read_at(0, std::as_writable_bytes(std::span(piece)));
  if (!piece.starts_with(mark)) throw fingerprints_not_usable(path_, "it has no fingerprints in it", save_again);
  if (size < header_bytes + end_bytes || (size - header_bytes - end_bytes) % record_bytes != 0) not_whole();
  records_ = (size - header_bytes - end_bytes) / record_bytes;
  uuid::bytes_type id;
  std::memcpy(id.data(), piece.data() + mark.size(), id.size());
  log_ = {.id = log_id(uuid(id)), .epoch = number_at(piece.data() + mark.size() + 16)};
  head_ = global_position{number_at(piece.data() + mark.size() + 24)};

  hash_state hash;
  const std::uint64_t end = size - end_bytes;
  for (std::uint64_t at = 0; at < end;) {
    piece.resize(std::min<std::uint64_t>(piece_bytes, end - at));
    if (file_->read_at(at, std::as_writable_bytes(std::span(piece))) != piece.size()) not_whole();
    hash.add(piece.data(), piece.size());
    at += piece.size();
  }
  std::array<std::uint8_t, end_bytes> expected{};
  file_->read_at(end, std::as_writable_bytes(std::span(expected)));
  if (hash.digest() != expected) not_whole();
}

void saved_fingerprints::not_whole() const {
  throw fingerprints_not_usable(path_, "it is damaged, or not all there", save_again);
}

void saved_fingerprints::must_be_of(const log_identity& log, global_position head) const {
  if (log.id != log_.id)
    throw fingerprints_not_usable(path_,
                                  "they are of log " + log_.id.to_string() + ", and this is " + log.id.to_string(),
                                  "name those that were saved of this log");
  if (log.epoch != log_.epoch)
    throw fingerprints_not_usable(path_, "this log has begun a new epoch since they were saved: it lost its end",
                                  save_again);
  if (head < head_)
    throw fingerprints_not_usable(path_,
                                  "they go up to event " + std::to_string(head_.value()) + ", and this log has " +
                                      std::to_string(head.value()) + ": it is an older copy",
                                  "use a copy of the log that is at least as new");
}

fingerprint_record saved_fingerprints::record(std::uint64_t number) const {
  std::array<char, record_bytes> bytes{};
  if (file_->read_at(header_bytes + number * record_bytes, std::as_writable_bytes(std::span(bytes))) != bytes.size())
    not_whole();
  return record_at(bytes.data());
}

std::vector<fingerprint_record> saved_fingerprints::between(global_position after, global_position to) const {
  std::uint64_t low = 0;
  for (std::uint64_t high = records_; low < high;) {
    const std::uint64_t middle = low + (high - low) / 2;
    if (record(middle).first <= after.value()) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  std::vector<fingerprint_record> found;
  std::string piece;
  for (; low < records_; low += piece.size() / record_bytes) {
    piece.resize(std::min<std::uint64_t>(records_ - low, 4'096) * record_bytes);
    if (file_->read_at(header_bytes + low * record_bytes, std::as_writable_bytes(std::span(piece))) != piece.size())
      not_whole();
    for (std::size_t at = 0; at < piece.size(); at += record_bytes) {
      const fingerprint_record next = record_at(piece.data() + at);
      if (next.first > to.value()) return found;
      found.push_back(next);
    }
  }
  return found;
}

// --- writing ----------------------------------------------------------------------------------------------------------

struct fingerprint_writer::hashing : hash_state {};

fingerprint_writer::fingerprint_writer(files& files, const std::string& path, const log_identity& log,
                                       global_position head)
    : path_(place_for(files, path)),
      draft_(files, path_, access_of(files, path_)),
      file_(files.open(draft_.path(), open_file::write)),
      hash_(std::make_unique<hashing>()) {
  const uuid::bytes_type id = log.id.value().bytes();
  const std::uint64_t numbers[]{log.epoch, head.value()};
  write(mark.data(), mark.size());
  write(id.data(), id.size());
  write(numbers, sizeof numbers);
}

fingerprint_writer::~fingerprint_writer() = default;

void fingerprint_writer::write(const void* bytes, std::size_t size) {
  buffer_.append(static_cast<const char*>(bytes), size);
  if (buffer_.size() >= piece_bytes) flush();
}

void fingerprint_writer::flush() {
  hash_->add(buffer_.data(), buffer_.size());
  put(std::as_bytes(std::span(buffer_)));
  buffer_.clear();
}

/// The draft has a name that nobody gave: what fails is the writing of the file.
void fingerprint_writer::put(std::span<const std::byte> bytes) {
  try {
    file_->write_at(written_, bytes);
  } catch (const file_error& failure) {
    throw file_error("write", path_, failure.system_code);
  }
  written_ += bytes.size();
}

void fingerprint_writer::add(const std::vector<fingerprint_record>& records) {
  write(records.data(), records.size() * record_bytes);
}

void fingerprint_writer::finish() {
  flush();
  const std::array<std::uint8_t, end_bytes> end = hash_->digest();
  put(std::as_bytes(std::span(end)));
  draft_.replace();
}

}  // namespace whence::inline v0::detail
