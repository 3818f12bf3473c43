/// A folder of contracts as tests see it: what is in it, and what a check says of it.
#pragma once

#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include <whence/contracts/released_contracts.hpp>

#include <tests/temporary_folder.hpp>

namespace tests {

/// A folder of contracts, released into and checked.
class schema_folder {
 public:
  std::string path() const { return folder_.file("schemas"); }
  std::string file(const std::string& name) const { return path() + "/" + name; }

  std::string read(const std::string& name) const {
    std::ifstream in(file(name), std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
  }
  void write(const std::string& name, const std::string& content) const {
    std::filesystem::create_directories(std::filesystem::path(file(name)).parent_path());
    std::ofstream(file(name), std::ios::binary) << content;
  }
  /// Every file, with what is in it.
  std::map<std::string, std::string> all() const {
    std::map<std::string, std::string> files;
    if (!std::filesystem::exists(path())) return files;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(path()))
      if (entry.is_regular_file()) {
        const std::string name = std::filesystem::relative(entry.path(), path()).string();
        files[name] = read(name);
      }
    return files;
  }

  std::vector<whence::released_contract> release(const whence::event_contracts& contracts,
                                                 whence::release_mode mode = whence::release_mode::write) const {
    return whence::release_contracts(contracts, path(), mode);
  }
  /// "unreleased Deposited 1 : has no contract yet", with files as they are called in the folder.
  std::vector<std::string> check(const whence::event_contracts& contracts) const {
    std::vector<std::string> found;
    for (const whence::contract_finding& one : whence::check_contracts(contracts, path())) {
      CHECK(!one.remedy.empty());
      found.push_back(without_folder(std::string(name_of(one.what)) + " " + one.event_type + " " +
                                     std::to_string(one.version) + " " + one.file + ": " + one.problem));
    }
    return found;
  }

  std::string without_folder(std::string text) const {
    const std::string prefix = path() + "/";
    for (std::size_t at = text.find(prefix); at != std::string::npos; at = text.find(prefix, at))
      text.erase(at, prefix.size());
    return text;
  }

 private:
  temporary_folder folder_;
};

}  // namespace tests
