/// A user who is in several groups, for tests of who may read what is made. Only root can be her.
#pragma once

#include <string>
#include <vector>

#include <doctest/doctest.h>

#include <grp.h>
#include <sys/stat.h>
#include <unistd.h>

namespace tests {

constexpr uid_t alice = 1'234;
constexpr gid_t staff = 2'000;  // her own group
constexpr gid_t accounting = 3'000;

/// As long as it lives, this process is alice's, and in `groups` beside her own.
class acting_as_alice {
 public:
  explicit acting_as_alice(std::vector<gid_t> groups) {
    REQUIRE(::setgroups(groups.size(), groups.data()) == 0);
    REQUIRE(::setegid(staff) == 0);
    REQUIRE(::seteuid(alice) == 0);
  }
  ~acting_as_alice() {
    const bool is_root = ::seteuid(0) == 0 && ::setegid(0) == 0 && ::setgroups(0, nullptr) == 0;
    CHECK(is_root);
  }
  acting_as_alice(const acting_as_alice&) = delete;
  acting_as_alice& operator=(const acting_as_alice&) = delete;
};

inline bool is_for(const std::string& file, gid_t group, mode_t mode) {
  struct stat there{};
  REQUIRE(::stat(file.c_str(), &there) == 0);
  CAPTURE(there.st_gid);
  CAPTURE(there.st_mode);
  CHECK(there.st_gid == group);
  CHECK((there.st_mode & 0777) == mode);
  return there.st_gid == group && (there.st_mode & 0777) == mode;
}

}  // namespace tests
