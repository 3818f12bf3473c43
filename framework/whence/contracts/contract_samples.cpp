#include <whence/contracts/contract_samples.hpp>

#include <whence/core/error.hpp>

namespace whence::inline v0::detail {
namespace {

stored_event stored(const golden_sample& sample) { return {sample.event_type, sample.version, sample.data}; }

std::string named(std::string_view event, std::uint32_t version) {
  return std::string(event) + " version " + std::to_string(version);
}

}  // namespace

std::optional<std::string> sample_reader::problem_with(const golden_sample& sample) {
  std::optional<std::string> alone;
  try {
    alone = problem_of_today(contracts_.upcasters().upcast(stored(sample)), sample);
  } catch (const error& failed) {
    alone = failed.what();
    remedy_ = failed.text().remedy;
  }
  if (!alone) return std::nullopt;
  // What only stands beside another: one that it is merged with will do.
  for (const golden_sample& other : all_) {
    if (contracts_.upcasters().merge(stored(sample), stored(other))) return problem_together(sample, other);
    if (contracts_.upcasters().merge(stored(other), stored(sample))) return problem_together(other, sample);
  }
  return alone;
}

std::optional<std::string> sample_reader::problem_together(const golden_sample& first, const golden_sample& second) {
  try {
    return problem_of_today(contracts_.upcasters().upcast(stored(first), stored(second)), second);
  } catch (const error& failed) {
    remedy_ = failed.text().remedy;
    return failed.what();
  }
}

std::optional<std::string> sample_reader::problem_of_today(const std::vector<upcast_event>& today,
                                                           const golden_sample& sample) {
  for (const upcast_event& event : today) {
    const promised_event* const known = contracts_.find(event.type.name);
    const std::string from =
        "`upcast<" + std::string(event.type.name) + ", " + std::to_string(event.type.version) + ">";
    if (known == nullptr) {
      remedy_ = "say what became of it: " + from + "` to another event, or dropped";
      return "the program has no event " + named(event.type.name, event.type.version);
    }
    if (known->type.version != event.type.version) {
      remedy_ = "give it an upcaster that begins there, " + from + "(…)`";
      return "no upcaster leads from " + named(event.type.name, event.type.version) + " to version " +
             std::to_string(known->type.version);
    }
    try {
      known->read(event.data, decoder_);
    } catch (const error& failed) {
      const bool is_stored_so = event.type.name == sample.event_type && event.type.version == sample.version;
      remedy_ = is_stored_so
                    ? "give the event a new version, and an upcaster from this one"
                    : "let the upcasters make of it what " + named(event.type.name, event.type.version) + " is";
      return failed.what();
    }
  }
  return std::nullopt;
}

}  // namespace whence::inline v0::detail
