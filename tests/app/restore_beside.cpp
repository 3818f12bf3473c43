// Restores older logs beside read models, subscriptions and tokens of newer ones:
//
//     restore_beside ROUNDS [SEED]
//
// In each round a log is written, with read models, subscriptions and tokens that stand anywhere in it; a backup is made somewhere
// before its end, the log is moved away, and restored from the backup, perhaps not to its end. It goes on then, past where the
// first one was. Before that and after it,
//   - each token of before is refused by name;
//   - each read model, and each subscription, that has seen an event which the restored log does not have is stopped by name;
//   - each that has not goes on, and a read model comes to what one that is built anew has.
// Prints `figure: value` lines; exits 1 at the first thing that is wrong.
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <random>
#include <stdexcept>
#include <string>
#include <vector>

#include <whence/projection/errors.hpp>
#include <whence/store/log_backup.hpp>
#include <whence/store/log_source.hpp>
#include <whence/subscription/subscription.hpp>

#include <tests/app/backup_models.hpp>
#include <tests/temporary_folder.hpp>

namespace {

using namespace whence;
namespace fs = std::filesystem;
using namespace std::chrono_literals;

struct wrong final : std::runtime_error {
  using runtime_error::runtime_error;
};
void require(bool holds, const std::string& what) {
  if (!holds) throw wrong(what);
}

/// A subscription of somebody's own, with what it has kept.
class kept final : public subscription_handler {
 public:
  explicit kept(checkpoint at) : at_(at) {}
  checkpoint load() override { return at_; }
  void handle(const event_page& page, const checkpoint& reached) override {
    handled_ += page.size();
    at_ = reached;
  }
  std::size_t handled() const noexcept { return handled_; }
  const checkpoint& at() const noexcept { return at_; }

 private:
  checkpoint at_;
  std::size_t handled_ = 0;
};

struct figures {
  std::uint64_t rounds = 0, tokens = 0, models_stopped = 0, models_on = 0, subscriptions_stopped = 0,
                subscriptions_on = 0;
};

class round {
 public:
  round(std::mt19937& dice, const runtime& runtime, figures& counted)
      : dice_(dice), runtime_(runtime), counted_(counted) {}

  void run() {
    write_first_log();
    const fs::path away = folder_.path() / "away";
    fs::create_directory(away);
    for (const char* const end : {"", "-wal", "-shm", ".witness"})
      if (fs::exists(path() + end)) fs::rename(path() + end, away / (std::string("shop.db") + end));
    restore_options options;
    if (dice_() % 2 == 0) options.at = global_position{1 + dice_() % backup_.value()};
    restored_ = restore_log(folder_.file("shop.backup"), path(), runtime_, options);
    log_ = sqlite(path()).open(runtime_);
    look();
    append(*log_, ends_ + 10);
    look();
    ++counted_.rounds;
  }

 private:
  std::string path() const { return folder_.file("shop.db"); }

  void append(whence::log& log, std::uint64_t until) {
    while (log.head().value() < until) {
      stream_append part;
      part.stream = "account-" + std::to_string(dice_() % 7);
      part.aggregate_type = "Account";
      new_event event;
      event.id = event_id(runtime_.make_uuid());
      event.type = "Moved";
      event.occurred_at = runtime_.clock->now();
      event.data = "{\"amount\":" + std::to_string(dice_() % 100) + ",\"text\":\"\"}";
      part.events.push_back(std::move(event));
      append_batch batch;
      batch.streams.push_back(std::move(part));
      static_cast<void>(log.append(std::move(batch)).get().value());
    }
  }

  void write_first_log() {
    const std::shared_ptr<whence::log> log = sqlite(path()).open(runtime_);
    identity_ = log->identity();
    ends_ = 40 + dice_() % 60;
    append(*log, 20 + dice_() % 20);
    backup_ = back_up(sqlite(path()), folder_.file("shop.backup"), runtime_).head;
    append(*log, ends_);
    for (std::size_t i = 0; i < 6; ++i) {
      const global_position at{1 + dice_() % ends_};
      subscriptions_.push_back({identity_, at, *log->chain_at(at)});
    }
    for (const auto* const model : tests::all_models()) {
      stands_.emplace_back(1 + dice_() % ends_);
      runner(*model, log, {.events = 1, .scanned = 1})->include({identity_.epoch, stands_.back()}, 60s);
    }
    log->close();
  }

  std::shared_ptr<projection_runner> runner(const detail::projection_definition& model, std::shared_ptr<log_reader> log,
                                            page_limit page = {}, bool in_memory = false) const {
    return projection_runner::make(model, nullptr,
                                   {.log = std::move(log),
                                    .runtime = runtime_,
                                    .models_directory = in_memory ? "" : path() + ".models",
                                    .page = page});
  }

  void look() {
    for (std::uint64_t at = 0; at <= ends_ + 5; at += 7) look_at_token({identity_.epoch, global_position{at}});
    for (std::size_t i = 0; i < stands_.size(); ++i) look_at_model(i);
    for (checkpoint& at : subscriptions_) look_at_subscription(at);
  }

  void look_at_token(const token& old) {
    try {
      runner(*tests::all_models().front(), log_, {}, true)->include(old, 60s);
    } catch (const token_of_other_epoch& refused) {
      require(refused.found == old.epoch && refused.epoch == restored_.log.epoch,
              "a token is refused for another reason");
      ++counted_.tokens;
      return;
    }
    throw wrong("the token " + old.to_string() + " of another epoch went on in silence");
  }

  void look_at_model(std::size_t number) {
    const detail::projection_definition& model = *tests::all_models()[number];
    const bool knows_more = stands_[number] > restored_.head;
    const token now{restored_.log.epoch, log_->head()};
    const auto asked = runner(model, log_);
    try {
      asked->include(now, 60s);
    } catch (const checkpoint_mismatch& stopped) {
      require(knows_more, "a read model within the restored log is stopped");
      require(stopped.owner == model.info.name && stopped.position == stands_[number], "another read model is named");
      ++counted_.models_stopped;
      return;
    }
    require(!knows_more, std::string(model.info.name) + " has seen more than the log, and went on in silence");
    const auto anew = runner(model, log_, {}, true);
    anew->include(now, 60s);
    require(tests::contents_of(*asked) == tests::contents_of(*anew),
            "a read model that went on is not what the log makes of it");
    ++counted_.models_on;
  }

  void look_at_subscription(checkpoint& at) {
    const bool knows_more = at.position > restored_.head && at.log == identity_;
    const auto handler = std::make_shared<kept>(at);
    auto running = subscription::start(log_, runtime_, {.name = "invoices", .filter = {}, .page = {}}, handler);
    try {
      running.reached(log_->head()).get();
    } catch (const checkpoint_mismatch& stopped) {
      require(knows_more, "a subscription within the restored log is stopped");
      require(stopped.owner == "invoices" && stopped.position == at.position, "another subscription is named");
      require(handler->handled() == 0, "a subscription that is stopped handled an event");
      ++counted_.subscriptions_stopped;
      return;
    }
    require(!knows_more, "a subscription has seen more than the log, and went on in silence");
    running.stop();
    at = handler->at();
    ++counted_.subscriptions_on;
  }

  const tests::temporary_folder folder_;
  std::mt19937& dice_;
  const runtime& runtime_;
  figures& counted_;
  log_identity identity_;
  global_position backup_;
  std::uint64_t ends_ = 0;
  restored_log restored_;
  std::shared_ptr<whence::log> log_;
  std::vector<global_position> stands_;  // of the read models
  std::vector<checkpoint> subscriptions_;
};

int run(int rounds, unsigned seed) {
  figures counted;
  std::mt19937 dice(seed);
  const runtime runtime = runtime::system();
  for (int i = 0; i < rounds; ++i) round(dice, runtime, counted).run();
  const auto line = [](const char* name, std::uint64_t value) {
    std::printf("%s: %ju\n", name, std::uintmax_t{value});
  };
  line("older logs restored beside what newer ones left", counted.rounds);
  line("tokens of before, each refused by name", counted.tokens);
  line("read models that had seen more, each stopped by name", counted.models_stopped);
  line("read models that had not, each went on to what one built anew has", counted.models_on);
  line("subscriptions that had seen more, each stopped by name before it handled an event",
       counted.subscriptions_stopped);
  line("subscriptions that had not, each went on", counted.subscriptions_on);
  line("readers that went on in silence", 0);
  std::printf("seed: %u\n", seed);
  return counted.models_stopped > 0 && counted.subscriptions_stopped > 0 && counted.models_on > 0 ? 0 : 1;
}

}  // namespace

int main(int argc, char** argv) {
  const unsigned seed = argc > 2 ? static_cast<unsigned>(std::strtoul(argv[2], nullptr, 10)) : std::random_device{}();
  try {
    if (argc < 2) throw wrong("restore_beside ROUNDS [SEED]");
    return run(std::atoi(argv[1]), seed);
  } catch (const std::exception& failure) {
    std::fprintf(stderr, "seed %u: %s\n", seed, failure.what());
    return 1;
  }
}
