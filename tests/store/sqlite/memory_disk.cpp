#include <tests/store/sqlite/memory_disk.hpp>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

namespace tests {

using kind = disk_change::kind;
using node = memory_disk::node;

memory_disk::memory_disk(const disk_image& content) {
  for (const auto& [name, bytes] : content) {
    auto made = std::make_shared<node>();
    made->number = next_file_++;
    made->bytes = bytes;
    files_.emplace(name, std::move(made));
  }
}

memory_disk::~memory_disk() = default;

void memory_disk::note(std::uint64_t number) {
  const std::lock_guard lock(mutex);
  changes_.push_back({.what = kind::note, .offset = number});
}

void memory_disk::fail(const disk_fault& fault) {
  const std::lock_guard lock(mutex);
  fault_ = fault;
  could_fail_ = failed_ = 0;
}

std::uint64_t memory_disk::could_fail() {
  const std::lock_guard lock(mutex);
  return could_fail_;
}

std::uint64_t memory_disk::failed() {
  const std::lock_guard lock(mutex);
  return failed_;
}

int memory_disk::next_error(bool takes_room) {
  if (fault_.no_room && !takes_room) return 0;
  ++could_fail_;
  if (fault_.first == 0 || could_fail_ < fault_.first || could_fail_ - fault_.first >= fault_.count) return 0;
  ++failed_;
  return fault_.no_room ? ENOSPC : EIO;
}

void memory_disk::limit(std::uint64_t bytes) {
  const std::lock_guard lock(mutex);
  limit_ = bytes;
}

std::optional<std::uint64_t> memory_disk::free_bytes() {
  const std::lock_guard lock(mutex);
  if (!limit_) return std::nullopt;
  return *limit_ - std::min(*limit_, used());
}

std::uint64_t memory_disk::used() const {
  std::uint64_t all = 0;
  for (const auto& [name, file] : files_) all += file->bytes.size();
  return all;
}

std::vector<disk_change> memory_disk::changes() {
  const std::lock_guard lock(mutex);
  return changes_;
}

disk_image memory_disk::content() {
  const std::lock_guard lock(mutex);
  disk_image now;
  for (const auto& [name, file] : files_) now.emplace(name, file->bytes);
  return now;
}

std::shared_ptr<node> memory_disk::find(const std::string& name) {
  const std::lock_guard lock(mutex);
  const auto found = files_.find(name);
  return found == files_.end() ? nullptr : found->second;
}

std::shared_ptr<node> memory_disk::open(const std::string& name, bool make, bool entry_is_synced_with_it, int& error) {
  const std::lock_guard lock(mutex);
  if (const auto found = files_.find(name); found != files_.end()) return found->second;
  error = make ? next_error(true) : ENOENT;
  if (error != 0) return nullptr;
  auto made = std::make_shared<node>();
  made->number = next_file_++;
  made->entry_is_synced_with_it = entry_is_synced_with_it;
  files_.emplace(name, made);
  changes_.push_back({.what = kind::create, .file = made->number, .name = name});
  return made;
}

std::size_t memory_disk::read(const node& from, std::uint64_t offset, char* into, std::size_t size) {
  const std::lock_guard lock(mutex);
  if (offset >= from.bytes.size()) return 0;
  const std::size_t there = std::min<std::size_t>(size, from.bytes.size() - offset);
  std::memcpy(into, from.bytes.data() + offset, there);
  return there;
}

int memory_disk::write(node& to, std::uint64_t offset, const char* from, std::size_t size) {
  const std::lock_guard lock(mutex);
  const std::uint64_t longer = offset + size - std::min<std::uint64_t>(offset + size, to.bytes.size());
  int error = to.number != 0 ? next_error(longer > 0) : 0;
  if (error != 0) size = fault_.half_done ? size / 2 : 0;
  if (error == 0 && to.number != 0 && longer > 0 && limit_ && used() + longer > *limit_) {
    error = ENOSPC;
    size -= std::min<std::size_t>(size, used() + longer - *limit_);
  }
  if (size == 0) return error;
  if (to.bytes.size() < offset + size) to.bytes.resize(offset + size);
  std::memcpy(to.bytes.data() + offset, from, size);
  if (to.number != 0)
    changes_.push_back({.what = kind::write, .file = to.number, .offset = offset, .bytes = {from, size}});
  return error;
}

int memory_disk::truncate(node& what, std::uint64_t size) {
  const std::lock_guard lock(mutex);
  if (what.number == 0) return 0;
  if (const int error = next_error(false); error != 0) return error;
  what.bytes.resize(size);
  changes_.push_back({.what = kind::truncate, .file = what.number, .offset = size});
  return 0;
}

int memory_disk::sync(node& what) {
  const std::lock_guard lock(mutex);
  if (what.number == 0) return 0;
  const int error = next_error(false);
  changes_.push_back({.what = error == 0 ? kind::sync : kind::failed_sync, .file = what.number});
  if (error != 0) return error;
  if (std::exchange(what.entry_is_synced_with_it, false)) changes_.push_back({.what = kind::sync_directory});
  return 0;
}

void memory_disk::rename(const std::string& from, const std::string& to) {
  const std::lock_guard lock(mutex);
  const auto found = files_.find(from);
  if (found == files_.end()) throw whence::file_error("rename", from, ENOENT);
  if (const auto replaced = files_.find(to); replaced != files_.end()) replaced->second->removed = true;
  files_[to] = std::move(found->second);
  files_.erase(from);
  changes_.push_back({.what = kind::rename, .name = from, .new_name = to});
}

bool memory_disk::remove(const std::string& name) {
  const std::lock_guard lock(mutex);
  const auto found = files_.find(name);
  if (found == files_.end()) return false;
  found->second->removed = true;
  files_.erase(found);
  changes_.push_back({.what = kind::remove, .name = name});
  return true;
}

void memory_disk::sync_directory() {
  const std::lock_guard lock(mutex);
  changes_.push_back({.what = kind::sync_directory});
}

bool memory_disk::try_lock(const std::string& name) {
  const std::lock_guard lock(mutex);
  return !std::exchange(locked_[name], true);
}

void memory_disk::unlock(const std::string& name) {
  const std::lock_guard lock(mutex);
  locked_[name] = false;
}

std::vector<std::string> memory_disk::names() {
  const std::lock_guard lock(mutex);
  std::vector<std::string> all;
  for (const auto& [name, file] : files_) all.push_back(name);
  return all;
}

// --- the log's own files ----------------------------------------------------------------------------------------------

namespace {

class open_file_on_disk final : public whence::file {
 public:
  open_file_on_disk(std::shared_ptr<memory_disk> disk, std::shared_ptr<node> what)
      : disk_(std::move(disk)), node_(std::move(what)) {}

  std::size_t read_at(std::uint64_t offset, std::span<std::byte> into) override {
    return disk_->read(*node_, offset, reinterpret_cast<char*>(into.data()), into.size());
  }
  void write_at(std::uint64_t offset, std::span<const std::byte> bytes) override {
    fail_if(disk_->write(*node_, offset, reinterpret_cast<const char*>(bytes.data()), bytes.size()), "write");
  }
  std::uint64_t size() override {
    const std::lock_guard lock(disk_->mutex);
    return node_->bytes.size();
  }
  void cut(std::uint64_t) override { throw whence::file_error("cut", "a file", ENOTSUP); }  // no log is made shorter
  void sync() override { fail_if(disk_->sync(*node_), "sync"); }

 private:
  static void fail_if(int error, std::string_view doing) {
    if (error != 0) throw whence::file_error(doing, "a file", error);
  }

  const std::shared_ptr<memory_disk> disk_;
  const std::shared_ptr<node> node_;
};

class lock_on_disk final : public whence::file_lock {
 public:
  lock_on_disk(std::shared_ptr<memory_disk> disk, std::string name) : disk_(std::move(disk)), name_(std::move(name)) {}
  ~lock_on_disk() override { disk_->unlock(name_); }

 private:
  const std::shared_ptr<memory_disk> disk_;
  const std::string name_;
};

class files_on_disk final : public whence::files {
 public:
  explicit files_on_disk(std::shared_ptr<memory_disk> disk) : disk_(std::move(disk)) {}

  std::unique_ptr<whence::file> open(const std::string& path, whence::open_file how) override {
    if (how == whence::open_file::fresh && disk_->find(path)) throw whence::file_error("open", path, EEXIST);
    const bool make = how == whence::open_file::create || how == whence::open_file::fresh;
    int error = 0;
    std::shared_ptr<node> opened = disk_->open(path, make, false, error);
    if (!opened) throw whence::file_error("open", path, error);
    return std::make_unique<open_file_on_disk>(disk_, std::move(opened));
  }
  whence::lock_attempt try_lock(const std::string& path) override {
    if (!disk_->try_lock(path)) return {nullptr, 1};
    return {std::make_unique<lock_on_disk>(disk_, path), 1};
  }
  std::optional<long> lock_holder(const std::string&) override { return std::nullopt; }
  std::optional<whence::file_status> status(const std::string& path) override {
    const std::shared_ptr<node> found = disk_->find(path);
    if (!found) return std::nullopt;
    const std::lock_guard lock(disk_->mutex);
    return whence::file_status{found->bytes.size(), found->number, false};
  }
  std::optional<std::uint64_t> free_bytes(const std::string&) override { return disk_->free_bytes(); }
  void rename(const std::string& from, const std::string& to) override { disk_->rename(from, to); }
  void rename_to_free(const std::string& from, const std::string& to) override {
    if (disk_->find(to)) throw whence::file_error("rename", from, EEXIST);
    disk_->rename(from, to);
  }
  bool remove(const std::string& path) override { return disk_->remove(path); }
  void make_directory(const std::string&) override {}
  void sync_directory(const std::string&) override { disk_->sync_directory(); }
  std::vector<std::string> list(const std::string& directory) override {
    std::vector<std::string> found;
    for (const std::string& name : disk_->names())
      if (whence::directory_of(name) == directory) found.push_back(name.substr(directory.size() + 1));
    return found;
  }

 private:
  const std::shared_ptr<memory_disk> disk_;
};

}  // namespace

std::shared_ptr<whence::files> memory_disk::files() { return std::make_shared<files_on_disk>(shared_from_this()); }

}  // namespace tests
