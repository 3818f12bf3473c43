/// The files of one read model:
///
///     <directory>/<name>.<version>.<generation>.db      a database, with its -wal and -shm
///     <directory>/<name>.current                         the file name of the generation that serves
///     <directory>/<name>.lock                            held by whoever writes the generation that serves, or replaces it
///     <directory>/<name>.build.lock                      held by whoever builds a generation
///
/// A generation is written under a number of its own and becomes the current one by one rename: nobody ever sees half of it.
/// Numbers grow, whatever the version. All but the current one, and the one that is being built, are leftovers.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <whence/core/files.hpp>

namespace whence::inline v0 {

struct model_generation {
  std::uint32_t version = 0;
  std::uint64_t number = 0;
  std::string path;
  std::uint64_t inode = 0;  ///< the file that the path named; 0 if nobody looked
  friend bool operator==(const model_generation&, const model_generation&) = default;
};

/// Threads  any.
/// Throws   file_error.
class model_files {
 public:
  /// `like`: a file; whoever may read that one may read what is made here. Empty: whom the umask lets.
  model_files(std::shared_ptr<files> files, std::string directory, std::string name, std::string like = {});

  const std::string& name() const noexcept { return name_; }

  /// What `.current` says: the name of a file, if all is well. Empty if there is none.
  std::string named_current() const;

  /// The generation that serves. Nothing if there is none, or its file is gone.
  std::optional<model_generation> current() const;

  /// Those of which there is any file, in no order.
  std::vector<model_generation> all() const;

  /// A generation that does not exist yet. Only for the holder of the build lock.
  model_generation next(std::uint32_t version) const;

  /// Makes its file, empty. Only for the holder of the build lock.
  void make(const model_generation& fresh) const;

  /// Makes it the current one, durably. Only for the holder of the lock.
  void publish(const model_generation& built) const;

  void remove(const model_generation& unused) const;
  /// Removes all generations but these. Only for the holder of the build lock. What cannot be removed stays a leftover.
  void remove_leftovers(const std::optional<model_generation>& kept) const noexcept;

  /// Null: somebody else has it. The directory is made if it is missing.
  std::unique_ptr<file_lock> try_lock() const;
  lock_attempt try_build_lock() const;

  std::string path_of_current() const { return path(name_ + ".current"); }

  /// True while somebody builds a generation. Touches no lock.
  bool is_building() const { return files_->lock_holder(path(name_ + ".build.lock")).has_value(); }

  /// The same, with the file that its path names now.
  model_generation identified(model_generation created) const;

 private:
  std::string path(const std::string& file) const { return directory_ + "/" + file; }
  void make_directory() const;
  std::optional<model_generation> parse(std::string_view file) const;

  std::shared_ptr<files> files_;
  std::string directory_;
  std::string name_;
  std::string like_;
};

}  // namespace whence::inline v0
