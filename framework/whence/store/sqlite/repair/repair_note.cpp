#include <whence/store/sqlite/repair/repair_note.hpp>

#include <algorithm>
#include <charconv>
#include <chrono>
#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include <whence/core/file_draft.hpp>
#include <whence/core/hex.hpp>
#include <whence/store/audit_event.hpp>

namespace whence::inline v0 {
namespace {

// A line each: what it is, the file's inode, log, epoch, position, chain hash, id and time of the audit event. Then the event's
// data.
constexpr std::string_view first_line = "whence repair 1";
constexpr std::size_t bytes_max = 8u << 20;

std::string path_of(const log_paths& paths) { return paths.log + ".repair"; }

/// Takes lines off the front of a text.
class lines {
 public:
  explicit lines(std::string_view text) : rest_(text) {}

  std::string_view next() {
    const std::string_view line = rest_.substr(0, rest_.find('\n'));
    rest_.remove_prefix(std::min(rest_.size(), line.size() + 1));
    return line;
  }
  template <class Integer>
  std::optional<Integer> next_integer() {
    const std::string_view text = next();
    Integer number{};
    const auto read = std::from_chars(text.data(), text.data() + text.size(), number);
    if (text.empty() || read.ec != std::errc() || read.ptr != text.data() + text.size()) return std::nullopt;
    return number;
  }
  std::optional<chain_hash> next_chain() {
    chain_hash chain{};
    return from_hex(next(), chain) ? std::optional(chain) : std::nullopt;
  }
  std::string_view rest() const noexcept { return rest_; }

 private:
  std::string_view rest_;
};

}  // namespace

void write_note(files& files, const log_paths& paths, const repair_note& note) {
  const new_event& event = note.audit.events.front();
  std::string text = std::string(first_line) + "\n" + std::to_string(note.inode);
  text += "\n" + note.repaired.log.id.to_string() + "\n" + std::to_string(note.repaired.log.epoch);
  text += "\n" + std::to_string(note.repaired.position.value()) + "\n" + to_hex(note.repaired.chain);
  text += "\n" + event.id.to_string() + "\n" + std::to_string(event.occurred_at.time_since_epoch().count());
  text += "\n" + event.data;
  const std::string path = path_of(paths);
  file_draft draft(files, path, access_of(files, paths.log));
  try {
    files.open(draft.path(), open_file::write)->write_at(0, std::as_bytes(std::span(text)));
  } catch (const file_error& failure) {
    throw file_error("write", path, failure.system_code);
  }
  draft.replace();
}

std::optional<repair_note> read_note(const runtime& runtime, const log_paths& paths, const log_identity& log) {
  const std::string path = path_of(paths);
  const std::optional<file_status> found = runtime.files->status(path);
  const std::optional<file_status> now = runtime.files->status(paths.log);
  if (!found || !found->regular || found->size > bytes_max || !now) return std::nullopt;
  const std::string text = runtime.files->read_whole(path, bytes_max).value_or("");
  lines in(text);
  if (in.next() != first_line || in.next_integer<std::uint64_t>() != now->inode) return std::nullopt;
  if (in.next() != log.id.to_string() || in.next_integer<std::uint64_t>() != log.epoch) return std::nullopt;
  const std::optional<std::uint64_t> position = in.next_integer<std::uint64_t>();
  const std::optional<chain_hash> chain = in.next_chain();
  const std::optional<uuid> id = uuid::try_parse(in.next());
  const std::optional<std::int64_t> time = in.next_integer<std::int64_t>();
  if (!position || !chain || !id || !time || in.rest().empty()) return std::nullopt;
  repair_note note{.inode = now->inode,
                   .repaired = {log, global_position{*position}, *chain},
                   .audit = audit_of({.name = "log repair"}, runtime)};
  new_event& event = note.audit.events.front();
  event.id = event_id(*id);
  event.metadata.correlation = correlation_id(*id);
  event.occurred_at = timestamp{timestamp::duration{*time}};
  event.data = in.rest();
  return note;
}

void remove_note(files& files, const log_paths& paths) { files.remove(path_of(paths)); }

}  // namespace whence::inline v0
