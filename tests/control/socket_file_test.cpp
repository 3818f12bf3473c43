// The file of a control socket, among files of all kinds: what is there is replaced only if it is a socket, nobody but the owner
// ever reaches it, and no name is too long.
#include <filesystem>
#include <fstream>
#include <string>

#include <sys/stat.h>
#include <unistd.h>

#include <doctest/doctest.h>

#include <whence/control/errors.hpp>
#include <whence/control/socket_file.hpp>

#include <tests/no_rights.hpp>
#include <tests/temporary_folder.hpp>

using namespace whence;
using namespace whence::detail;
namespace fs = std::filesystem;
using result = connection::result;

namespace {

mode_t mode_of(const std::string& path) {
  struct stat found{};
  REQUIRE(::lstat(path.c_str(), &found) == 0);
  return found.st_mode;
}

std::string why_not(const std::string& path) {
  try {
    const listening_socket made(path);
  } catch (const no_control_socket& refused) {
    return refused.obstacle ? refused.obstacle->what : refused.text().why;
  }
  return "it was made";
}

std::size_t names_in(const fs::path& folder) {
  return static_cast<std::size_t>(std::distance(fs::directory_iterator(folder), fs::directory_iterator()));
}

}  // namespace

TEST_CASE("what is no socket is left as it is") {
  const tests::temporary_folder folder;
  const std::string path = folder.file("shop.db.ctl");
  std::ofstream(path) << "a letter";
  CHECK(why_not(path) == "a file");
  CHECK(fs::file_size(path) == 8);
  CHECK(connect_to(path).how == result::no_socket);
  fs::remove(path);
  fs::create_directory(path);
  CHECK(why_not(path) == "a folder");
  fs::remove(path);
  fs::create_symlink("/etc/passwd", path);
  CHECK(why_not(path) == "a link");
  CHECK(fs::is_symlink(path));
  fs::remove(path);
  fs::create_symlink("nowhere", path);
  CHECK(why_not(path) == "a link that leads nowhere");
  CHECK(fs::is_symlink(path));
  fs::remove(path);
  REQUIRE(::mkfifo(path.c_str(), 0600) == 0);
  CHECK(why_not(path) == "a named pipe");
  CHECK(connect_to(path).how == result::no_socket);
  CHECK(names_in(folder.path()) == 1);
}

TEST_CASE("a link to a socket is not followed, on either side") {
  const tests::temporary_folder folder;
  const listening_socket other(folder.file("other.ctl"));
  fs::create_symlink(folder.file("other.ctl"), folder.file("shop.db.ctl"));
  CHECK(why_not(folder.file("shop.db.ctl")) == "a link");
  CHECK(connect_to(folder.file("shop.db.ctl")).how != result::connected);
  CHECK(connect_to(folder.file("other.ctl")).how == result::connected);
}

TEST_CASE("a folder that is not there, or that may not be written to, is told") {
  const tests::temporary_folder folder;
  CHECK(why_not(folder.file("none/shop.db.ctl")) == "No such file or directory");
  fs::permissions(folder.path(), fs::perms::all);
  const tests::no_right_to_write rights(folder.path());
  CHECK(why_not(folder.file("shop.db.ctl")) == "Permission denied");
}

TEST_CASE("nobody listens at what a dead process has left, and the next one takes its place") {
  const tests::temporary_folder folder;
  const std::string path = folder.file("shop.db.ctl");
  CHECK(connect_to(path).how == result::none);
  {
    // As a process leaves it that is killed: the file stays when nobody holds the socket any more.
    const listening_socket made(path);
    fs::create_hard_link(path, folder.file("aside"));
  }
  fs::rename(folder.file("aside"), path);
  REQUIRE(S_ISSOCK(mode_of(path)));
  CHECK(connect_to(path).how == result::none);
  const listening_socket next(path);
  CHECK(connect_to(path).how == result::connected);
}

TEST_CASE("only its owner reaches it, whatever the umask is") {
  const tests::temporary_folder folder;
  for (const mode_t mask : {mode_t{0}, mode_t{022}, mode_t{0777}}) {
    const mode_t before = ::umask(mask);
    const listening_socket made(folder.file("shop.db.ctl"));
    ::umask(before);
    CHECK((mode_of(folder.file("shop.db.ctl")) & 07777) == 0600);
    CHECK(connect_to(folder.file("shop.db.ctl")).how == result::connected);
  }
}

TEST_CASE("a name may be as long as files may be called, and a path as long as it likes") {
  const tests::temporary_folder folder;
  fs::path deep = folder.path();
  for (int i = 0; i < 5; ++i) deep /= std::string(200, 'd');
  fs::create_directories(deep);
  const std::string path = (deep / (std::string(251, 'n') + ".ctl")).string();
  {
    const listening_socket made(path);
    CHECK(connect_to(path).how == result::connected);
    CHECK(names_in(deep) == 1);
  }
  CHECK(names_in(deep) == 0);
}

TEST_CASE("two logs in one folder have a socket each, and each takes away its own only") {
  const tests::temporary_folder folder;
  const listening_socket one(folder.file("one.db.ctl"));
  {
    const listening_socket two(folder.file("two.db.ctl"));
    CHECK(connect_to(folder.file("two.db.ctl")).how == result::connected);
  }
  CHECK(connect_to(folder.file("two.db.ctl")).how == result::none);
  CHECK(connect_to(folder.file("one.db.ctl")).how == result::connected);
  {
    listening_socket mine(folder.file("shop.db.ctl"));
    fs::remove(folder.file("shop.db.ctl"));
    std::ofstream(folder.file("shop.db.ctl")) << "somebody else's";
  }
  CHECK(fs::exists(folder.file("shop.db.ctl")));
}

TEST_CASE("a path without a folder is one of this folder") {
  const tests::temporary_folder folder;
  fs::current_path(folder.path());
  const listening_socket made("shop.db.ctl");
  CHECK(connect_to("shop.db.ctl").how == result::connected);
  const auto self = connect_to(folder.file("shop.db.ctl"));
  REQUIRE(self.how == result::connected);
  REQUIRE(peer_of(self.socket.number()).has_value());
  CHECK(peer_of(self.socket.number())->uid == ::geteuid());
  CHECK(peer_of(self.socket.number())->pid == ::getpid());
}
