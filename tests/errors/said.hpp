/// What a program prints of an error that something really ends with: the whole text, to be compared as it stands.
#pragma once

#include <unistd.h>

#include <exception>
#include <fstream>
#include <functional>
#include <iterator>
#include <optional>
#include <regex>
#include <string>

#include <whence.hpp>
#include <whence/cli/exit_code.hpp>

#include <tests/in_child.hpp>
#include <tests/temporary_folder.hpp>

namespace tests {

/// A folder that errors may name, and what a program called `app` prints of them.
class scene {
 public:
  std::string file(const std::string& name) const { return folder_.file(name); }

  void write(const std::string& name, const std::string& bytes) const {
    std::ofstream(file(name), std::ios::binary) << bytes;
  }
  std::string read(const std::string& name) const {
    std::ifstream in(file(name), std::ios::binary);
    return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
  }

  /// Made when it is first asked for: before that, this process has no threads, and may fork.
  const whence::runtime& runtime() const {
    if (!runtime_) runtime_ = whence::runtime::system();
    return *runtime_;
  }

  /// What differs from run to run is taken out: the folder, this process's id, ids, hashes.
  std::string text_of(const whence::error& failure) const {
    static const std::regex id("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}");
    static const std::regex hash("[0-9a-f]{32}");
    std::string text = whence::failure_text("app", failure);
    replace_all(text, folder_.path().string() + "/", "");
    replace_all(text, "process " + std::to_string(::getpid()), "process 4182");
    return std::regex_replace(std::regex_replace(text, id, "<id>"), hash, "<hash>");
  }

  /// What `action` ends with.
  template <class Action>
  std::string says(Action&& action) const {
    try {
      action();
    } catch (const whence::error& failure) {
      return text_of(failure);
    }
    return "nothing was wrong";
  }

  /// The same in a process of its own, to which `limit` does something first.
  std::string says_in_child(const std::function<void()>& limit, const std::function<void()>& action) const {
    std::ofstream report(file("said"));
    in_child([&] {
      limit();
      report << says(action) << std::flush;
      return 0;
    });
    return read("said");
  }

 private:
  static void replace_all(std::string& text, const std::string& found, const std::string& by) {
    for (std::size_t at = text.find(found); at != std::string::npos; at = text.find(found, at + by.size()))
      text.replace(at, found.size(), by);
  }

  temporary_folder folder_;
  mutable std::optional<whence::runtime> runtime_;
};

}  // namespace tests
