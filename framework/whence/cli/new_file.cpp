#include <whence/cli/new_file.hpp>
#include <whence/store/log_source.hpp>

#include <cerrno>
#include <span>

namespace whence::inline v0::cli {
namespace {

std::string free_place(files& files, std::string path) {
  must_not_belong_to_log(files, path);
  if (files.status(path)) throw file_error("make", path, EEXIST);
  return path;
}

}  // namespace

new_file::new_file(files& files, const std::string& path, const std::optional<file_access>& access)
    : draft_(files, free_place(files, path), access), file_(files.open(draft_.path(), open_file::write)) {}

void new_file::write(std::string_view bytes) {
  try {
    file_->write_at(size_, std::as_bytes(std::span(bytes)));
  } catch (const file_error& failure) {
    throw file_error("write", draft_.place(), failure.system_code);
  }
  size_ += bytes.size();
}

void new_file::finish() { draft_.publish(); }

}  // namespace whence::inline v0::cli
