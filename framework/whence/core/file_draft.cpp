#include <whence/core/file_draft.hpp>

#include <algorithm>
#include <cerrno>
#include <iterator>
#include <set>
#include <span>
#include <string_view>
#include <vector>

#include <unistd.h>

namespace whence::inline v0 {
namespace {

constexpr std::string_view end_of_draft = ".draft";
constexpr std::string_view end_of_lock = ".lock";
/// The lock is the last to go.
constexpr std::string_view ends_beside[] = {"-journal", "-wal", "-shm", end_of_lock};
/// Of the longest that a file system takes, this many are left for what is behind the name: "…-1.draft-journal".
constexpr std::size_t name_bytes_max = 255 - 48;
constexpr int drafts_max = 1'000;

std::string_view name_in(std::string_view path) { return path.substr(path.find_last_of('/') + 1); }

/// As much of the name as leaves room for the rest, and no half of a letter.
std::string beginning_of_drafts(const std::string& place) {
  const std::string_view name = name_in(place);
  std::size_t size = std::min(name.size(), name_bytes_max);
  while (size > 0 && size < name.size() && (static_cast<unsigned char>(name[size]) & 0xC0) == 0x80) --size;
  return std::string(name.substr(0, size)) + ".";
}

bool is_number(std::string_view text) {
  return !text.empty() && text.find_first_not_of("0123456789") == std::string_view::npos;
}

/// Whether it is "4182-1.draft", or that and the end of a file beside it.
bool is_of_draft(std::string_view rest) {
  const std::size_t dash = rest.find('-');
  const std::size_t end = rest.find(end_of_draft);
  if (dash == std::string_view::npos || end == std::string_view::npos || end < dash) return false;
  if (!is_number(rest.substr(0, dash)) || !is_number(rest.substr(dash + 1, end - dash - 1))) return false;
  const std::string_view behind = rest.substr(end + end_of_draft.size());
  return behind.empty() || std::ranges::find(ends_beside, behind) != std::end(ends_beside);
}

/// Without what stands behind ".draft".
std::string draft_in(std::string_view name, std::size_t behind) {
  return std::string(name.substr(0, name.find(end_of_draft, behind) + end_of_draft.size()));
}

}  // namespace

bool is_name_of_draft(const std::string& path) {
  std::string_view name = name_in(path);
  for (std::size_t dot = name.find('.'); dot != std::string_view::npos; dot = name.find('.', dot + 1))
    if (is_of_draft(name.substr(dot + 1))) return true;
  return false;
}

file_draft::file_draft(files& files, const std::string& to, const std::optional<file_access>& access)
    : files_(files), place_(files.behind_links(to)) {
  if (is_name_of_draft(place_)) throw file_error("make, under a name that drafts have,", place_, EEXIST);
  try {
    remove_leftovers();
    begin(access);
  } catch (const file_error& failure) {
    throw file_error("make", place_, failure.system_code);
  }
}

file_draft::~file_draft() {
  if (!path_.empty() && lock_) remove_draft(path_);
}

void file_draft::begin(const std::optional<file_access>& access) {
  const std::string folder = place_.substr(0, place_.find_last_of('/') + 1);
  const std::string pid = std::to_string(::getpid());
  for (int number = 1; !lock_; ++number) {
    path_ = folder + beginning_of_drafts(place_) + pid + "-" + std::to_string(number) + std::string(end_of_draft);
    const std::string lock = path_ + std::string(end_of_lock);
    try {
      const std::string line = pid + "\n";
      files_.open(lock, open_file::fresh)->write_at(0, std::as_bytes(std::span(line)));
    } catch (const file_error& taken) {
      if (taken.system_code == EEXIST && number < drafts_max) continue;
      if (taken.system_code != EEXIST) files_.remove(lock);  // made, and not written
      throw;
    }
    lock_ = files_.try_lock(lock).lock;
    // Whoever came between the two took it for left over, and removed it.
    if (lock_ && !files_.status(lock)) lock_.reset();
    if (lock_ && !is_free(path_)) {
      files_.remove(lock);
      lock_.reset();
    }
  }
  try {
    static_cast<void>(access ? files_.make(path_, *access) : files_.open(path_, open_file::fresh));
  } catch (const file_error&) {
    remove_draft(path_);
    throw;
  }
}

void file_draft::remove_leftovers() {
  std::vector<std::string> names;
  try {
    names = files_.list(directory_of(place_));
  } catch (const file_error&) {
    return;  // a folder may let files be made and not be read
  }
  const std::string beginning = beginning_of_drafts(place_);
  const std::string folder = place_.substr(0, place_.find_last_of('/') + 1);
  std::set<std::string> drafts;
  for (const std::string& name : names)
    if (name.starts_with(beginning) && is_of_draft(std::string_view(name).substr(beginning.size())))
      drafts.insert(folder + draft_in(name, beginning.size()));
  for (const std::string& draft : drafts) {
    try {
      remove_if_left_over(draft);
    } catch (const file_error&) {
      // What cannot be looked at, or has no lock beside it but another file, stays: it is in nobody's way.
    }
  }
}

void file_draft::remove_if_left_over(const std::string& draft) {
  const std::string lock = draft + std::string(end_of_lock);
  if (!files_.status(lock)) return;
  const lock_attempt attempt = files_.try_lock(lock);
  if (!attempt.lock) {
    rival_ = attempt.holder_pid;
    return;
  }
  // Another one may have removed it meanwhile, and its name may be somebody's again.
  if (files_.status(lock) && files_.lock_holder(lock).value_or(::getpid()) == ::getpid()) remove_draft(draft);
}

bool file_draft::is_free(const std::string& draft) {
  const auto is_there = [&](std::string_view end) {
    return end != end_of_lock && files_.status(draft + std::string(end)).has_value();
  };
  return !is_there("") && std::ranges::none_of(ends_beside, is_there);
}

void file_draft::remove_draft(const std::string& draft) noexcept {
  const auto remove = [this, &draft](std::string_view end) {
    try {
      files_.remove(draft + std::string(end));
    } catch (const file_error&) {
      // It is known for what it is, and in nobody's way.
    }
  };
  remove("");
  for (const std::string_view end : ends_beside) remove(end);
}

void file_draft::publish() { take_name(false); }

void file_draft::replace() { take_name(true); }

void file_draft::take_name(bool replacing) {
  try {
    files_.open(path_, open_file::write)->sync();
    if (const std::optional<file_status> own = files_.status(path_)) inode_ = own->inode;
    if (replacing) {
      files_.rename(path_, place_);
    } else {
      files_.rename_to_free(path_, place_);
    }
    has_name_ = true;
    files_.sync_directory(directory_of(place_));
  } catch (const file_error& failure) {
    if (!replacing) withdraw();
    throw file_error(replacing && has_name_ ? "make durable" : "make", place_, failure.system_code);
  }
  remove_draft(path_);
  lock_.reset();
}

void file_draft::withdraw() noexcept {
  try {
    const std::optional<file_status> there = files_.status(place_);
    if (inode_ != 0 && there && there->inode == inode_) files_.remove(place_);
    inode_ = 0;
    has_name_ = false;
  } catch (const file_error&) {
    // What went wrong first is told.
  }
}

}  // namespace whence::inline v0
