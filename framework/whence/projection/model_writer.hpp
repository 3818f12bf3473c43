/// Keeps the current generation of a read model up to date, or builds the first one.
#pragma once

#include <memory>
#include <mutex>
#include <optional>
#include <utility>

#include <whence/projection/model_build.hpp>
#include <whence/projection/model_database.hpp>
#include <whence/projection/model_files.hpp>
#include <whence/subscription/subscription_handler.hpp>

namespace whence::inline v0 {

/// The right to write one read model, for everybody in this process who works at it: other processes are kept out by the lock
/// file, and one writes at a time. Threads: any.
class model_right {
 public:
  explicit model_right(std::shared_ptr<const model_files> files) : files_(std::move(files)) {}

  /// Holds the lock file as long as one of the results lives. Throws subscription_busy: another process has it.
  std::shared_ptr<file_lock> hold();

  /// Held during a batch, and while another generation is swapped in.
  std::mutex& writing() noexcept { return writing_; }

 private:
  const std::shared_ptr<const model_files> files_;
  std::mutex writing_;
  std::mutex holding_;
  std::weak_ptr<file_lock> held_;
};

/// Order     looks at the current generation and rereads its checkpoint before each batch: whoever else wrote the model
///           meanwhile (a visitor, a rebuild) makes it go on from there.
/// Owns      the right to write from `load` to `let_go`; the connection, which it uses in between only.
/// Again     a model that is missing, or of an older version, is built from the beginning, beside the old one.
class model_writer final : public subscription_handler {
 public:
  model_writer(const detail::projection_definition& definition, std::shared_ptr<const model_files> files,
               std::shared_ptr<model_right> right);
  /// Copies the -wal into the file if it can have the right to.
  ~model_writer() override;

  checkpoint load() override;
  void handle(const event_page& page, const checkpoint& reached) override;
  void at_head() override;
  bool is_seen() const override { return !build_; }
  void let_go() noexcept override;

 private:
  bool is_mine(const std::optional<model_generation>& current) const;
  void open(const model_generation& current);

  const detail::projection_definition& definition_;
  const std::shared_ptr<const model_files> files_;
  const std::shared_ptr<model_right> right_;

  std::shared_ptr<file_lock> held_;
  std::optional<model_generation> generation_;
  std::optional<model_database> database_;
  std::unique_ptr<model_build> build_;  // instead of the two above
  checkpoint at_;
};

}  // namespace whence::inline v0
