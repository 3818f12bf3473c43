#include <whence/cli/command_table.hpp>

#include <algorithm>
#include <iterator>
#include <limits>
#include <vector>

#include <whence/cli/append_command.hpp>
#include <whence/cli/archive_commands.hpp>
#include <whence/cli/backup_commands.hpp>
#include <whence/cli/count_command.hpp>
#include <whence/cli/doctor_command.hpp>
#include <whence/cli/event_commands.hpp>
#include <whence/cli/export_command.hpp>
#include <whence/cli/flags.hpp>
#include <whence/cli/fork_command.hpp>
#include <whence/cli/import_command.hpp>
#include <whence/cli/inspect_command.hpp>
#include <whence/cli/log_commands.hpp>
#include <whence/cli/manual_commands.hpp>
#include <whence/cli/projection_commands.hpp>
#include <whence/cli/proof_commands.hpp>
#include <whence/cli/rebuild_command.hpp>
#include <whence/cli/rehearse_command.hpp>
#include <whence/cli/repair_command.hpp>
#include <whence/cli/schema_commands.hpp>
#include <whence/cli/sql_command.hpp>
#include <whence/cli/state_command.hpp>
#include <whence/cli/stream_commands.hpp>
#include <whence/cli/trace_command.hpp>
#include <whence/cli/upcast_command.hpp>

namespace whence::inline v0::cli {
namespace {

/// Each file of commands has its rows; here they only join. The order is that of help.
constexpr std::span<const command> (*all_rows[])() = {
    &inspect_commands,     //
    &event_commands,       //
    &count_commands,       //
    &append_commands,      //
    &stream_commands,      //
    &state_commands,       //
    &trace_commands,       //
    &projection_commands,  //
    &rebuild_commands,     //
    &log_commands,         //
    &fork_commands,        //
    &repair_commands,      //
    &archive_commands,     //
    &proof_commands,       //
    &export_commands,      //
    &import_commands,      //
    &backup_commands,      //
    &doctor_commands,      //
    &schema_commands,      //
    &upcast_commands,      //
    &rehearse_commands,    //
    &sql_commands,         //
    &manual_commands,      //
};

constexpr const flag* shared[] = {&flags::store, &flags::form,  &flags::json, &flags::color,  &flags::no_pager,
                                  &flags::quiet, &flags::brief, &flags::help, &flags::version};

}  // namespace

std::span<const command> commands() {
  static const std::vector<command> all = [] {
    std::vector<command> joined;
    for (const auto rows : all_rows) {
      for (const command& one : rows()) joined.push_back(one);
    }
    return joined;
  }();
  return all;
}

std::span<const flag* const> shared_flags() { return shared; }

std::span<const flag* const> all_flags() {
  static const std::vector<const flag*> all = [] {
    std::vector<const flag*> found(std::begin(shared), std::end(shared));
    for (const command& command : commands()) {
      for (const flag* const one : command.flags) {
        if (std::find(found.begin(), found.end(), one) == found.end()) found.push_back(one);
      }
    }
    return found;
  }();
  return all;
}

std::string plural_of(std::string_view group) {
  return group.ends_with('y') ? std::string(group.substr(0, group.size() - 1)) + "ies" : std::string(group) + "s";
}

std::string full_name(const command& command) {
  return command.group.empty() ? std::string(command.name)
                               : std::string(command.group) + " " + std::string(command.name);
}

argument_rule rule_of(const command& command) {
  argument_rule rule{.least = 0, .most = 0};
  for (std::string_view left = command.argument; !left.empty();) {
    const std::string_view word = left.substr(0, left.find(' '));
    left.remove_prefix(std::min(word.size() + 1, left.size()));
    rule.least += word.starts_with('[') ? 0 : 1;
    ++rule.most;
    if (word.find("…") != std::string_view::npos) rule.most = std::numeric_limits<std::size_t>::max();
  }
  return rule;
}

}  // namespace whence::inline v0::cli
