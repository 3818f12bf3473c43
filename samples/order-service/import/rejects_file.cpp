#include <import/rejects_file.hpp>

#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <span>
#include <system_error>
#include <utility>

#include <whence/store/log_errors.hpp>
#include <whence/store/log_source.hpp>

#include <domain/text.hpp>

namespace shop {
namespace {

constexpr std::size_t buffer_bytes = 1u << 16;
constexpr std::string_view title = "line,reason,record\n";

std::string quoted(std::string_view text) {
  std::string field = "\"";
  for (const char character : readable(text)) {
    if (character == '"') field += '"';
    field += character;
  }
  return field += '"';
}

/// Where the path leads, over all links, also when it names nothing yet.
std::filesystem::path real(const std::string& path) {
  std::error_code error;
  const auto found = std::filesystem::weakly_canonical(std::filesystem::absolute(path), error);
  return error ? std::filesystem::path(path) : found;
}

/// The log's own file, one beside it, or what lies in a folder beside it: "shop.db", "shop.db-wal", "shop.db.models/…".
bool belongs_to(const std::filesystem::path& log, const std::filesystem::path& file) {
  const std::string& name = file.native();
  if (!name.starts_with(log.native())) return false;
  return name.size() == log.native().size() || name[log.native().size()] == '-' || name[log.native().size()] == '.';
}

/// A file of the log under another name.
bool is_linked_to(const std::filesystem::path& log, const std::filesystem::path& file) {
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator(log.parent_path(), error))
    if (belongs_to(log, entry.path()) && std::filesystem::equivalent(entry.path(), file, error)) return true;
  return false;
}

/// A file that this program has open: what the shell redirected to it, by the name that it has or as /dev/stdout.
bool is_open_here(const std::string& path) {
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator("/proc/self/fd", error))
    if (std::filesystem::equivalent(entry.path(), path, error)) return true;
  return false;
}

/// It has the title of such a file, or nothing in it.
bool is_of_rejects(const std::string& path) {
  const auto opened = whence::system_files()->open(path, whence::open_file::read);
  std::string begin(title.size(), '\0');
  begin.resize(opened->read_at(0, std::as_writable_bytes(std::span(begin))));
  return begin.empty() || begin == title;
}

bool belongs_to_some_log(const std::string& path) {
  try {
    whence::must_not_belong_to_log(*whence::system_files(), path);
    return false;
  } catch (const whence::log_name_taken&) {
    return true;
  }
}

}  // namespace

std::optional<std::string> reason_against_rejects(const std::string& path, const std::string& sales,
                                                  const std::string& store) {
  if (path.ends_with('/')) return "a name that ends with / is a folder's, and they are one file";
  std::error_code error;
  const std::filesystem::path place = real(path), log = real(store);
  if (place == real(sales) || std::filesystem::equivalent(path, sales, error)) return "it is the file of sales itself";
  if (belongs_to(log, place) || belongs_to(std::filesystem::absolute(store).lexically_normal(), place) ||
      is_linked_to(log, place))
    return "names that begin with " + store + " belong to the log";
  const auto there = std::filesystem::status(path, error);
  if (std::filesystem::exists(there) && !std::filesystem::is_regular_file(there))
    return "it is there, and no regular file that could be replaced";
  if (belongs_to_some_log(place.string())) return "that name belongs to another log";
  if (std::filesystem::exists(there) && !is_of_rejects(place.string()))
    return "something else is there, and no list of rejected records that could be replaced";
  if (is_open_here(path)) return "this command's own input or output is redirected to it";

  const std::string folder = whence::directory_of(place.string());
  if (::access(folder.c_str(), W_OK | X_OK) != 0) throw whence::file_error("write into", folder, errno);
  if (!std::filesystem::is_directory(folder, error)) throw whence::file_error("write into", folder, ENOTDIR);
  return std::nullopt;
}

rejects_file::rejects_file(const std::string& path) : files_(whence::system_files()), path_(real(path).string()) {
  constexpr int names_max = 1'000;
  for (int number = 1; file_ == nullptr; ++number) {
    partial_ = path_ + ".partial" + (number == 1 ? "" : "-" + std::to_string(number));
    try {
      file_ = files_->open(partial_, whence::open_file::fresh);
    } catch (const whence::file_error& taken) {
      if (taken.system_code != EEXIST || number == names_max) throw;
    }
  }
  write(title);
}

rejects_file::~rejects_file() {
  if (!file_) return;
  file_.reset();
  try {
    files_->remove(partial_);
  } catch (const whence::file_error&) {
    // It is named for what it is.
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
