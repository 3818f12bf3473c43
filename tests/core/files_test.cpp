// Errors are the system's own: /dev/full has no space, a limit of the process cuts files, an ordinary user has no rights.
#include <doctest/doctest.h>

#include <fcntl.h>
#include <signal.h>
#include <sys/file.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <span>
#include <string>
#include <thread>
#include <vector>

#include <whence/core/files.hpp>

#include <tests/in_child.hpp>
#include <tests/temporary_folder.hpp>

using namespace whence;

namespace {

struct files_fixture {
  tests::temporary_folder folder;
  std::shared_ptr<files> disk = system_files();

  std::string content(const std::string& name) const {
    return disk->read_whole(folder.file(name), 1'000'000).value_or("(missing)");
  }
};

std::span<const std::byte> bytes(std::string_view text) { return std::as_bytes(std::span(text)); }

/// The code of the error; empty if there was none.
template <class Action>
std::string code_of(Action action) {
  try {
    action();
  } catch (const file_error& refused) {
    return std::string(refused.code());
  }
  return {};
}

}  // namespace

TEST_CASE_FIXTURE(files_fixture, "what was written at a place is read from there") {
  const auto file = disk->open(folder.file("a"), open_file::fresh);
  file->write_at(0, bytes("hello world"));
  file->write_at(6, bytes("W"));
  file->sync();
  CHECK(file->size() == 11);
  std::vector<std::byte> into(20);
  CHECK(file->read_at(6, into) == 5);
  CHECK(std::memcmp(into.data(), "World", 5) == 0);
  CHECK(file->read_at(11, into) == 0);
  file->write_at(20, bytes("x"));  // a gap is zeros
  CHECK(disk->open(folder.file("a"), open_file::read)->size() == 21);
  CHECK(content("a") == std::string("hello World\0\0\0\0\0\0\0\0\0x", 21));
}

TEST_CASE_FIXTURE(files_fixture, "each way of opening says what must be there") {
  const std::string path = folder.file("a");
  CHECK(code_of([&] { disk->open(path, open_file::read); }) == "file.missing");
  CHECK(code_of([&] { disk->open(path, open_file::write); }) == "file.missing");
  CHECK(code_of([&] { disk->open(path, open_file::create); }) == "");
  CHECK(code_of([&] { disk->open(path, open_file::create); }) == "");
  CHECK(code_of([&] { disk->open(path, open_file::write); }) == "");
  CHECK(code_of([&] { disk->open(path, open_file::fresh); }) == "file.exists");
  CHECK(code_of([&] { disk->open(path, open_file::read)->write_at(0, bytes("x")); }) == "file.io");
  CHECK(code_of([&] { disk->open(folder.path().string(), open_file::write); }) == "file.is_a_directory");
  CHECK(code_of([&] { disk->open(path + "/b", open_file::create); }) == "file.not_a_directory");
}

TEST_CASE("an error names the path, what was tried, the system's reason and a remedy") {
  try {
    system_files()->open("/nowhere/a.db", open_file::read);
    FAIL("it was opened");
  } catch (const file_error& refused) {
    CHECK(refused.code() == "file.missing");
    CHECK(refused.path == "/nowhere/a.db");
    CHECK(refused.system_code == ENOENT);
    CHECK(std::string(refused.what()) == "cannot open /nowhere/a.db");
    CHECK(refused.text().why == "No such file or directory");
    CHECK(refused.next() == next_move::change_request);
    CHECK_FALSE(refused.text().remedy.empty());
  }
}

TEST_CASE("a full disk is told as such, and may be tried again") {
  try {
    system_files()->open("/dev/full", open_file::write)->write_at(0, bytes("x"));
    FAIL("it was written");
  } catch (const file_error& refused) {
    CHECK(refused.code() == "file.no_space");
    CHECK(refused.next() == next_move::retry);
  }
}

TEST_CASE_FIXTURE(files_fixture, "a file beyond the limit of the process is told as such") {
  const auto how = tests::in_child([&] {
    ::signal(SIGXFSZ, SIG_IGN);
    const rlimit limit{100, 100};
    if (::setrlimit(RLIMIT_FSIZE, &limit) != 0) return 1;
    const auto file = disk->open(folder.file("a"), open_file::create);
    file->write_at(0, bytes(std::string(100, 'x')));
    return code_of([&] { file->write_at(50, bytes(std::string(100, 'x'))); }) == "file.too_large" ? 0 : 2;
  });
  CHECK(how.exited_with(0));
}

TEST_CASE_FIXTURE(files_fixture, "too many open files are told as such") {
  const auto how = tests::in_child([&] {
    // UBSan looks at an object's type through a pipe, once for each type: it needs to have met this one while there are pipes.
    if (code_of([&] { disk->open(folder.file("missing"), open_file::read); }) != "file.missing") return 3;
    const rlimit limit{0, 0};
    if (::setrlimit(RLIMIT_NOFILE, &limit) != 0) return 1;
    return code_of([&] { disk->open(folder.file("a"), open_file::create); }) == "file.too_many_open" ? 0 : 2;
  });
  CHECK(how.exited_with(0));
}

TEST_CASE_FIXTURE(files_fixture, "a missing right is told as such") {
  const std::string path = folder.file("a");
  disk->replace(path, "x");
  REQUIRE(::chmod(path.c_str(), 0400) == 0);
  REQUIRE(::chmod(folder.path().c_str(), 0555) == 0);
  const auto how = tests::in_child([&] {
    constexpr unsigned nobody = 65'534;
    if (::geteuid() == 0 && (::setresgid(nobody, nobody, nobody) != 0 || ::setresuid(nobody, nobody, nobody) != 0))
      return 1;
    if (code_of([&] { disk->open(path, open_file::write); }) != "file.no_permission") return 2;
    if (code_of([&] { disk->open(folder.file("b"), open_file::create); }) != "file.no_permission") return 3;
    if (code_of([&] { disk->remove(path); }) != "file.no_permission") return 4;
    return 0;
  });
  CHECK(how.exited_with(0));
  ::chmod(folder.path().c_str(), 0755);
}

TEST_CASE_FIXTURE(files_fixture, "a lock is held by one, who is named to the next") {
  const std::string path = folder.file("a.lock");
  auto first = disk->try_lock(path);
  CHECK(first.lock);
  CHECK(content("a.lock") == std::to_string(::getpid()) + "\n");
  const auto second = disk->try_lock(path);
  CHECK_FALSE(second.lock);
  CHECK(second.holder_pid == ::getpid());
  const auto parent = ::getpid();
  const auto how = tests::in_child([&] {
    const auto third = disk->try_lock(path);
    return !third.lock && third.holder_pid == parent ? 0 : 1;
  });
  CHECK(how.exited_with(0));
  first.lock.reset();
  CHECK(disk->status(path));
  CHECK(disk->try_lock(path).lock);
}

TEST_CASE_FIXTURE(files_fixture, "who locks the file and may only read it is named, and not who held it before") {
  const std::string path = folder.file("a.lock");
  std::ofstream(path) << "123456789\n";
  const int reading = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  REQUIRE(::flock(reading, LOCK_EX) == 0);
  CHECK(disk->try_lock(path).holder_pid == ::getpid());
  ::close(reading);
}

TEST_CASE_FIXTURE(files_fixture,
                  "a holder that is killed leaves no lock behind, and a longer process id none of its digits") {
  const std::string path = folder.file("a.lock");
  std::ofstream(path) << "123456789\n";
  int ready[2];
  REQUIRE(::pipe(ready) == 0);
  const pid_t holder = tests::start_child([&] {
    const auto held = disk->try_lock(path);
    if (!held.lock || ::write(ready[1], "x", 1) != 1) return 1;
    for (;;) ::pause();
  });
  char signal = 0;
  REQUIRE(::read(ready[0], &signal, 1) == 1);
  CHECK(disk->try_lock(path).holder_pid == holder);
  ::kill(holder, SIGKILL);
  CHECK(tests::wait_for(holder).killed_by(SIGKILL));
  CHECK(disk->try_lock(path).lock);
  CHECK(content("a.lock") == std::to_string(::getpid()) + "\n");
  ::close(ready[0]);
  ::close(ready[1]);
}

TEST_CASE_FIXTURE(files_fixture, "a file that is no lock is not written over to make it one") {
  for (const std::string text : {"a log, say", "4182\n4183\n", "000000000000000000000000"}) {
    disk->replace(folder.file("a.lock"), text);
    CHECK(code_of([&] { disk->try_lock(folder.file("a.lock")); }) == "file.exists");
    CHECK(content("a.lock") == text);
  }
  disk->replace(folder.file("a.lock"), "4182\n");  // left by a process that has ended
  CHECK(disk->try_lock(folder.file("a.lock")).lock);
}

TEST_CASE_FIXTURE(files_fixture, "a lock file into which its holder has not written yet has a holder all the same") {
  const std::string path = folder.file("a.lock");
  const auto held = disk->try_lock(path);
  std::ofstream(path, std::ios::trunc);
  CHECK(disk->try_lock(path).holder_pid == ::getpid());
}

TEST_CASE_FIXTURE(files_fixture,
                  "what is appended goes to the end, whoever has written there meanwhile, and can be cut off again") {
  const auto file = disk->open(folder.file("a"), open_file::append);
  file->write_at(0, bytes("one"));
  std::ofstream(folder.file("a"), std::ios::app) << " two";
  file->write_at(0, bytes(" three"));
  CHECK(content("a") == "one two three");
  file->cut(7);
  file->write_at(99, bytes("!"));
  CHECK(content("a") == "one two!");
}

TEST_CASE_FIXTURE(files_fixture, "when a file was made stays with the file, and is not what a copy has") {
  disk->replace(folder.file("a"), "12345");
  const std::uint64_t made_at = disk->status(folder.file("a"))->made_at;
  if (made_at == 0) {
    MESSAGE("the file system does not say when a file was made");
    return;
  }
  disk->open(folder.file("a"), open_file::write)->write_at(0, bytes("6"));
  disk->rename(folder.file("a"), folder.file("b"));
  CHECK(disk->status(folder.file("b"))->made_at == made_at);
  std::this_thread::sleep_for(
      std::chrono::milliseconds(20));  // the system's clock for files ticks each few milliseconds
  const std::string line = "cp -a '" + folder.file("b") + "' '" + folder.file("c") + "'";
  REQUIRE(std::system(line.c_str()) == 0);
  CHECK(disk->status(folder.file("c"))->made_at > made_at);
}

TEST_CASE_FIXTURE(files_fixture, "a status tells size, kind and identity without opening") {
  CHECK_FALSE(disk->status(folder.file("a")));
  disk->replace(folder.file("a"), "12345");
  const auto before = disk->status(folder.file("a"));
  CHECK(before->size == 5);
  CHECK_FALSE(before->directory);
  CHECK(disk->status(folder.path().string())->directory);
  disk->replace(folder.file("a"), "12345");
  CHECK(disk->status(folder.file("a"))->inode != before->inode);
  CHECK(code_of([&] { disk->status(folder.file("a") + "/b"); }) == "file.not_a_directory");
}

TEST_CASE_FIXTURE(files_fixture,
                  "replacing a file leaves the new content and nothing else, and what others have beside it") {
  disk->replace(folder.file("a"), "old");
  std::ofstream(folder.file("a.new")) << "somebody's";
  disk->replace(folder.file("a"), "new");
  CHECK(content("a") == "new");
  CHECK(content("a.new") == "somebody's");
  CHECK(disk->list(folder.path().string()) == std::vector<std::string>{"a", "a.new"});
}

TEST_CASE_FIXTURE(files_fixture, "a file is read whole up to a limit") {
  CHECK_FALSE(disk->read_whole(folder.file("a"), 10));
  disk->replace(folder.file("a"), std::string(100'000, 'x'));
  CHECK(disk->read_whole(folder.file("a"), 100'000)->size() == 100'000);
  CHECK(code_of([&] { disk->read_whole(folder.file("a"), 99'999); }) == "file.too_large");
}

TEST_CASE_FIXTURE(files_fixture, "a pipe is read to its end, and not waited for if nobody writes to it") {
  const std::string pipe = folder.file("pipe");
  REQUIRE(::mkfifo(pipe.c_str(), 0600) == 0);
  CHECK(disk->read_whole(pipe, 10) == "");
  const int both_ends = ::open(pipe.c_str(), O_RDWR | O_NONBLOCK);
  REQUIRE(::write(both_ends, "abcdef", 6) == 6);
  const auto opened = disk->open(pipe, open_file::read);
  ::close(both_ends);
  std::byte some[4];
  CHECK(opened->read_at(0, some) == 4);
  CHECK(opened->read_at(4, some) == 2);
  CHECK(opened->read_at(6, some) == 0);
  CHECK(code_of([&] { opened->read_at(0, some); }) == "file.io");
}

TEST_CASE_FIXTURE(files_fixture, "a file that cannot be replaced is as it was, and nothing lies beside it") {
  disk->replace(folder.file("a"), "old");
  const auto how = tests::in_child([&] {
    ::signal(SIGXFSZ, SIG_IGN);
    const rlimit limit{100, 100};
    if (::setrlimit(RLIMIT_FSIZE, &limit) != 0) return 1;
    try {
      disk->replace(folder.file("a"), std::string(200, 'x'));
    } catch (const file_error& failure) {
      return failure.code() == "file.too_large" && failure.path == folder.file("a") ? 0 : 2;
    }
    return 3;
  });
  CHECK(how.exited_with(0));
  CHECK(content("a") == "old");
  CHECK(disk->list(folder.path().string()) == std::vector<std::string>{"a"});
}

TEST_CASE_FIXTURE(files_fixture, "a pipe is no file to write to, and nobody waits for it") {
  REQUIRE(::mkfifo(folder.file("pipe").c_str(), 0600) == 0);
  for (const open_file how : {open_file::write, open_file::create, open_file::fresh, open_file::append})
    CHECK(code_of([&] { disk->open(folder.file("pipe"), how); }) == "file.exists");
  CHECK(disk->lock_holder(folder.file("pipe")) == std::nullopt);
}

TEST_CASE_FIXTURE(files_fixture, "a directory for those who may read a file may be entered by them") {
  for (const unsigned mode : {0600u, 0640u, 0644u}) {
    const std::string made = folder.file("d" + std::to_string(mode));
    disk->make_directory_for(made, {.mode = mode});
    CHECK(disk->status(made)->access.mode == (mode | 0100 | (mode & 0444) >> 2));
    disk->make_directory_for(made, {.mode = 0777});
    CHECK(disk->status(made)->access.mode == (mode | 0100 | (mode & 0444) >> 2));
  }
}

TEST_CASE_FIXTURE(files_fixture, "files are renamed, removed and listed; directories are made once and synced") {
  disk->make_directory(folder.file("d"));
  disk->make_directory(folder.file("d"));
  disk->replace(folder.file("b"), "1");
  CHECK(code_of([&] { disk->make_directory(folder.file("b")); }) == "file.exists");
  disk->rename(folder.file("b"), folder.file("a"));
  CHECK(disk->list(folder.path().string()) == std::vector<std::string>{"a", "d"});
  CHECK(code_of([&] { disk->rename(folder.file("b"), folder.file("c")); }) == "file.missing");
  CHECK(code_of([&] { disk->rename_to_free(folder.file("b"), folder.file("c")); }) == "file.missing");
  disk->replace(folder.file("c"), "2");
  CHECK(code_of([&] { disk->rename_to_free(folder.file("c"), folder.file("a")); }) == "file.exists");
  CHECK(content("a") == "1");
  disk->rename_to_free(folder.file("c"), folder.file("e"));
  CHECK(content("e") == "2");
  CHECK(disk->remove(folder.file("e")));
  CHECK(disk->remove(folder.file("a")));
  CHECK_FALSE(disk->remove(folder.file("a")));
  disk->replace(folder.file("d") + "/x", "1");
  CHECK(code_of([&] { disk->remove(folder.file("d")); }) == "file.exists");
  disk->sync_directory(folder.file("d"));
  CHECK(code_of([&] { disk->sync_directory(folder.file("none")); }) == "file.missing");
  CHECK(code_of([&] { disk->list(folder.file("none")); }) == "file.missing");
}

TEST_CASE("the directory of a path") {
  CHECK(directory_of("a.db") == ".");
  CHECK(directory_of("x/a.db") == "x");
  CHECK(directory_of("/x/y/a.db") == "/x/y");
  CHECK(directory_of("/a.db") == "/");
}

TEST_CASE_FIXTURE(files_fixture, "who holds a lock is told without touching it") {
  const std::string path = folder.file("lock");
  CHECK(disk->lock_holder(path) == std::nullopt);
  CHECK_FALSE(disk->status(path));
  {
    const auto held = disk->try_lock(path);
    REQUIRE(held.lock);
    CHECK(disk->lock_holder(path) == ::getpid());
    CHECK_FALSE(disk->try_lock(path).lock);  // looking has not let it go
  }
  CHECK(content("lock") == std::to_string(::getpid()) + "\n");
  CHECK(disk->lock_holder(path) == std::nullopt);
  CHECK(disk->try_lock(path).lock);

  int ready[2];
  int done[2];
  REQUIRE(::pipe(ready) == 0);
  REQUIRE(::pipe(done) == 0);
  const pid_t child = tests::start_child([&] {
    const auto held = system_files()->try_lock(path);
    char byte = 'x';
    if (::write(ready[1], &byte, 1) != 1 || ::read(done[0], &byte, 1) != 1) return 1;
    return held.lock ? 0 : 2;
  });
  char byte = 'x';
  REQUIRE(::read(ready[0], &byte, 1) == 1);
  CHECK(disk->lock_holder(path) == child);
  REQUIRE(::write(done[1], &byte, 1) == 1);
  CHECK(tests::wait_for(child).exited_with(0));
  CHECK(disk->lock_holder(path) == std::nullopt);  // its end let go of it; what it wrote is still in the file
  CHECK(content("lock") == std::to_string(child) + "\n");
}
