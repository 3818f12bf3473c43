#include <algorithm>
#include <cstring>
#include <memory>
#include <string>
#include <string_view>

#include <xxhash.h>

#include <whence/modelling/fold_fingerprint.hpp>
#include <whence/serialization/detail/value_generator.hpp>

namespace whence::inline v0::detail {
namespace {

constexpr std::size_t rounds = 32;
/// Afterwards, for limits that are reached only so.
constexpr std::size_t events_in_a_row = 64;

/// Values as they are in everyday events.
class sample_generator final : public value_generator {
 public:
  using value_generator::value_generator;

  void integer(std::int64_t& value, std::int64_t least, std::int64_t most) override {
    value = std::clamp<std::int64_t>(static_cast<std::int64_t>(below(most > 1'000 ? 1'000 : 100)), least, most);
  }
  void natural(std::uint64_t& value, std::uint64_t most) override {
    value = std::min<std::uint64_t>(below(1'000), most);
  }
  void real(double& value, precision) override { value = static_cast<double>(below(8'000)) / 8; }
  void text(std::string& value) override {
    // Few of them, so that what was put in under a name is met again under it.
    value = std::string("text-") + static_cast<char>('a' + below(4));
  }
  void time(timestamp& value, std::chrono::microseconds step) override {
    constexpr timestamp begin = std::chrono::sys_days{std::chrono::year{2024} / 1 / 1};
    const std::int64_t since = (begin + std::chrono::seconds{below(100'000'000)}).time_since_epoch().count();
    value = timestamp{std::chrono::microseconds{since - since % step.count()}};
  }
  void identifier(uuid& value) override {
    // The same goes for these.
    uuid::bytes_type bytes{};
    bytes.back() = static_cast<std::uint8_t>(1 + below(4));
    value = uuid(bytes);
  }
  void duration(std::int64_t& ticks, const tick& unit) override {
    ticks = std::clamp<std::int64_t>(static_cast<std::int64_t>(below(1'000)), unit.least, unit.most);
  }
  void exact(decimal& value) override { value = decimal(static_cast<std::int64_t>(below(100'000)), 2); }
  void currency(currency_code& value) override { value = currency_code("EUR"); }
};

class hash {
 public:
  hash() : state_(XXH3_createState(), XXH3_freeState) { XXH3_128bits_reset(state_.get()); }
  void add(std::string_view text) {
    const std::uint64_t size = text.size();
    XXH3_128bits_update(state_.get(), &size, sizeof size);
    XXH3_128bits_update(state_.get(), text.data(), text.size());
  }
  uuid::bytes_type bytes() const {
    XXH128_canonical_t canonical{};
    XXH128_canonicalFromHash(&canonical, XXH3_128bits_digest(state_.get()));
    uuid::bytes_type all{};
    std::memcpy(all.data(), canonical.digest, all.size());
    return all;
  }

 private:
  std::unique_ptr<XXH3_state_t, XXH_errorcode (*)(XXH3_state_t*)> state_;
};

}  // namespace

void make_up_sample(std::uint64_t seed, visitable into) {
  sample_generator generator(seed);
  into.visit(generator, into.value);
}

uuid::bytes_type fingerprint_of(const aggregate_facts& facts, const snapshot_facts& snapshots,
                                std::string_view reading) {
  hash all;
  all.add(facts.name);
  all.add(snapshots.schema());
  for (const event_type& type : snapshots.events) {
    all.add(type.name);
    all.add(std::to_string(type.version));
  }
  all.add(reading);
  std::unique_ptr<void, void (*)(void*)> state(facts.create(), facts.destroy);
  std::uint64_t seed = 0;
  const auto apply = [&](std::size_t type, bool look) {
    try {
      snapshots.samples[type](state.get(), ++seed);
      if (look) all.add(snapshots.encode(state.get()));
    } catch (...) {
      all.add("threw");
      state = {facts.create(), facts.destroy};
    }
  };
  const std::size_t types = snapshots.samples.size();
  for (std::size_t round = 0; round < rounds; ++round) {
    for (std::size_t i = 0; i < types; ++i) apply((i * (round % 3 + 1) + round) % types, true);
  }
  for (std::size_t type = 0; type < types; ++type) {
    for (std::size_t i = 1; i <= events_in_a_row; ++i) apply(type, i % rounds == 0);
  }
  return all.bytes();
}

}  // namespace whence::inline v0::detail
