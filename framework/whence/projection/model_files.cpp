#include <algorithm>
#include <charconv>
#include <exception>
#include <utility>

#include <whence/projection/model_files.hpp>

namespace whence::inline v0 {

namespace {

constexpr std::string_view database_suffix = ".db";
constexpr std::string_view sidecars[] = {"", "-wal", "-shm"};

/// Takes a number without leading zeros and the dot behind it off the front.
template <class Number>
bool take_number(std::string_view& text, Number& number) {
  if (text.empty() || text[0] == '0') return false;
  const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (problem != std::errc{} || end == text.data() + text.size() || *end != '.') return false;
  text.remove_prefix(static_cast<std::size_t>(end - text.data()) + 1);
  return true;
}

}  // namespace

model_files::model_files(std::shared_ptr<files> files, std::string directory, std::string name, std::string like)
    : files_(std::move(files)), directory_(std::move(directory)), name_(std::move(name)), like_(std::move(like)) {}

/// From "order_summary.3.17.db", or the name of a file that goes with it.
std::optional<model_generation> model_files::parse(std::string_view file) const {
  if (!file.starts_with(name_ + ".")) return std::nullopt;
  std::string_view rest = file.substr(name_.size() + 1);
  model_generation found;
  if (!take_number(rest, found.version) || !take_number(rest, found.number)) return std::nullopt;
  for (const std::string_view sidecar : sidecars) {
    if (rest != std::string(database_suffix.substr(1)) + std::string(sidecar)) continue;
    found.path = path(std::string(file.substr(0, file.size() - sidecar.size())));
    return found;
  }
  return std::nullopt;
}

std::vector<model_generation> model_files::all() const {
  std::vector<model_generation> found;
  if (!files_->status(directory_)) return found;
  for (const std::string& file : files_->list(directory_)) {
    auto generation = parse(file);
    if (generation && std::ranges::find(found, *generation) == found.end()) found.push_back(std::move(*generation));
  }
  return found;
}

/// A generation may be swapped out and removed between being named and being looked at: then another one is named now.
std::optional<model_generation> model_files::current() const {
  for (std::string last;;) {
    const std::string named = named_current();
    if (named.empty() || named == last) return std::nullopt;
    auto generation = parse(named);
    if (!generation || generation->path != path(named)) return std::nullopt;
    generation = identified(std::move(*generation));
    if (generation->inode != 0) return generation;
    last = named;
  }
}

std::string model_files::named_current() const {
  constexpr std::size_t longest = 256;
  std::string named = files_->read_whole(path_of_current(), longest).value_or("");
  if (named.ends_with('\n')) named.pop_back();
  return named;
}

model_generation model_files::next(std::uint32_t version) const {
  std::uint64_t last = 0;
  for (const auto& generation : all()) last = std::max(last, generation.number);
  if (const auto serving = current()) last = std::max(last, serving->number);
  model_generation fresh{.version = version, .number = last + 1, .path = {}};
  fresh.path =
      path(name_ + "." + std::to_string(version) + "." + std::to_string(fresh.number) + std::string(database_suffix));
  return fresh;
}

void model_files::make(const model_generation& fresh) const {
  make_if_missing(*files_, fresh.path, access_of(*files_, like_));
}

void model_files::publish(const model_generation& built) const {
  files_->replace(path_of_current(), built.path.substr(directory_.size() + 1) + "\n");
}

void model_files::remove(const model_generation& unused) const {
  for (const std::string_view sidecar : sidecars) files_->remove(unused.path + std::string(sidecar));
}

void model_files::remove_leftovers(const std::optional<model_generation>& kept) const noexcept {
  try {
    for (const auto& generation : all()) {
      if (!kept || generation.path != kept->path) remove(generation);
    }
  } catch (const std::exception&) {
    // They are found again the next time.
  }
}

void model_files::make_directory() const {
  const auto there = files_->status(directory_);
  if (there && there->directory) return;
  if (const auto access = access_of(*files_, like_)) return files_->make_directory_for(directory_, *access);
  files_->make_directory(directory_);
}

std::unique_ptr<file_lock> model_files::try_lock() const {
  make_directory();
  return files_->try_lock(path(name_ + ".lock")).lock;
}

lock_attempt model_files::try_build_lock() const {
  make_directory();
  return files_->try_lock(path(name_ + ".build.lock"));
}

model_generation model_files::identified(model_generation created) const {
  const auto status = files_->status(created.path);
  created.inode = status ? status->inode : 0;
  return created;
}

}  // namespace whence::inline v0
