/// What can be wrong with a projection and its read model. The log is not touched by any of it.
#pragma once

#include <cstdint>
#include <exception>
#include <string>

#include <whence/core/error.hpp>
#include <whence/core/position.hpp>

namespace whence::inline v0 {

/// `projection.handler`: a projection could not handle an event. The page is rolled back; the model stays where it was.
struct projection_failed final : error {
  projection_failed(std::string projection, global_position position, std::string event_type,
                    const std::exception_ptr& cause);
  std::string projection;
  global_position position;
  std::string event_type;
};

/// `projection.create`: a projection could not create its tables. There is no model yet.
struct projection_not_created final : error {
  projection_not_created(std::string projection, const std::exception_ptr& cause);
  std::string projection;
};

/// `read_model.behind`: the model does not include the position that was asked for, and did not come to it in time.
struct read_model_behind final : error {
  read_model_behind(std::string model, global_position found, global_position wanted, std::string why);
  std::string model;
  global_position found;  ///< 0 also if there is no model yet
  global_position wanted;
};

/// `read_model.newer_version`: the model was built by a newer version of the projection. It is left as it is.
struct read_model_newer final : error {
  read_model_newer(std::string model, std::uint32_t found, std::uint32_t known);
  std::string model;
  std::uint32_t found;
  std::uint32_t known;
};

/// `read_model.damaged`: the file is no read model of this projection, or cannot be read any more.
struct read_model_damaged final : error {
  read_model_damaged(std::string model, std::string path, std::string why);
  std::string model;
  std::string path;
};

/// `token.other_epoch`: a token of another epoch than the log's: what it stands for may be gone.
struct token_of_other_epoch final : error {
  token_of_other_epoch(const token& token, std::uint64_t epoch);
  std::uint64_t found;
  std::uint64_t epoch;
};

}  // namespace whence::inline v0
