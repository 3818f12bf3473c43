#include <whence/cli/machine.hpp>

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <filesystem>
#include <iterator>
#include <system_error>

#include <sys/statvfs.h>
#include <sys/timex.h>
#include <sys/utsname.h>
#include <sys/vfs.h>

#include <whence/core/files.hpp>

namespace whence::inline v0::cli {
namespace {

struct known_file_system {
  std::uint32_t number;
  file_system::kind what;
  const char* name;
};

// As <linux/magic.h>, the kernel's sources and those of the file systems say.
constexpr known_file_system all_known[] = {
    {0x0000EF53, file_system::kind::local, "ext4"},      {0x58465342, file_system::kind::local, "xfs"},
    {0x9123683E, file_system::kind::local, "btrfs"},     {0x2FC12FC1, file_system::kind::local, "zfs"},
    {0xF2F52010, file_system::kind::local, "f2fs"},      {0xCA451A4E, file_system::kind::local, "bcachefs"},
    {0x3153464A, file_system::kind::local, "jfs"},       {0x52654973, file_system::kind::local, "reiserfs"},
    {0x00004D44, file_system::kind::local, "vfat"},      {0x2011BAB0, file_system::kind::local, "exfat"},
    {0x5346544E, file_system::kind::local, "ntfs"},      {0x7366746E, file_system::kind::local, "ntfs3"},
    {0x00009660, file_system::kind::local, "iso9660"},   {0x73717368, file_system::kind::local, "squashfs"},
    {0xE0F5E1E2, file_system::kind::local, "erofs"},     {0x01021994, file_system::kind::memory, "tmpfs"},
    {0x858458F6, file_system::kind::memory, "ramfs"},    {0x794C7630, file_system::kind::container, "overlayfs"},
    {0x61756673, file_system::kind::container, "aufs"},  {0x00006969, file_system::kind::shared, "nfs"},
    {0xFF534D42, file_system::kind::shared, "cifs"},     {0xFE534D42, file_system::kind::shared, "smb2"},
    {0x0000517B, file_system::kind::shared, "smb"},      {0x01021997, file_system::kind::shared, "9p"},
    {0x00C36400, file_system::kind::shared, "ceph"},     {0x5346414F, file_system::kind::shared, "afs"},
    {0x6B414653, file_system::kind::shared, "afs"},      {0x73757245, file_system::kind::shared, "coda"},
    {0x01161970, file_system::kind::shared, "gfs2"},     {0x7461636F, file_system::kind::shared, "ocfs2"},
    {0x0BD00BD0, file_system::kind::shared, "lustre"},   {0x47504653, file_system::kind::shared, "gpfs"},
    {0x786F4256, file_system::kind::shared, "vboxsf"},   {0xBACBACBC, file_system::kind::shared, "vmhgfs"},
    {0x65735546, file_system::kind::user_space, "fuse"},
};

std::string hexadecimal(std::uint32_t number) {
  char digits[8];
  const auto end = std::to_chars(digits, digits + sizeof digits, number, 16).ptr;
  return "0x" + std::string(digits, end);
}

}  // namespace

std::optional<file_system> file_system_of(const std::string& path) {
  std::string there = path;
  for (std::error_code unknown; !std::filesystem::exists(there, unknown);) {
    std::string above = directory_of(there);
    if (above == there) return std::nullopt;
    there = std::move(above);
  }
  struct statfs found{};
  if (::statfs(there.c_str(), &found) != 0) return std::nullopt;
  const auto number = static_cast<std::uint32_t>(found.f_type);
  file_system what;
  what.name = hexadecimal(number);
  what.read_only = (static_cast<std::uint64_t>(found.f_flags) & ST_RDONLY) != 0;
  what.free_bytes = std::uint64_t{found.f_bavail} * static_cast<std::uint64_t>(found.f_bsize);
  const auto* const known = std::ranges::find(all_known, number, &known_file_system::number);
  if (known != std::end(all_known)) {
    what.what = known->what;
    what.name = known->name;
  }
  return what;
}

std::optional<bool> clock_is_kept() {
  timex asked{};
  const int state = ::adjtimex(&asked);
  if (state < 0) return std::nullopt;
  return state != TIME_ERROR && (asked.status & STA_UNSYNC) == 0;
}

std::string system_name() {
  utsname found{};
  if (::uname(&found) != 0) return "unknown";
  return std::string(found.sysname) + " " + found.release + " " + found.machine;
}

bool has_wal_reset_bug(int sqlite_version) noexcept {
  const auto within = [&](int from, int fixed) { return sqlite_version >= from && sqlite_version < fixed; };
  return within(3'007'000, 3'044'006) || within(3'045'000, 3'050'007) || within(3'051'000, 3'051'003);
}

}  // namespace whence::inline v0::cli
