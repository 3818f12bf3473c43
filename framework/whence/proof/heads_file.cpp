#include <whence/proof/heads_file.hpp>

#include <algorithm>
#include <cerrno>
#include <optional>
#include <span>
#include <string_view>
#include <utility>

#include <whence/proof/errors.hpp>
#include <whence/store/log_source.hpp>

namespace whence::inline v0::detail {
namespace {

constexpr std::size_t heads_bytes_max = std::size_t{1} << 30;  // of a log of a thousand million events

signed_head head_in(const std::string& path, std::uint64_t number, std::string_view line) {
  try {
    return read_head(line);
  } catch (const no_head& found) {
    if (found.newer_format > 0) throw heads_newer_format(path, number, found.newer_format, signed_head::format);
    throw heads_malformed(path, number, found.what());
  }
}

void must_follow(const std::string& path, std::uint64_t number, const signed_head& head, const heads_read& before) {
  if (head.previous != (before.lines.empty() ? sha256_digest{} : before.lines.back()))
    throw heads_altered(path, number,
                        before.lines.empty() ? "it is not the first head that was signed: what stood before it is gone"
                                             : "it was not signed behind the line before it");
  if (head.after != (before.heads.empty() ? global_position{} : before.heads.back().position))
    throw heads_altered(path, number, "it does not begin where the head before it ends");
  if (!before.heads.empty() && head.log.id != before.heads.front().log.id)
    throw heads_altered(path, number, "it is of another log than the heads before it");
}

heads_read read_text(const std::string& path, std::string_view text, const checking_key& key) {
  heads_read read;
  sha256 hash;
  for (std::uint64_t number = 1;; ++number) {
    const std::size_t end = text.find('\n', read.whole);
    if (end == std::string_view::npos) break;
    const std::string_view line = text.substr(read.whole, end - read.whole);
    signed_head head = head_in(path, number, line);
    if (head.key != key.id()) throw other_key(path, number, head.key, key.id());
    if (!key.accepts(head.text(), head.signature))
      throw heads_altered(path, number, "its signature is not that of key " + key.id() + " for what stands there");
    must_follow(path, number, head, read);
    read.heads.push_back(std::move(head));
    read.lines.push_back(hash.of(line));
    read.whole = end + 1;
  }
  read.unfinished = text.size() - read.whole;
  return read;
}

/// Before a lock is made beside it.
void must_be_file(files& files, const std::string& path) {
  const std::optional<file_status> there = files.status(path);
  if (there && there->directory) throw file_error("add heads to", path, EISDIR);
  if (there && !there->regular) throw heads_not_a_file(path);
  must_not_belong_to_log(files, path);
}

/// Behind a whole head nothing but heads was ever written. In front of the first one may stand somebody's only copy of something.
bool may_be_unfinished(const heads_read& read, std::string_view text) {
  constexpr std::string_view begin = R"({"format":1,"log":")";
  const std::size_t common = std::min(begin.size(), text.size());
  return read.whole > 0 || text.substr(0, common) == begin.substr(0, common);
}

std::unique_ptr<file_lock> lock_of(files& files, const std::string& path) {
  must_be_file(files, path);
  try {
    lock_attempt attempt = files.try_lock(path + ".lock");
    if (!attempt.lock) throw heads_busy(path, attempt.holder_pid);
    return std::move(attempt.lock);
  } catch (const file_error& refused) {
    // There is no folder for either.
    if (refused.system_code != ENOENT && refused.system_code != ENOTDIR) throw;
    throw file_error("make", path, refused.system_code);
  }
}

}  // namespace

heads_read read_heads(files& files, const std::string& path, const checking_key& key) {
  const std::optional<std::string> text = files.read_whole(path, heads_bytes_max);
  if (!text) throw file_error("open", path, ENOENT);
  return read_text(path, *text, key);
}

heads_file::heads_file(files& files, std::string path, const signing_key& key)
    : files_(files), path_(std::move(path)), key_(key), lock_(lock_of(files_, path_)) {
  const std::optional<std::string> text = files_.read_whole(path_, heads_bytes_max);
  there_ = text.has_value();
  if (!text) return;
  read_ = read_text(path_, *text, key_.checking());
  if (read_.unfinished == 0) return;
  if (!may_be_unfinished(read_, *text)) throw heads_malformed(path_, 1, "it does not begin as a head does");
  cut_unfinished(*files_.open(path_, open_file::append));
}

/// In place: a file that takes the name of another one has another owner.
void heads_file::cut_unfinished(file& heads) {
  try {
    heads.cut(read_.whole);
  } catch (const file_error& refused) {
    if (refused.system_code == EPERM) throw heads_only_grow(path_);  // it is open for writing, and so may be written
    throw;
  }
  read_.unfinished = 0;
}

void heads_file::add(signed_head head) {
  head.key = key_.checking().id();
  head.previous = newest();
  head.signature = key_.sign(head.text());
  const std::string line = head.line() + "\n";
  const std::unique_ptr<file> opened = files_.open(path_, open_file::append);
  if (opened->size() > read_.whole) cut_unfinished(*opened);  // an attempt before this one found no room
  opened->write_at(read_.whole, std::as_bytes(std::span(line)));
  opened->sync();
  if (!there_) files_.sync_directory(directory_of(path_));
  there_ = true;
  read_.whole += line.size();
  read_.lines.push_back(sha256().of(std::string_view(line).substr(0, line.size() - 1)));
  read_.heads.push_back(std::move(head));
}

}  // namespace whence::inline v0::detail
