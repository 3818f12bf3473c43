// What core's errors say. Files that misbehave are the system's own: /dev/full, /proc/self/mem, limits of a process.
#include <sys/resource.h>

#include <array>
#include <chrono>
#include <csignal>
#include <filesystem>
#include <memory>
#include <stop_token>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

#include <whence/core/decimal.hpp>
#include <whence/core/json_text.hpp>
#include <whence/core/money.hpp>
#include <whence/core/timer.hpp>

#include <tests/errors/said.hpp>

using namespace whence;
using namespace std::chrono_literals;
using tests::scene;

namespace {

void limit(int resource, rlim_t most) {
  const rlimit limits{most, most};
  ::setrlimit(static_cast<__rlimit_resource>(resource), &limits);
}

void read_first_byte(const std::string& path) {
  std::array<std::byte, 1> byte{};
  system_files()->open(path, open_file::read)->read_at(0, byte);
}

void write_bytes(const std::string& path, open_file how, std::size_t count) {
  system_files()->open(path, how)->write_at(0, std::vector<std::byte>(count));
}

}  // namespace

TEST_CASE("results that will not come") {
  const scene here;
  CHECK(here.says([&] {
    std::stop_source stop;
    auto sleeping = sleep(here.runtime(), 1h, stop.get_token());
    stop.request_stop();
    std::move(sleeping).get();
  }) == R"(app: the wait for a result was cancelled; the work itself may have gone on
  why:   its stop token was asked to stop  [async.cancelled, exit 5]
)");
  CHECK(here.says([&] {
    auto [result, completion] = make_async<int>(here.runtime().executor);
    {
      auto forgotten = std::move(completion);
    }
    std::move(result).get();
  }) == R"(app: a result will never be there: what was to complete it is gone
  why:   its executor has stopped, or its completion was dropped
  do:    look at what was done before you do it again  [async.never_completed, exit 5]
)");
  CHECK(here.says([&] {
    const no_blocking_here commit;
    sleep(here.runtime(), 1ms).get();
  }) == R"(app: a result was waited for with .get() inside a commit, where it could wait for itself
  why:   the work that the result needs may need this very thread
  do:    use co_await or .then there  [async.would_deadlock, exit 70]
)");
}

TEST_CASE("files that are not as they should be") {
  const scene here;
  here.write("a.txt", "");
  CHECK(here.says([&] { system_files()->open(here.file("a.txt"), open_file::fresh); }) == R"(app: cannot open a.txt
  where: a.txt
  why:   File exists
  do:    choose another path  [file.exists, exit 4]
)");
  CHECK(here.says([&] { system_files()->open(here.file("none.txt"), open_file::read); }) == R"(app: cannot open none.txt
  where: none.txt
  why:   No such file or directory
  do:    look at the path  [file.missing, exit 3]
)");
  CHECK(here.says([&] { system_files()->open(here.file("."), open_file::write); }) == R"(app: cannot open .
  where: .
  why:   Is a directory
  do:    name a file  [file.is_a_directory, exit 6]
)");
  CHECK(here.says([&] { system_files()->open(here.file("a.txt/b"), open_file::create); }) ==
        R"(app: cannot open a.txt/b
  where: a.txt/b
  why:   Not a directory
  do:    look at the path  [file.not_a_directory, exit 5]
)");
  std::filesystem::create_symlink("loop", here.file("loop"));
  CHECK(here.says([&] { system_files()->open(here.file("loop"), open_file::read); }) == R"(app: cannot open loop
  where: loop
  why:   Too many levels of symbolic links
  do:    name the file that the link should lead to  [file.link_loop, exit 6]
)");
  CHECK(here.says([] { throw file_error("open", "long.db", ENAMETOOLONG); }) ==
        R"(app: cannot open long.db
  where: long.db
  why:   File name too long
  do:    choose a shorter name  [file.name_too_long, exit 2]
)");
  CHECK(here.says([&] { write_bytes("/dev/full", open_file::write, 1); }) == R"(app: cannot write /dev/full
  where: /dev/full
  why:   No space left on device
  do:    free space on that file system, then try again  [file.no_space, exit 5]
)");
  CHECK(here.says([&] { read_first_byte("/proc/self/mem"); }) == R"(app: cannot read /proc/self/mem
  where: /proc/self/mem
  why:   Input/output error
  do:    dmesg | tail
         # look for what it says of the disk  [file.io, exit 5]
)");
}

TEST_CASE("what a process may not") {
  const scene here;
  here.write("a.txt", "");
  const auto nobody = [] { return ::setuid(65534) == 0 ? void() : throw std::runtime_error("setuid"); };
  CHECK(here.says_in_child(nobody, [&] { system_files()->open(here.file("a.txt"), open_file::read); }) ==
        R"(app: cannot open a.txt
  where: a.txt
  why:   Permission denied
  do:    give this user the right to the path  [file.no_permission, exit 5]
)");
  // Mounting is not everybody's: tests/bad_input/read_only_test.py is told the same by a real one where that can be.
  CHECK(here.says([] { throw file_error("open", "bank.db.lock", EROFS); }) == R"(app: cannot open bank.db.lock
  where: bank.db.lock
  why:   Read-only file system
  do:    copy what you need to a disk that can be written  [file.read_only, exit 5]
)");
  const auto tiny_files = [] {
    std::signal(SIGXFSZ, SIG_IGN);
    limit(RLIMIT_FSIZE, 1'000);
  };
  CHECK(here.says_in_child(tiny_files, [&] { write_bytes(here.file("large"), open_file::create, 2'000); }) ==
        R"(app: cannot write large
  where: large
  why:   File too large
  do:    raise the limit on file sizes (ulimit -f)  [file.too_large, exit 5]
)");
  const auto no_descriptors = [&] {
    // UBSan looks at an object's type through a pipe, once for each type: it needs to have met these while there are pipes.
    static_cast<void>(here.says([&] { system_files()->open(here.file("missing"), open_file::read); }));
    limit(RLIMIT_NOFILE, 3);
  };
  CHECK(here.says_in_child(no_descriptors, [&] { system_files()->open(here.file("a.txt"), open_file::read); }) ==
        R"(app: cannot open a.txt
  where: a.txt
  why:   Too many open files
  do:    raise the limit on open files (ulimit -n)  [file.too_many_open, exit 5]
)");
}

TEST_CASE("texts that are not of their form") {
  const scene here;
  CHECK(here.says([] { event_id::parse("12345"); }) == R"(app: this is no id: "12345"
  why:   an id is a UUID: 8-4-4-4-12 hexadecimal digits  [id.malformed, exit 2]
)");
  CHECK(here.says([] { parse_rfc3339("yesterday"); }) == R"(app: this is no time: "yesterday"
  why:   a digit is missing
  do:    write it as RFC 3339 says: 2026-01-27T10:30:00Z  [time.malformed, exit 2]
)");
  CHECK(here.says([] { decimal::parse("1e3"); }) == R"(app: this is no decimal: "1e3"
  why:   it has at most 18 digits behind a point, 64 bits of digits in all, no exponent, and no sign but a minus
  do:    write it with digits and a point: 12.50  [decimal.malformed, exit 2]
)");
  CHECK(here.says([] { decimal(1, 19); }) == R"(app: this is no scale of a decimal: 19
  why:   0 to 18 digits stand behind the point
  do:    write it with digits and a point: 12.50  [decimal.malformed, exit 2]
)");
  CHECK(here.says([] { currency_code("pound"); }) == R"(app: this is no currency: "pound"
  why:   a currency is three capital letters (ISO 4217)
  do:    write it as in GBP  [currency.malformed, exit 2]
)");
  CHECK(here.says([] { token::parse("17"); }) == R"(app: this is no token: "17"
  why:   a token is <epoch>-<position>, like 1-4711  [token.malformed, exit 2]
)");
  CHECK(here.says([] { static_cast<void>(json_string("caf\xe9")); }) == R"(app: a text is not UTF-8
  where: byte 4 of 4  [text.not_utf8, exit 6]
)");
  CHECK(here.says([] { envelope_from_json(R"({"eventId": 7})"); }) ==
        R"(app: this is no event: /eventId: expected a string, found a number
  where: /eventId
  why:   expected a string, found a number
  do:    schemas/envelope.schema.json has the form of an event  [envelope.malformed, exit 6]
)");
}
