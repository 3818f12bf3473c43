#include <cerrno>
#include <cstdlib>
#include <system_error>

#include <grp.h>
#include <sys/stat.h>
#include <unistd.h>

#include <whence/cli/owner_of_log.hpp>

namespace whence::inline v0::cli {
namespace {

void must(int result, const char* what) {
  if (result < 0) throw std::system_error(errno, std::generic_category(), what);
}

}  // namespace

owner_of_log::owner_of_log(const std::string& log) {
  struct stat there{};
  if (::geteuid() != 0 || ::stat(log.c_str(), &there) != 0 || there.st_uid == 0) return;
  const int count = ::getgroups(0, nullptr);
  must(count, "getgroups");
  groups_.resize(static_cast<std::size_t>(count));
  must(::getgroups(count, groups_.data()), "getgroups");
  group_ = ::getegid();
  must(::setgroups(1, &there.st_gid), "setgroups");
  // The user comes last: behind that it is root no more.
  if (::setegid(there.st_gid) == 0 && ::seteuid(there.st_uid) == 0) return;
  const int why = errno;
  if (::setegid(*group_) != 0 || ::setgroups(groups_.size(), groups_.data()) != 0) std::abort();
  throw std::system_error(why, std::generic_category(), "seteuid");
}

owner_of_log::~owner_of_log() {
  // To go on with the rights of somebody else would be worse than to end.
  if (group_ && (::seteuid(0) != 0 || ::setegid(*group_) != 0 || ::setgroups(groups_.size(), groups_.data()) != 0))
    std::abort();
}

}  // namespace whence::inline v0::cli
