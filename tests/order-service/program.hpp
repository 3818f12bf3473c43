/// Runs the order service within the test, and looks at what it leaves.
#pragma once

#include <sys/wait.h>

#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <sstream>
#include <stdexcept>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include <whence/store/log_source.hpp>

#include <cli/run.hpp>

#include "tests/environment.hpp"
#include "tests/places.hpp"
#include "tests/temporary_folder.hpp"

namespace program {

struct result {
  int exit = 0;
  std::string out;
  std::string err;

  nlohmann::json json() const { return nlohmann::json::parse(out); }
};

inline result run(const std::vector<std::string>& arguments) {
  std::ostringstream out, err;
  const int exit = shop::run(arguments, {out, err});
  return {exit, out.str(), err.str()};
}

inline std::string read_file(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

/// A folder with a shop in it.
class shop_folder {
 public:
  std::string store() const { return folder_.file("shop.db"); }
  std::string file(const std::string& name) const { return folder_.file(name); }
  std::string write(const std::string& name, const std::string& content) const {
    std::ofstream(file(name), std::ios::binary) << content;
    return file(name);
  }

  result run(std::vector<std::string> arguments) const {
    arguments.insert(arguments.begin(), {"--store", store()});
    return program::run(arguments);
  }
  /// A command line of a shell, in which $SHOP and $WHENCE are the programs.
  result shell(const std::string& line) const {
    const tests::environment_variable shop("SHOP", (places::programs() / "order-service").string());
    const tests::environment_variable whence("WHENCE", (places::programs() / "whence").string());
    const tests::environment_variable log("WHENCE_STORE", store());
    const int status = std::system(("(" + line + ") >'" + file("out") + "' 2>'" + file("err") + "'").c_str());
    return {WIFEXITED(status) ? WEXITSTATUS(status) : -1, read_file(file("out")), read_file(file("err"))};
  }
  nlohmann::json report() const { return run({"report", "-o", "json"}).json(); }

  /// The log's events, one a line, with everything but the time of recording.
  std::string log() const {
    std::string lines;
    const auto reader = whence::sqlite(store()).visit(whence::runtime::system());
    whence::global_position read_to;
    for (auto page = reader->read(read_to); !page.empty(); page = reader->read(read_to)) {
      for (const auto& event : page) {
        auto whole = whence::to_envelope(event);
        whole.recorded_at.reset();
        lines += whence::to_json(whole) + "\n";
      }
      read_to = page.scanned_to();
    }
    return lines;
  }

 private:
  tests::temporary_folder folder_;
};

/// The exit code of a shell command, in which the programs are found by their names.
inline int shell(const std::string& command) {
  const int status = std::system(("PATH='" + places::programs().string() + "':\"$PATH\"; " + command).c_str());
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

/// What the independent reckoning in Python makes of a file of sales.
inline nlohmann::json reckon(const std::string& file) {
  const std::string command =
      "python3 '" + (places::sources() / "tests/order-service/sales_oracle.py").string() + "' '" + file + "'";
  FILE* const pipe = popen(command.c_str(), "r");
  if (pipe == nullptr) throw std::runtime_error("cannot run " + command);
  std::string text;
  char block[65'536];
  while (const std::size_t bytes = std::fread(block, 1, sizeof block, pipe)) text.append(block, bytes);
  if (pclose(pipe) != 0) throw std::runtime_error("failed: " + command);
  return nlohmann::json::parse(text);
}

}  // namespace program
