#include <whence/contracts/contract_samples.hpp>

#include <algorithm>
#include <map>
#include <optional>
#include <utility>

#include <whence/core/error.hpp>

namespace whence::inline v0::detail {
namespace {

stored_event stored(const golden_sample& sample) { return {sample.event_type, sample.version, sample.data}; }

std::string named(std::string_view event, std::uint32_t version) {
  return std::string(event) + " version " + std::to_string(version);
}

class sample_reader {
 public:
  explicit sample_reader(const event_contracts& contracts) : contracts_(contracts) {}

  void read(const golden_sample& sample) { read(sample, nullptr); }
  void read(const golden_sample& first, const golden_sample& second) { read(first, &second); }

  std::vector<unread_sample> unread() { return std::move(unread_); }

 private:
  void read(const golden_sample& sample, const golden_sample* next) {
    const upcasters& through = contracts_.upcasters();
    std::string remedy;
    std::optional<std::string> problem;
    try {
      problem = problem_of_today(
          next == nullptr ? through.upcast(stored(sample)) : through.upcast(stored(sample), stored(*next)), sample,
          remedy);
    } catch (const error& failed) {
      problem = failed.what();
      remedy = failed.text().remedy;
    }
    if (!problem) return;
    std::string cause = *problem;
    if (next != nullptr)
      problem = "merged with " + named(next->event_type, next->version) + " (" + next->place() + "): " + *problem;
    unread_.push_back({&sample, next, std::move(cause), std::move(*problem), std::move(remedy)});
  }

  std::optional<std::string> problem_of_today(const std::vector<upcast_event>& today, const golden_sample& sample,
                                              std::string& remedy) {
    for (const upcast_event& event : today) {
      const promised_event* const known = contracts_.find(event.type.name);
      const std::string from =
          "`upcast<" + std::string(event.type.name) + ", " + std::to_string(event.type.version) + ">";
      if (known == nullptr) {
        remedy = "say what became of it: " + from + "` to another event, or dropped";
        return "the program has no event " + named(event.type.name, event.type.version);
      }
      if (known->type.version != event.type.version) {
        remedy = "give it an upcaster that begins there, " + from + "(…)`";
        return "no upcaster leads from " + named(event.type.name, event.type.version) + " to version " +
               std::to_string(known->type.version);
      }
      try {
        known->read(event.data, decoder_);
      } catch (const error& failed) {
        const bool is_stored_so = event.type.name == sample.event_type && event.type.version == sample.version;
        remedy = is_stored_so
                     ? "give the event a new version, and an upcaster from this one"
                     : "let the upcasters make of it what " + named(event.type.name, event.type.version) + " is";
        return failed.what();
      }
    }
    return std::nullopt;
  }

  const event_contracts& contracts_;
  json_decoder decoder_;
  std::vector<unread_sample> unread_;
};

using version_key = std::pair<std::string_view, std::uint32_t>;
version_key key_of(const event_type& type) { return {type.name, type.version}; }

/// The samples of a version, and how they are read.
struct version_samples {
  std::vector<const golden_sample*> all;
  std::vector<const golden_sample*> fitting;
  bool begins_alone = false;
  bool is_merged = false;
};

}  // namespace

std::vector<unread_sample> unread_samples(const event_contracts& contracts, const std::vector<golden_sample>& all) {
  std::map<version_key, version_samples> versions;
  for (const golden_sample& sample : all) {
    version_samples& own = versions[{sample.event_type, sample.version}];
    own.all.push_back(&sample);
    if (sample.fits) own.fitting.push_back(&sample);
  }
  std::vector<std::pair<const version_samples*, const version_samples*>> merges;
  for (const event_type& beginning : contracts.upcasters().beginnings())
    for (const upcast_way& way : contracts.upcasters().ways_from(beginning)) {
      version_samples& first = versions[key_of(beginning)];
      if (way.next.name.empty()) {
        first.begins_alone = true;
        continue;
      }
      version_samples& second = versions[key_of(way.next)];
      first.is_merged = second.is_merged = true;
      merges.emplace_back(&first, &second);
    }

  sample_reader reader(contracts);
  for (const auto& [version, own] : versions) {
    const promised_event* const event = contracts.find(version.first);
    const bool is_of_today = event != nullptr && event->type.version == version.second;
    if (own.begins_alone || is_of_today || !own.is_merged)
      for (const golden_sample* const sample : own.all) reader.read(*sample);
  }
  for (const auto& [first, second] : merges) {
    // Where the one has none, another finding says so.
    if (first->fitting.empty() || second->fitting.empty()) continue;
    const std::size_t pairs = std::max(first->fitting.size(), second->fitting.size());
    for (std::size_t i = 0; i < pairs; ++i)
      reader.read(*first->fitting[i % first->fitting.size()], *second->fitting[i % second->fitting.size()]);
  }
  return reader.unread();
}

}  // namespace whence::inline v0::detail
