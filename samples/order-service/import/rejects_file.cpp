#include <import/rejects_file.hpp>

#include <cerrno>
#include <span>
#include <utility>

#include <domain/text.hpp>

namespace shop {
namespace {

constexpr std::size_t buffer_bytes = 1u << 16;

std::string quoted(std::string_view text) {
  std::string field = "\"";
  for (const char character : readable(text)) {
    if (character == '"') field += '"';
    field += character;
  }
  return field += '"';
}

}  // namespace

rejects_file::rejects_file(std::string path)
    : files_(whence::system_files()), path_(std::move(path)), partial_(path_ + ".partial") {
  if (const auto there = files_->status(path_); there && there->directory)
    throw whence::file_error("replace", path_, EISDIR);
  files_->remove(partial_);  // of an import that was killed
  file_ = files_->open(partial_, whence::open_file::fresh);
  write("line,reason,record\n");
}

rejects_file::~rejects_file() {
  if (!file_) return;
  file_.reset();
  try {
    files_->remove(partial_);
  } catch (const whence::file_error&) {
    // It is named for what it is, and the next import removes it.
  }
}

void rejects_file::add(const rejected_record& rejected) {
  write(std::to_string(rejected.line).append(",").append(rejected.reason).append(",") + quoted(rejected.text) + "\n");
}

void rejects_file::finish() {
  flush();
  file_->sync();
  files_->rename(partial_, path_);
  file_.reset();
  files_->sync_directory(whence::directory_of(path_));
}

void rejects_file::write(std::string_view text) {
  buffer_ += text;
  if (buffer_.size() >= buffer_bytes) flush();
}

void rejects_file::flush() {
  file_->write_at(written_, std::as_bytes(std::span(buffer_)));
  written_ += buffer_.size();
  buffer_.clear();
}

}  // namespace shop
