/// `whence projection …`
#pragma once

#include <span>

#include <whence/cli/command.hpp>
#include <whence/cli/failure.hpp>
#include <whence/cli/item_list.hpp>
#include <whence/cli/model_standing.hpp>
#include <whence/cli/session.hpp>

namespace whence::inline v0::cli {

std::span<const command> projection_commands();

/// `projection.missing`: no read model of that name lies beside the log; these do.
not_in_log no_model(const std::string& wanted, const std::vector<model_standing>& models);

/// A read model, and how fast it comes on.
struct shown_model {
  const model_standing* standing = nullptr;
  std::optional<double> rate;          ///< events a second, since it was looked at before
  std::optional<double> seconds_left;  ///< until it has caught up; infinite: the log grows faster
};

/// Says of each model that cannot be read, or is none of this log, what is wrong with it.
void report_problems(const model_standings& found, session& session);
/// Only that the folder of the models cannot be listed, if it is so.
void report_unreadable_folder(const model_standings& found, session& session);

std::span<const item_column<shown_model>> model_columns();
std::string json_of_model(const shown_model& model);

}  // namespace whence::inline v0::cli
