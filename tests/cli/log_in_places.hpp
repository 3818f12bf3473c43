/// A log in a file with whatever a log can have in it, and other places for it, each with commands that look at it.
#pragma once

#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <string>
#include <utility>

#include <whence/store/log_source.hpp>

#include <tests/cli/console.hpp>
#include <tests/cli/shop_log.hpp>
#include <tests/temporary_folder.hpp>

namespace tests {

class log_in_places {
 public:
  /// With the shop's nine events, and twelve that are hard to write down.
  log_in_places() {
    console made(whence::sqlite(path("shop.db")), shop_runtime());
    fill_shop(*made.log, made.around.runtime);
    add_hard_events(*made.log);
  }

  std::string path(const std::string& name) const { return folder_.file(name); }
  bool has(const std::string& name) const { return std::filesystem::exists(path(name)); }

  /// Runs a command in the folder, on the log `store` there.
  ran run(const std::string& store, const std::string& line, int interrupted_at_wait = 1) const {
    return run_on_input(store, line, {}, interrupted_at_wait);
  }
  /// The same, and `bytes` come on standard input.
  ran run_on_input(const std::string& store, const std::string& line, const std::string& bytes,
                   int interrupted_at_wait = 1) const {
    console commands(whence::memory(), shop_runtime());
    commands.input(bytes);
    commands.around.directory = folder_.path().string();
    commands.around.store_at = [this](const std::string& name) { return whence::sqlite(path(name)); };
    commands.interrupted.waits = interrupted_at_wait;
    ran said = commands.with("WHENCE_STORE", store).run(line);
    const std::string place = path("");
    for (std::string* const text : {&said.out, &said.err}) {
      for (std::size_t at; (at = text->find(place)) != std::string::npos;) text->erase(at, place.size());
    }
    return said;
  }

  std::string exported(const std::string& store, const std::string& form = "events") const {
    return run(store, "export --as " + form).out;
  }

  void write(const std::string& name, const std::string& bytes) const {
    std::ofstream(path(name), std::ios::binary | std::ios::trunc) << bytes;
  }
  std::string content(const std::string& name) const {
    std::ifstream in(path(name), std::ios::binary);
    return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
  }

  whence::global_position head(const std::string& store) const {
    return whence::sqlite(path(store)).visit(shop_runtime())->head();
  }
  /// The log itself, to append to.
  std::unique_ptr<whence::log> open(const std::string& store) const {
    return whence::sqlite(path(store)).open(shop_runtime());
  }

 private:
  static void add_hard_events(whence::log& log);

  temporary_folder folder_;
};

}  // namespace tests
