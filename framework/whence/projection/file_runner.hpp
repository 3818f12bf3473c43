/// A projection whose read model is a database file.
#pragma once

#include <memory>

#include <whence/projection/model_files.hpp>
#include <whence/projection/model_reader.hpp>
#include <whence/projection/model_writer.hpp>
#include <whence/projection/runner.hpp>

namespace whence::inline v0 {

class file_runner final : public projection_runner {
 public:
  file_runner(const detail::projection_definition& definition, projection_ground ground);

 protected:
  std::shared_ptr<subscription_handler> make_writer() override;
  std::shared_ptr<rebuilding> make_rebuilding() override;
  std::unique_ptr<model_snapshot> try_snapshot() override { return reader_->open(); }

 private:
  class file_rebuilding;

  const std::shared_ptr<const model_files> files_;
  const std::shared_ptr<model_right> right_;
  const std::shared_ptr<model_reader> reader_;
};

}  // namespace whence::inline v0
