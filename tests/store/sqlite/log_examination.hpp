/// What readers say of a log that may be damaged: held against what it was.
#pragma once

#include <algorithm>
#include <cstdint>
#include <set>
#include <stdexcept>
#include <string>
#include <vector>

#include <whence/core/error.hpp>
#include <whence/store/log.hpp>

#include <tests/store/sqlite/damaged_history.hpp>

namespace tests {

using positions = std::set<std::uint64_t>;

/// The log did what it must not do.
struct wrong : std::runtime_error {
  using std::runtime_error::runtime_error;
};

inline void require(bool condition, const std::string& sentence) {
  if (!condition) throw wrong(sentence);
}

/// Reads on past whatever is refused by name. Throws wrong: something is given out that was never written, or not asked for.
class examination {
 public:
  examination(whence::log_reader& reader, const history& was) : reader_(reader), was_(was) {}

  /// The positions that are given out, each as it was written. Past what is refused it is read on.
  positions by_position() {
    positions read;
    for (std::uint64_t at = 0; at < was_.head();) {
      try {
        const whence::event_page page = reader_.read(whence::global_position{at}, {}, {.events = 50});
        for (const whence::recorded_event& event : page) read.insert(checked(event));
        if (page.scanned_to().value() == at) break;  // the log ends here
        at = page.scanned_to().value();
      } catch (const whence::error&) {
        ++at;
      }
    }
    return read;
  }

  positions by_stream(whence::read_direction direction) {
    positions read;
    for (const auto& [stream, of_stream] : was_.positions) {
      const bool forward = direction == whence::read_direction::forward;
      std::uint64_t version = forward ? 1 : of_stream.size();
      while (version >= 1 && version <= of_stream.size()) {
        try {
          const whence::event_page page = reader_.read_stream(stream, whence::stream_version{version}, direction,
                                                              {.events = was_.head() < 1'000 ? 7U : 50U});
          if (page.empty()) break;
          // A stream may end earlier now: whether it may is looked at by position.
          if (!forward) version = std::min(version, page.front().version.value());
          for (const whence::recorded_event& event : page) {
            require(event.stream == stream && event.version.value() == version, "a stream is given out of order");
            read.insert(checked(event));
            forward ? ++version : --version;
          }
        } catch (const whence::error&) {
          forward ? ++version : --version;
        }
      }
    }
    return read;
  }

  /// Those that can be read by position, that the link joins, and that do not come.
  positions by_link(const whence::event_link& link, const positions& readable, const positions& joined) {
    return missed(readable, joined, [&](whence::global_position after) { return reader_.read_linked(link, after); });
  }

  /// The same of the events of some types.
  positions by_filter(const whence::event_filter& filter, const positions& readable) {
    positions wanted;
    const auto has = [](const std::vector<std::string>& names, const std::string& name) {
      return names.empty() || std::ranges::find(names, name) != names.end();
    };
    for (std::uint64_t position = 1; position <= was_.head(); ++position) {
      if (has(filter.event_types, was_.as_new[position - 1].type) &&
          has(filter.aggregate_types, was_.aggregate_types[position - 1]))
        wanted.insert(position);
    }
    return missed(readable, wanted,
                  [&](whence::global_position after) { return reader_.read(after, filter, {.events = 50}); });
  }

 private:
  template <class ReadAfter>
  positions missed(const positions& readable, const positions& wanted, ReadAfter read_after) {
    positions read;
    for (std::uint64_t after = 0; after < was_.head();) {
      try {
        const whence::event_page page = read_after(whence::global_position{after});
        for (const whence::recorded_event& event : page) {
          const std::uint64_t position = checked(event);
          require(wanted.contains(position), "event " + std::to_string(position) + " comes, and was not asked for");
          read.insert(position);
        }
        if (page.at_end() || page.scanned_to().value() == after) break;
        after = page.scanned_to().value();
      } catch (const whence::error&) {
        ++after;
      }
    }
    positions missing;
    for (const std::uint64_t position : wanted) {
      if (readable.contains(position) && !read.contains(position)) missing.insert(position);
    }
    return missing;
  }

 public:
  void by_id(std::uint64_t position, bool readable) {
    try {
      const auto found = reader_.find_event(was_.ids[position - 1]);
      require(!found || found->value() == position, "an id is found at another event");
      require(found || !readable, "event " + std::to_string(position) + " can be read, and is not found by its id");
    } catch (const whence::error&) {
      // By name.
    }
  }

  std::uint64_t returned() const noexcept { return returned_; }

 private:
  std::uint64_t checked(const whence::recorded_event& event) {
    ++returned_;
    const std::uint64_t position = event.position.value();
    require(position >= 1 && position <= was_.head(), "there is an event that was never written");
    require(tests::bytes_of(event) == was_.events[position - 1],
            "event " + std::to_string(position) + " is given out as something that was never written");
    return position;
  }

  whence::log_reader& reader_;
  const history& was_;
  std::uint64_t returned_ = 0;
};

}  // namespace tests
