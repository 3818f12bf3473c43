// A client before the service of another user, which it has to ask: root does, of whoever owns the log.
#include <filesystem>
#include <string>

#include <fcntl.h>
#include <unistd.h>

#include <doctest/doctest.h>

#include <whence/control/control_client.hpp>
#include <whence/control/errors.hpp>
#include <whence/core/runtime.hpp>

#include <tests/control/service_at.hpp>
#include <tests/in_child.hpp>
#include <tests/skip.hpp>
#include <tests/temporary_folder.hpp>

using namespace whence;

namespace {

constexpr uid_t nobody = 65'534;

std::string refusal(const std::string& remedy) {
  return R"({"whence":1,"service":"shop","failed":{"code":"operation.malformed","next":"change_request","what":"no",)"
         R"("remedy":")" +
         remedy + "\"}}\n";
}

/// What a client is told to do by a service that advises this, as the user.
std::string advice(const std::string& remedy, uid_t user) {
  const tests::temporary_folder folder;
  const std::string log = folder.file("shop.db");
  const std::string path = log + ".ctl";
  std::filesystem::permissions(folder.path(), std::filesystem::perms::all);
  int ready[2], end[2];
  REQUIRE((::pipe(ready) == 0 && ::pipe(end) == 0));
  const pid_t other = tests::start_child([&] {
    if (user != ::geteuid() && (::setgid(user) != 0 || ::setuid(user) != 0)) return 1;
    const int made = ::open(log.c_str(), O_CREAT | O_WRONLY | O_CLOEXEC, 0600);
    const tests::service_at service(path, [&](const std::string&) { return refusal(remedy); });
    char go = 0;
    if (made < 0 || ::write(ready[1], "x", 1) != 1) return 1;
    return ::read(end[0], &go, 1) == 1 ? 0 : 1;
  });
  char go = 0;
  REQUIRE(::read(ready[0], &go, 1) == 1);
  std::string told = "nothing was refused";
  const runtime runtime = runtime::system();
  try {
    auto client = control_client::connect(path, log, runtime);
    static_cast<void>(std::move(*client).ask({.operation = "log compact"}, {}, "look"));
  } catch (const remote_failure& failure) {
    told = failure.text().remedy;
  }
  REQUIRE(::write(end[1], "x", 1) == 1);
  CHECK(tests::wait_for(other).exited_with(0));
  for (const int each : {ready[0], ready[1], end[0], end[1]}) ::close(each);
  return told;
}

}  // namespace

TEST_CASE("what the service of another user advises is told as theirs, and is no command to be pasted") {
  if (::geteuid() != 0) return tests::skip("only root can be somebody else");
  CHECK(advice("rm -rf /", nobody) == "# advice of the service, which is user nobody:\n#   rm -rf /");
  CHECK(advice(R"(whence inspect\nrm -rf /)", nobody) ==
        "# advice of the service, which is user nobody:\n#   whence inspect\n#   rm -rf /");
  CHECK(advice("", nobody) == "");
}

TEST_CASE("what one's own service advises is told as it says it") {
  CHECK(advice("whence projection list", ::geteuid()) == "whence projection list");
}
