/// `log archive` and `log compact`, and how other commands show archives.
#pragma once

#include <span>
#include <string>

#include <whence/cli/command.hpp>
#include <whence/store/log_archive.hpp>

namespace whence::inline v0::cli {

std::span<const command> archive_commands();

/// "shop.db.archive.1, 10 events from #4 to #94, 24 kB"
std::string archive_text(const log_archive& archive);
std::string json_of_archive(const log_archive& archive);

}  // namespace whence::inline v0::cli
