/// A small shop's log in a folder, in which commands work.
#pragma once

#include <filesystem>

#include <whence/store/log_source.hpp>

#include <tests/cli/console.hpp>
#include <tests/cli/shop_log.hpp>
#include <tests/temporary_folder.hpp>

namespace tests {

/// Nine events, which nobody holds.
struct closed_shop {
  closed_shop() {
    std::filesystem::current_path(folder.path());
    fill_shop(*reader.log, reader.around.runtime);
    reader.log->close();
  }

  temporary_folder folder;
  console reader{whence::sqlite(folder.file("shop.db")), shop_runtime()};
};

}  // namespace tests
