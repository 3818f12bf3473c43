#include <tests/store/sqlite/disk_trial.hpp>

#include <chrono>

#include <whence/core/simulation.hpp>
#include <whence/sql/database.hpp>
#include <whence/store/log_errors.hpp>
#include <whence/store/log_verification.hpp>

namespace tests {

using namespace whence;

namespace {

class immediate_executor final : public executor {
 public:
  void post(work& item) noexcept override { run(this, item); }
  void stop() noexcept override {}
};

std::size_t events_of(const append_batch& batch) {
  std::size_t count = 0;
  for (const stream_append& part : batch.streams) count += part.events.size();
  return count;
}

}  // namespace

void require(bool condition, const std::string& sentence) {
  if (!condition) throw wrong(sentence);
}

runtime runtime_on(memory_disk& disk, std::uint64_t seed) {
  static const runtime system = runtime::system(1);
  return {system.clock, std::make_shared<seeded_entropy>(seed), disk.files(), std::make_shared<immediate_executor>()};
}

append_batch history::make(std::mt19937_64& dice) {
  static const timestamp begin = std::chrono::sys_days{std::chrono::year{2026} / 1 / 27};
  append_batch batch;
  for (std::uint64_t parts = 1 + dice() % 2, i = 0; i < parts; ++i) {
    stream_append& part = batch.streams.emplace_back();
    part.stream = "thing-" + std::to_string(i) + "-" + std::to_string(dice() % 5);
    part.aggregate_type = "Thing";
    for (std::uint64_t count = 1 + dice() % 3; count > 0; --count) {
      new_event& event = part.events.emplace_back();
      event.id = event_id{derive(begin, "event", events.size())};
      event.type = "ThingHappened" + std::to_string(dice() % 3);
      event.occurred_at = begin;
      const std::size_t bytes = dice() % 8 == 0 ? 9'000 : 200;
      event.data = "\"" + std::to_string(events.size()) + std::string(dice() % bytes, 'x') + "\"";
      event.tags = {"tag-" + std::to_string(dice() % 4)};
      events.emplace(event.id, std::pair(batches.size(), event.data));
    }
  }
  batches.push_back(batch);
  return batch;
}

std::vector<std::size_t> events_there(log_reader& log, const history& was) {
  std::vector<std::size_t> there(was.batches.size());
  std::uint64_t next = 1;
  for (global_position after;;) {
    const event_page page = log.read(after);
    for (const recorded_event& event : page) {
      require(event.position.value() == next++, "positions are not dense");
      const auto known = was.events.find(event.id);
      require(known != was.events.end(), "there is an event that was never written");
      require(known->second.second == event.data, "an event is another than what was written");
      ++there[known->second.first];
    }
    if (page.at_end()) return there;
    after = page.scanned_to();
  }
}

std::string detail_of(const append_outcome& outcome) {
  if (outcome.refused() != nullptr) return outcome.refused()->detail;
  return outcome.unknown() != nullptr ? outcome.unknown()->detail : "";
}

namespace {

class examination {
 public:
  /// An index that was never synced may be unusable. Another one is what it was when it was written, as far as it goes.
  examination(const disk_image& left, const history& was, bool index_was_synced, found_in_trials& counted)
      : disk_(std::make_shared<memory_disk>(left)), was_(was), index_was_synced_(index_was_synced), counted_(counted) {
    memory_disk::use(disk_);
  }

  void run(std::mt19937_64& dice) {
    const runtime runtime = runtime_on(*disk_, dice());
    look_at_merges();
    look_as_it_lies(runtime);
    const auto log = sqlite(trial_log).open(runtime);
    std::size_t total = 0;
    look_at_events(*log, total);
    send_all_again(*log, total);
    log->close();
    const log_verification after = verify_log(sqlite(trial_log), runtime, {.threads = 1});
    require(after.sound(), "after the recovery: " + first_finding(after));
    require(after.index == log_verification::index_state::fits && after.indexed_to == after.head,
            "the index has not the whole log after the recovery");
  }

 private:
  static std::string first_finding(const log_verification& found) {
    return found.findings.empty() ? "" : std::string(name_of(found.findings[0].what)) + ": " + found.findings[0].detail;
  }

  void look_at_merges() {
    const std::string path = std::string(trial_log).append(".index");
    if (!disk_->find(path)) return;
    try {
      auto index = sql::database::open(path, sql::open_mode::read_only);
      counted_.amid_merge += index.integer("SELECT count(*) FROM garbage").value_or(0) > 0 ? 1 : 0;
    } catch (const error&) {
      // Then it is unusable, which is looked at below.
    }
  }

  void look_as_it_lies(const runtime& runtime) {
    log_verification found;
    try {
      found = verify_log(sqlite(trial_log), runtime, {.threads = 1});
    } catch (const log_missing&) {
      require(was_.acknowledged.empty(), "there is no log any more");
      ++counted_.without_log;
      return;
    }
    if (found.index == log_verification::index_state::damaged) {
      require(!index_was_synced_, "as it lies: " + first_finding(found));
      ++counted_.index_made_anew;
    }
    for (const log_finding& finding : found.findings) {
      const bool torn = was_.witness_may_be_torn && finding.what == log_finding::kind::witness;
      require(finding.what == log_finding::kind::index || torn, "as it lies: " + first_finding(found));
    }
  }

  void look_at_events(log_reader& log, std::size_t& total) {
    const std::vector<std::size_t> there = events_there(log, was_);
    for (std::size_t batch = 0; batch < there.size(); ++batch) {
      const std::size_t whole = events_of(was_.batches[batch]);
      const bool acknowledged = was_.acknowledged.contains(batch);
      require(there[batch] == whole || !acknowledged, "append " + std::to_string(batch) +
                                                          " was acknowledged, and of its " + std::to_string(whole) +
                                                          " events " + std::to_string(there[batch]) + " are there");
      require(there[batch] == whole || there[batch] == 0, "append " + std::to_string(batch) + " is half there");
      const bool refused = was_.refused.contains(batch);
      require(there[batch] == 0 || !refused, "append " + std::to_string(batch) + " was refused, and is there");
      if (acknowledged)
        ++counted_.acknowledged;
      else if (refused)
        ++counted_.refused;
      else
        ++(there[batch] > 0 ? counted_.others_there : counted_.others_gone);
      total += whole;
    }
  }

  void send_all_again(whence::log& log, std::size_t total) {
    for (const append_batch& batch : was_.batches) {
      const append_outcome outcome = log.append(batch).get();
      require(outcome.committed() != nullptr, "a batch that is sent again is not committed: " + detail_of(outcome));
    }
    require(log.head().value() == total, "not each event is there once");
  }

  const std::shared_ptr<memory_disk> disk_;
  const history& was_;
  const bool index_was_synced_;
  found_in_trials& counted_;
};

}  // namespace

void examine(const disk_image& left, const history& was, bool index_was_synced, std::mt19937_64& dice,
             found_in_trials& counted) {
  examination(left, was, index_was_synced, counted).run(dice);
}

}  // namespace tests
