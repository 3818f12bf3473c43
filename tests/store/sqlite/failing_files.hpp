/// The system's files, of which one call fails: the n-th that changes or syncs something, with EIO, before anything is done.
#pragma once

#include <cerrno>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include <whence/core/files.hpp>

namespace tests {

class failing_files final : public whence::files {
 public:
  /// `fails`: which call, from 1 on.
  explicit failing_files(std::uint64_t fails) : fails_(fails) {}

  std::optional<std::uint64_t> free = {};  ///< room on the disk; nothing: what the system says

  bool has_failed() const noexcept { return calls_ >= fails_; }

  std::unique_ptr<whence::file> open(const std::string& path, whence::open_file how) override {
    if (how == whence::open_file::read) return system_->open(path, how);
    if (how != whence::open_file::write) count("make", path);
    return std::make_unique<counted>(system_->open(path, how), *this, path);
  }
  std::unique_ptr<whence::file> make(const std::string& path, const whence::file_access& access) override {
    count("make", path);
    return std::make_unique<counted>(system_->make(path, access), *this, path);
  }
  whence::lock_attempt try_lock(const std::string& path) override { return system_->try_lock(path); }
  std::optional<std::uint64_t> free_bytes(const std::string& path) override {
    return free ? free : system_->free_bytes(path);
  }
  std::optional<long> lock_holder(const std::string& path) override { return system_->lock_holder(path); }
  std::optional<whence::file_status> status(const std::string& path) override { return system_->status(path); }
  void rename(const std::string& from, const std::string& to) override {
    count("rename", from);
    system_->rename(from, to);
  }
  void rename_to_free(const std::string& from, const std::string& to) override {
    count("rename", from);
    system_->rename_to_free(from, to);
  }
  std::string behind_links(const std::string& path) override { return system_->behind_links(path); }
  bool remove(const std::string& path) override {
    count("remove", path);
    return system_->remove(path);
  }
  void make_directory(const std::string& path) override { system_->make_directory(path); }
  void sync_directory(const std::string& path) override {
    count("sync", path);
    system_->sync_directory(path);
  }
  std::vector<std::string> list(const std::string& directory) override { return system_->list(directory); }

 private:
  class counted final : public whence::file {
   public:
    counted(std::unique_ptr<whence::file> inner, failing_files& all, std::string path)
        : inner_(std::move(inner)), all_(all), path_(std::move(path)) {}
    std::size_t read_at(std::uint64_t offset, std::span<std::byte> into) override {
      return inner_->read_at(offset, into);
    }
    void write_at(std::uint64_t offset, std::span<const std::byte> bytes) override {
      all_.count("write", path_);
      inner_->write_at(offset, bytes);
    }
    std::uint64_t size() override { return inner_->size(); }
    void cut(std::uint64_t size) override {
      all_.count("cut", path_);
      inner_->cut(size);
    }
    void sync() override {
      all_.count("sync", path_);
      inner_->sync();
    }

   private:
    const std::unique_ptr<whence::file> inner_;
    failing_files& all_;
    const std::string path_;
  };

  void count(const char* doing, const std::string& path) {
    if (++calls_ == fails_) throw whence::file_error(doing, path, EIO);
  }

  const std::shared_ptr<whence::files> system_ = whence::system_files();
  const std::uint64_t fails_;
  std::uint64_t calls_ = 0;
};

}  // namespace tests
