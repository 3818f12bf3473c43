#include <whence/contracts/released_contracts.hpp>

#include <algorithm>
#include <deque>
#include <map>
#include <optional>
#include <tuple>
#include <utility>

#include <whence/contracts/contract_folder.hpp>
#include <whence/contracts/contract_samples.hpp>
#include <whence/contracts/contract_text.hpp>
#include <whence/contracts/schema_validator.hpp>

namespace whence::inline v0 {
namespace {

using detail::contract_difference;
using detail::contract_files;
using detail::promised_event;

std::string folder_of(const contract_files& files) {
  return files.schema_file.empty() ? files.samples_file : files.schema_file;
}

/// Whose event it is: of several aggregates, that in whose folder it was released; before that, the first that was named.
std::string_view home_of(const promised_event& event, const std::vector<contract_files>& released) {
  const auto has_it = [&](std::string_view aggregate) {
    const std::string folder = detail::kebab_case(aggregate);
    return std::any_of(released.begin(), released.end(), [&](const contract_files& one) {
      return one.event_type == event.type.name && one.folder == folder;
    });
  };
  const auto found = std::find_if(event.aggregates.begin(), event.aggregates.end(), has_it);
  return found == event.aggregates.end() ? event.aggregates.front() : *found;
}

/// The released files of an event that stand in another folder; nothing if all are in their own.
const contract_files* misplaced(const std::vector<contract_files>& released, const contract_files& wanted) {
  const auto found = std::find_if(released.begin(), released.end(), [&](const contract_files& one) {
    return one.event_type == wanted.event_type && one.folder != wanted.folder;
  });
  return found == released.end() ? nullptr : &*found;
}

/// The files of a version that the program does not have yet; nothing if there are none.
const contract_files* newer(const std::vector<contract_files>& released, const promised_event& event) {
  const auto found = std::find_if(released.begin(), released.end(), [&](const contract_files& one) {
    return one.event_type == event.type.name && one.version > event.type.version;
  });
  return found == released.end() ? nullptr : &*found;
}

/// Whether a version without a schema was released all the same. A schema that is gone is not made anew: today's type may be
/// another one. Samples as they are made may be what a release that was broken off has left, and it goes on.
bool was_released(const promised_event& event, const contract_files& wanted, files& on) {
  return on.status(wanted.samples_file) &&
         detail::content_of(wanted.samples_file, on) != detail::contract_samples(event);
}

/// A folder that is made if it is missing, and goes again if what was to stand in it could not be written.
class made_folder {
 public:
  made_folder(std::string path, files& on) : path_(std::move(path)), on_(on), was_there_(on.status(path_).has_value()) {
    on_.make_directory(path_);
  }
  ~made_folder() {
    if (was_there_ || kept_) return;
    try {
      on_.remove(path_);
    } catch (const file_error&) {
      // There is something in it.
    }
  }
  made_folder(const made_folder&) = delete;
  made_folder& operator=(const made_folder&) = delete;
  void keep() noexcept { kept_ = true; }

 private:
  const std::string path_;
  files& on_;
  const bool was_there_;
  bool kept_ = false;
};

/// Samples first: where a schema stands, the version was released.
void write_contract(const promised_event& event, const contract_files& wanted, const std::string& folder, files& on) {
  made_folder all(folder, on);
  made_folder own(folder + "/" + wanted.folder, on);
  if (!on.status(wanted.samples_file)) on.replace(wanted.samples_file, detail::contract_samples(event));
  on.replace(wanted.schema_file, detail::contract_text(event));
  own.keep();
  all.keep();
}

class contract_check {
 public:
  contract_check(const event_contracts& contracts, std::string folder, files& on)
      : contracts_(contracts), folder_(std::move(folder)), on_(on), released_(detail::contracts_in(folder_, on)) {}

  std::vector<contract_finding> run() {
    for (const promised_event& event : contracts_.promised()) look_at_today(event);
    for (const contract_files& one : released_) look_at_released(one);
    for (const event_type& beginning : contracts_.upcasters().beginnings()) look_at_beginning(beginning);
    for (detail::unread_sample& one : detail::unread_samples(contracts_, samples_))
      add_sample(kind::unread_sample, *one.sample, one.next, one.cause, std::move(one.problem), std::move(one.remedy));
    count_samples();
    std::stable_sort(found_.begin(), found_.end(), [](const contract_finding& a, const contract_finding& b) {
      return std::tie(a.event_type, a.version) < std::tie(b.event_type, b.version);
    });
    return std::move(found_);
  }

 private:
  using kind = contract_finding::kind;

  void add(kind what, std::string event, std::uint32_t version, std::string file, std::string problem,
           std::string remedy) {
    found_.push_back({what, std::move(event), version, std::move(file), std::move(problem), std::move(remedy)});
  }
  /// Of the samples of one version (or pairs of two) that have the same cause, the first is told, and how many are like it; of
  /// the causes the first few.
  void add_sample(kind what, const detail::golden_sample& sample, const detail::golden_sample* next,
                  const std::string& cause, std::string problem, std::string remedy) {
    const version_key behind = next == nullptr ? version_key{} : version_key{next->event_type, next->version};
    sample_causes& known = sample_findings_[{what, version_key{sample.event_type, sample.version}, behind}];
    const auto same =
        std::find_if(known.named.begin(), known.named.end(), [&](const named_cause& one) { return one.text == cause; });
    if (same != known.named.end()) {
      ++same->more;
    } else if (known.named.size() == causes_max) {
      ++known.others;
    } else {
      known.named.push_back({cause, found_.size(), 0});
      add(what, sample.event_type, sample.version, sample.place(), std::move(problem), std::move(remedy));
    }
  }
  void count_samples() {
    for (const auto& [what, known] : sample_findings_) {
      const std::string_view unit = std::get<2>(what).first.empty() ? " sample" : " pair";
      const auto counted = [&](std::size_t count) {
        return std::to_string(count).append(unit).append(count == 1 ? " more" : "s more");
      };
      for (const named_cause& one : known.named)
        if (one.more > 0) found_[one.place].problem += " (and " + counted(one.more) + ")";
      if (known.others > 0)
        found_[known.named.back().place].problem += "; " + counted(known.others) + ", for other reasons";
    }
  }

  void look_at_today(const promised_event& event) {
    const std::string_view home = home_of(event, released_);
    const contract_files wanted = detail::files_of(folder_, home, event.type.name, event.type.version);
    if (const contract_files* const other = misplaced(released_, wanted))
      add(kind::misplaced, wanted.event_type, other->version, folder_of(*other),
          "it is an event of " + std::string(home) + " today",
          "an aggregate that has streams keeps its stored name, whatever its C++ type is called; if no log has one, "
          "move the files; if it is another event, give it another name");
    if (!on_.status(wanted.schema_file)) {
      // That a schema is gone is told of with the samples.
      if (misplaced(released_, wanted) == nullptr && !was_released(event, wanted, on_))
        add(kind::unreleased, wanted.event_type, wanted.version, {}, "has no contract yet",
            "whence schema release --dir " + folder_);
      return;
    }
    try {
      const contract_difference changed =
          detail::difference_between(detail::content_of(wanted.schema_file, on_), event, wanted.schema_file);
      if (!changed.problem.empty())
        add(kind::changed, wanted.event_type, wanted.version, wanted.schema_file,
            (changed.pointer.empty() ? "" : changed.pointer + ": ") + changed.problem, changed.remedy);
    } catch (const schema_malformed&) {  // told of with its file
    } catch (const schema_unsupported&) {
    }
  }

  void look_at_released(const contract_files& one) {
    const promised_event* const event = contracts_.find(one.event_type);
    if (event != nullptr && one.version > event->type.version)
      add(kind::newer, one.event_type, one.version, folder_of(one),
          "it belongs to a newer build: this program has version " + std::to_string(event->type.version),
          "build the program from the sources that these files stand beside: a version is never taken back");
    const std::optional<schema_validator> schema = schema_of(one);
    if (one.samples_file.empty()) {
      add(kind::incomplete, one.event_type, one.version, one.schema_file, "there are no samples beside the schema",
          "bring them back from the history of the sources");
      return;
    }
    const auto& content = contents_.emplace_back(detail::content_of(one.samples_file, on_));
    const auto lines = detail::lines_of(content);
    if (lines.empty())
      add(kind::incomplete, one.event_type, one.version, one.samples_file, "there is no sample in it",
          "bring them back from the history of the sources");
    for (const auto& [number, line] : lines) {
      detail::golden_sample sample{one.event_type, one.version, one.samples_file, number, line};
      if (schema) sample.fits = look_at_sample(*schema, sample);
      if (event == nullptr || one.version <= event->type.version) samples_.push_back(std::move(sample));
    }
  }

  /// What upcasters begin at was written once. Before the first release nothing is missed.
  void look_at_beginning(const event_type& beginning) {
    if (released_.empty()) return;
    const promised_event* const event = contracts_.find(beginning.name);
    // Of today's version is told elsewhere that it is not released.
    if (event != nullptr && beginning.version >= event->type.version) return;
    const bool is_there = std::any_of(released_.begin(), released_.end(), [&](const contract_files& one) {
      return one.event_type == beginning.name && one.version == beginning.version;
    });
    if (is_there) return;
    const std::string stem = detail::stem_of(beginning.name, beginning.version);
    const std::string schema =
        event == nullptr
            ? stem + ".schema.json"
            : detail::files_of(folder_, home_of(*event, released_), beginning.name, beginning.version).schema_file;
    add(kind::incomplete, std::string(beginning.name), beginning.version, {},
        "an upcaster begins at it, and there is neither a schema nor a sample of it",
        "bring " + schema +
            " and the samples beside it back from the history of the sources; one that was never released is written "
            "by hand, after events in a log; if no log has any, take its upcaster away");
  }

  std::optional<schema_validator> schema_of(const contract_files& one) {
    if (one.schema_file.empty()) {
      add(kind::incomplete, one.event_type, one.version, one.samples_file, "there is no schema beside the samples",
          "bring it back from the history of the sources");
      return std::nullopt;
    }
    try {
      return schema_validator(detail::content_of(one.schema_file, on_));
    } catch (const schema_malformed& wrong) {
      add(kind::unreadable_schema, one.event_type, one.version, one.schema_file, wrong.what(), wrong.text().remedy);
    } catch (const schema_unsupported& wrong) {
      add(kind::unreadable_schema, one.event_type, one.version, one.schema_file, wrong.what(), wrong.text().remedy);
    }
    return std::nullopt;
  }

  /// Whether it fits.
  bool look_at_sample(const schema_validator& schema, const detail::golden_sample& sample) {
    try {
      const std::vector<schema_violation> wrong = schema.violations(sample.data);
      if (wrong.empty()) return true;
      const std::string problem = wrong.front().text();
      add_sample(kind::unfit_sample, sample, nullptr, problem, problem,
                 "correct the sample, or leave it out: no such event was written");
    } catch (const error& wrong) {
      add_sample(kind::unfit_sample, sample, nullptr, wrong.what(), wrong.what(),
                 "correct the sample: it is one JSON document on a line");
    }
    return false;
  }

  const event_contracts& contracts_;
  const std::string folder_;
  files& on_;
  const std::vector<contract_files> released_;
  std::deque<std::string> contents_;  ///< of the files that samples are views of
  std::vector<detail::golden_sample> samples_;
  std::vector<contract_finding> found_;
  static constexpr std::size_t causes_max = 5;
  struct named_cause {
    std::string text;
    std::size_t place;  ///< among what was found
    std::size_t more;   ///< samples
  };
  struct sample_causes {
    std::vector<named_cause> named;
    std::size_t others = 0;  ///< samples that have none of these
  };
  using version_key = std::pair<std::string, std::uint32_t>;
  std::map<std::tuple<kind, version_key, version_key>, sample_causes> sample_findings_;
};

}  // namespace

std::vector<released_contract> release_contracts(const event_contracts& contracts, const std::string& folder,
                                                 release_mode mode, files& on) {
  const std::vector<contract_files> there = detail::contracts_in(folder, on);
  std::vector<released_contract> released;
  std::vector<contract_files> places;
  for (const promised_event& event : contracts.promised()) {
    const std::string home(home_of(event, there));
    const contract_files& wanted =
        places.emplace_back(detail::files_of(folder, home, event.type.name, event.type.version));
    if (const contract_files* const other = misplaced(there, wanted))
      throw contract_misplaced(wanted.event_type, folder_of(*other), home);
    if (const contract_files* const other = newer(there, event))
      throw contract_newer(wanted.event_type, other->version, wanted.version, folder_of(*other));
    const bool is_new = !on.status(wanted.schema_file);
    if (is_new) {
      if (was_released(event, wanted, on))
        throw contract_incomplete(wanted.event_type, wanted.version, wanted.schema_file, wanted.samples_file);
    } else {
      const contract_difference changed =
          detail::difference_between(detail::content_of(wanted.schema_file, on), event, wanted.schema_file);
      if (!changed.problem.empty())
        throw contract_changed(wanted.event_type, wanted.version, changed.pointer, changed.problem, changed.more,
                               changed.remedy, wanted.schema_file);
    }
    released.push_back({wanted.event_type, wanted.version, home, wanted.schema_file, wanted.samples_file, is_new});
  }
  for (std::size_t i = 0; mode == release_mode::write && i < released.size(); ++i)
    if (released[i].is_new) write_contract(contracts.promised()[i], places[i], folder, on);
  return released;
}

std::vector<contract_finding> check_contracts(const event_contracts& contracts, const std::string& folder, files& on) {
  return contract_check(contracts, folder, on).run();
}

std::string contract_finding::text() const {
  return event_type + " version " + std::to_string(version) + ": " + problem + (file.empty() ? "" : " (" + file + ")") +
         "; do: " + remedy;
}

std::string_view name_of(contract_finding::kind what) {
  using kind = contract_finding::kind;
  switch (what) {
    case kind::unreleased: return "unreleased";
    case kind::changed: return "changed";
    case kind::misplaced: return "misplaced";
    case kind::newer: return "newer";
    case kind::unreadable_schema: return "unreadable-schema";
    case kind::incomplete: return "incomplete";
    case kind::unfit_sample: return "unfit-sample";
    case kind::unread_sample: return "unread-sample";
  }
  return {};
}

}  // namespace whence::inline v0
