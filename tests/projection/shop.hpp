/// A folder of read models beside a log in memory, so that what is wrong with a file can be made by hand.
#pragma once

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <memory>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include <whence/core/guarded.hpp>
#include <whence/projection/read_model.hpp>

#include <tests/projection/ledger.hpp>
#include <tests/temporary_folder.hpp>

namespace ledger {

using namespace whence;
using namespace std::chrono_literals;
namespace fs = std::filesystem;

inline constexpr retry_policy hasty{.tries_max = 3, .pause_first = 1ms, .pause_max = 2ms};

/// A folder of models beside a log, and who works there.
struct shop {
  tests::temporary_folder folder;
  std::string directory = folder.file("models");
  account_book book;
  guarded<std::vector<std::exception_ptr>> reported;

  shop() {
    before_event = [](const event_context&) {};
    book.runtime.executor->on_report([this](std::exception_ptr failure) { reported.lock()->push_back(failure); });
  }
  ~shop() {
    before_event = [](const event_context&) {};
    book.runtime.executor->stop();
  }

  template <class Projection = Balances>
  std::shared_ptr<projection_runner> runner() {
    return runner<Projection>(book);
  }

  template <class Projection = Balances>
  std::shared_ptr<projection_runner> runner(account_book& on) {
    return projection_runner::make(
        detail::definition_of<Projection>, nullptr,
        {.log = on.log, .runtime = on.runtime, .models_directory = directory, .retry = hasty});
  }

  std::vector<std::string> files() const {
    std::vector<std::string> names;
    for (const auto& entry : fs::directory_iterator(directory)) names.push_back(entry.path().filename().string());
    std::ranges::sort(names);
    return names;
  }
  /// The databases only.
  std::vector<std::string> generations() const {
    auto names = files();
    std::erase_if(names, [](const std::string& name) { return !name.ends_with(".db"); });
    return names;
  }
  /// `sqlite3 .dump` of the current generation.
  std::string dump() const {
    std::string current;
    std::getline(std::ifstream(directory + "/balances.current"), current);
    const std::string command = "sqlite3 -readonly '" + directory + "/" + current + "' .dump";
    std::FILE* const pipe = ::popen(command.c_str(), "r");
    if (!pipe) throw std::runtime_error("no sqlite3");
    std::string text;
    char chunk[4096];
    while (const std::size_t got = std::fread(chunk, 1, sizeof chunk, pipe)) text.append(chunk, got);
    if (::pclose(pipe) != 0) throw std::runtime_error("sqlite3 failed");
    return text;
  }
};

inline std::string read(const std::shared_ptr<projection_runner>& runner) {
  return read_model(runner).read(whole_model);
}

template <class Condition>
bool eventually(Condition condition) {
  for (int turn = 0; turn < 10'000; ++turn) {
    if (condition()) return true;
    std::this_thread::sleep_for(1ms);
  }
  return false;
}

}  // namespace ledger
