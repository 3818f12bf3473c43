/// Opens read models for reading: one snapshot, with the checkpoint that it stands at.
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include <whence/core/guarded.hpp>
#include <whence/projection/detail/definition.hpp>
#include <whence/projection/model_files.hpp>
#include <whence/projection/model_snapshot.hpp>
#include <whence/sql/database.hpp>
#include <whence/subscription/checkpoint.hpp>

namespace whence::inline v0 {

/// Threads  any.
/// Limits   keeps up to four idle connections to the current generation.
/// Throws   read_model_newer; read_model_damaged; sql_error.
class model_reader : public std::enable_shared_from_this<model_reader> {
 public:
  model_reader(const detail::projection_definition& definition, std::shared_ptr<const model_files> files);
  ~model_reader();

  /// The current generation; null if there is none of this version yet.
  std::unique_ptr<model_snapshot> open();

 private:
  struct connection;
  class snapshot;
  struct pool {
    std::optional<model_generation> generation;
    std::vector<std::unique_ptr<connection>> idle;
  };

  std::unique_ptr<connection> take(const model_generation& current);
  void give_back(std::unique_ptr<connection> used) noexcept;

  const detail::projection_definition& definition_;
  const std::shared_ptr<const model_files> files_;
  guarded<pool> pool_;
};

}  // namespace whence::inline v0
