// What is made beside its place is there whole under its name, or not at all; and no file of anybody else's is touched for it.
#include <doctest/doctest.h>

#include <fcntl.h>
#include <grp.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <cstddef>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include <whence/core/file_draft.hpp>

#include <tests/in_child.hpp>
#include <tests/skip.hpp>
#include <tests/temporary_folder.hpp>

using namespace whence;

namespace {

struct folder_of_drafts {
  void write(const std::string& name, const std::string& text) const { std::ofstream(folder.file(name)) << text; }
  std::string content(const std::string& name) const {
    return disk->read_whole(folder.file(name), 1'000'000).value_or("(missing)");
  }
  std::vector<std::string> names() const { return disk->list(folder.path().string()); }
  unsigned mode(const std::string& name) const { return disk->status(folder.file(name))->access.mode; }
  void fill(const file_draft& draft, const std::string& text) const { std::ofstream(draft.path()) << text; }

  tests::temporary_folder folder;
  std::shared_ptr<files> disk = system_files();
};

template <class Action>
std::string code_of(Action action) {
  try {
    action();
  } catch (const file_error& refused) {
    return std::string(refused.code());
  }
  return {};
}

/// From now on the system call fails so, in this process; with `flags`, if its third argument has one of them.
bool refuse_call(unsigned number, int error, unsigned flags = 0) {
  constexpr unsigned third_argument = offsetof(seccomp_data, args) + 2 * sizeof(__u64);
  const __u8 past = flags == 0 ? 0 : 1;
  sock_filter program[] = {
      BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, nr)),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, number, 0, 3),
      BPF_STMT(BPF_LD | BPF_W | BPF_ABS, third_argument),
      BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, flags, 0, past),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | static_cast<unsigned>(error)),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
  };
  const sock_fprog filter{.len = std::size(program), .filter = program};
  return ::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 && ::prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter) == 0;
}

/// Begins a draft for `a` and is killed.
void leave_a_draft(const folder_of_drafts& here) {
  const auto how = tests::in_child([&]() -> int {
    const file_draft draft(*here.disk, here.folder.file("a"));
    here.fill(draft, "half");
    std::ofstream(draft.path() + "-journal") << "of it";
    ::raise(SIGKILL);
    return 0;
  });
  REQUIRE(how.killed_by(SIGKILL));
}

}  // namespace

TEST_CASE_FIXTURE(folder_of_drafts,
                  "a file that came meanwhile is not replaced, and neither is a link that leads nowhere") {
  file_draft draft(*disk, folder.file("a"));
  fill(draft, "ours");
  SUBCASE("a file") { write("a", "precious"); }
  SUBCASE("a link") { std::filesystem::create_symlink("nowhere", folder.file("a")); }
  const auto before = std::filesystem::symlink_status(folder.file("a")).type();
  CHECK(code_of([&] { draft.publish(); }) == "file.exists");
  CHECK(std::filesystem::symlink_status(folder.file("a")).type() == before);
  CHECK(content("a") != "ours");
}

TEST_CASE_FIXTURE(folder_of_drafts,
                  "where the file system cannot rename without replacing, a link does it, and replaces nothing") {
  for (const int error : {EINVAL, ENOSYS}) {
    const auto how = tests::in_child([&] {
      file_draft draft(*disk, folder.file("a"));
      file_draft other(*disk, folder.file("b"));
      fill(draft, "ours");
      write("b", "precious");
      if (!refuse_call(SYS_renameat2, error)) return 1;
      draft.publish();
      return code_of([&] { other.publish(); }) == "file.exists" ? 0 : 2;
    });
    CHECK(how.exited_with(0));
    CHECK(content("a") == "ours");
    CHECK(content("b") == "precious");
    CHECK(names() == std::vector<std::string>{"a", "b"});
    std::filesystem::remove(folder.file("a"));
  }
}

TEST_CASE_FIXTURE(folder_of_drafts,
                  "what cannot be made durable is taken back, and the file is named, not its draft or folder") {
  const auto publish_without = [&](unsigned call, unsigned flags) {
    return tests::in_child([&] {
      file_draft draft(*disk, folder.file("a"));
      fill(draft, "ours");
      if (!refuse_call(call, EIO, flags)) return 1;
      try {
        draft.publish();
      } catch (const file_error& failure) {
        return failure.path == folder.file("a") && failure.code() == "file.io" ? 0 : 2;
      }
      return 3;
    });
  };
  CHECK(publish_without(SYS_fsync, 0).exited_with(0));
  CHECK(names().empty());
  CHECK(publish_without(SYS_openat, O_DIRECTORY).exited_with(0));  // when it has its name, the folder cannot be synced
  CHECK(names().empty());
}

TEST_CASE_FIXTURE(folder_of_drafts,
                  "what killed ones left goes with the next draft for the place, and nothing that others have") {
  leave_a_draft(*this);
  leave_a_draft(*this);
  REQUIRE(names().size() == 3);  // the second has removed what the first one left
  const std::vector<std::string> of_others = {"a.new",       "a.partial",    "a.draft",
                                              "a.1-x.draft", "a.1-1.drafts", "b.1-1.draft",
                                              "a.1-2.draft", "a.1-3.draft",  "a.1-3.draft.lock"};
  for (const std::string& name : of_others) write(name, "precious " + name);
  file_draft(*disk, folder.file("a")).publish();
  CHECK(names().size() == of_others.size() + 1);
  for (const std::string& name : of_others) CHECK(content(name) == "precious " + name);
}

TEST_CASE_FIXTURE(folder_of_drafts, "a draft that another process is at stays, and that process is told of") {
  const file_draft first(*disk, folder.file("a"));
  CHECK_FALSE(first.rival());
  {
    const file_draft second(*disk, folder.file("a"));
    CHECK(second.path() != first.path());
    CHECK(second.rival() == ::getpid());
  }
  CHECK(disk->status(first.path()));
}

TEST_CASE_FIXTURE(folder_of_drafts, "a draft is never made over a file, and no file is made under the name of one") {
  const std::string own = folder.file("a") + "." + std::to_string(::getpid());
  std::ofstream(own + "-1.draft") << "precious";
  std::ofstream(own + "-2.draft.lock") << "precious";
  std::ofstream(own + "-3.draft-journal") << "precious";
  const file_draft draft(*disk, folder.file("a"));
  CHECK(draft.path() == own + "-4.draft");
  for (const char* const name : {"-1.draft", "-2.draft.lock", "-3.draft-journal"})
    CHECK(disk->read_whole(own + name, 100) == "precious");
  CHECK(code_of([&] { file_draft(*disk, folder.file("b.4182-1.draft")); }) == "file.exists");
  CHECK(code_of([&] { file_draft(*disk, folder.file("none/b")); }) == "file.missing");
}

TEST_CASE_FIXTURE(folder_of_drafts,
                  "a file is for those whom its source is for, from the beginning on, whatever the umask is") {
  for (const unsigned mode : {0600u, 0640u, 0666u}) {
    file_draft draft(*disk, folder.file("a"), file_access{.mode = mode});
    CHECK(disk->status(draft.path())->access.mode == mode);
    draft.replace();
    CHECK(this->mode("a") == mode);
  }
  file_draft(*disk, folder.file("b"), file_access{.mode = 0444}).publish();
  CHECK(mode("b") == 0644);  // somebody has to write it
  disk->replace(folder.file("a"), "new");
  CHECK(mode("a") == 0666);
}

TEST_CASE_FIXTURE(folder_of_drafts,
                  "a file is for the group of its source; for nobody's, where it may not be given to that") {
  if (::geteuid() != 0) return tests::skip("only root can be somebody else");
  constexpr gid_t own = 2'000;
  constexpr gid_t other = 3'000;
  constexpr uid_t user = 1'234;
  REQUIRE(::chown(folder.path().c_str(), user, own) == 0);
  const auto made_by = [&](const std::vector<gid_t>& groups, unsigned mode, gid_t group, unsigned expected) {
    return tests::in_child([&] {
      if (::setgroups(groups.size(), groups.data()) != 0 || ::setgid(own) != 0 || ::setuid(user) != 0) return 1;
      file_draft draft(*disk, folder.file("a"), file_access{.mode = mode, .group = other});
      const file_access now = disk->status(draft.path())->access;
      return now.group == group && now.mode == expected ? 0 : 2;
    });
  };
  CHECK(made_by({own, other}, 0640, other, 0640).exited_with(0));
  CHECK(made_by({own}, 0640, own, 0600).exited_with(0));
  CHECK(made_by({own}, 0644, own, 0644).exited_with(0));
  CHECK(made_by({own}, 0604, own, 0600).exited_with(0));
}

TEST_CASE_FIXTURE(folder_of_drafts, "behind a link that leads nowhere the file is made, and the link stays") {
  std::filesystem::create_directory(folder.file("d"));
  std::filesystem::create_symlink("d/there", folder.file("second"));
  std::filesystem::create_symlink("second", folder.file("a"));
  file_draft draft(*disk, folder.file("a"));
  fill(draft, "ours");
  draft.publish();
  CHECK(content("d/there") == "ours");
  CHECK(std::filesystem::is_symlink(folder.file("a")));
  std::filesystem::create_symlink("round", folder.file("round"));
  CHECK(code_of([&] { file_draft(*disk, folder.file("round")); }) == "file.link_loop");
}

TEST_CASE_FIXTURE(folder_of_drafts, "a name as long as a name may be leaves room for its draft") {
  std::string name;
  for (int i = 0; i < 127; ++i) name += "é";
  file_draft draft(*disk, folder.file(name));
  CHECK(std::filesystem::path(draft.path()).filename().string().substr(0, 206) == name.substr(0, 206));
  draft.publish();
  CHECK(names() == std::vector<std::string>{name});
}

TEST_CASE_FIXTURE(folder_of_drafts, "what is published is taken back only while it is what was published") {
  file_draft draft(*disk, folder.file("a"));
  draft.publish();
  SUBCASE("it is") {
    draft.withdraw();
    CHECK(names().empty());
  }
  SUBCASE("it is another file by now") {
    disk->replace(folder.file("a"), "precious");
    draft.withdraw();
    CHECK(content("a") == "precious");
  }
}
