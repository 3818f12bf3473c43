#include <whence/cli/new_file.hpp>

#include <unistd.h>

#include <cerrno>
#include <span>
#include <utility>

namespace whence::inline v0::cli {

new_file::new_file(files& files, std::string path)
    : files_(files), path_(std::move(path)), part_(path_ + "." + std::to_string(::getpid()) + ".partial") {
  must_be_free();
  try {
    files_.remove(part_);  // of a process that was killed, and had this number
    file_ = files_.open(part_, open_file::fresh);
  } catch (const file_error& failure) {
    throw file_error("make", path_, failure.system_code);
  }
}

new_file::~new_file() {
  if (!file_) return;
  file_.reset();
  try {
    files_.remove(part_);
  } catch (const file_error&) {  // what went wrong first is told
  }
}

void new_file::must_be_free() const {
  if (files_.status(path_)) throw file_error("make", path_, EEXIST);
}

void new_file::write(std::string_view bytes) {
  file_->write_at(size_, std::as_bytes(std::span(bytes)));
  size_ += bytes.size();
}

void new_file::finish() {
  file_->sync();
  must_be_free();  // it may have come meanwhile
  files_.rename(part_, path_);
  file_.reset();
  files_.sync_directory(directory_of(path_));
}

}  // namespace whence::inline v0::cli
