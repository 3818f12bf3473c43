#include <whence/core/hex.hpp>
#include <whence/proof/signed_head.hpp>

#include <optional>
#include <utility>

#include <nlohmann/json.hpp>

#include <whence/core/error.hpp>

namespace whence::inline v0::detail {
namespace {

using nlohmann::json;

constexpr std::string_view before_signature = ",\"signature\":\"";

const json& member(const json& of, const char* name) {
  const auto found = of.find(name);
  if (found == of.end()) throw no_head(std::string("it has no \"") + name + "\"");
  return *found;
}

std::uint64_t number(const json& of, const char* name) {
  const json& value = member(of, name);
  if (!value.is_number_unsigned()) throw no_head(std::string("its \"") + name + "\" is no number");
  return value.get<std::uint64_t>();
}

std::string text_in(const json& of, const char* name) {
  const json& value = member(of, name);
  if (!value.is_string()) throw no_head(std::string("its \"") + name + "\" is no text");
  return value.get<std::string>();
}

void read_bytes(std::string_view digits, const char* name, std::span<std::uint8_t> into) {
  if (!from_hex(digits, into))
    throw no_head(std::string("its \"") + name + "\" has no " + std::to_string(2 * into.size()) +
                  " hexadecimal digits");
}

void check_places(const signed_head& head) {
  if (head.every == 0 || head.position <= head.after) throw no_head("it is about no events");
  const std::uint64_t events = head.position.value() - head.after.value();
  if (head.digests.size() != (events - 1) / head.every + 1)
    throw no_head("it has not as many digests as its positions need");
}

}  // namespace

global_position signed_head::position_of(std::size_t digest) const noexcept {
  if (digest + 1 == digests.size()) return position;
  return global_position{after.value() + (digest + 1) * every};
}

std::string signed_head::text() const {
  std::string out = "{\"format\":" + std::to_string(format) + ",\"log\":\"" + log.id.to_string() + "\"";
  out += ",\"epoch\":" + std::to_string(log.epoch) + ",\"after\":" + std::to_string(after.value());
  out += ",\"position\":" + std::to_string(position.value()) + ",\"every\":" + std::to_string(every) + ",\"digests\":[";
  for (std::size_t i = 0; i < digests.size(); ++i) out += (i > 0 ? ",\"" : "\"") + to_hex(digests[i]) + "\"";
  out += "],\"chain\":\"" + to_hex(chain) + "\",\"time\":\"" + to_rfc3339(time) + "\",\"key\":\"" + key + "\"";
  return out + ",\"previous\":\"" + to_hex(previous) + "\"";
}

std::string signed_head::line() const { return text() + std::string(before_signature) + to_hex(signature) + "\"}"; }

signed_head read_head(std::string_view line) {
  const json read = json::parse(line, nullptr, false);
  if (!read.is_object()) throw no_head("it is no JSON object");
  if (const std::uint64_t format = number(read, "format"); format > signed_head::format) {
    no_head newer("a newer Whence wrote it");
    newer.newer_format = format;
    throw newer;
  }
  signed_head head;
  const std::optional<uuid> log = uuid::try_parse(text_in(read, "log"));
  if (!log) throw no_head("its \"log\" is no id");
  head.log = {.id = log_id(*log), .epoch = number(read, "epoch")};
  head.after = global_position{number(read, "after")};
  head.position = global_position{number(read, "position")};
  head.every = number(read, "every");
  const json& digests = member(read, "digests");
  if (!digests.is_array()) throw no_head("its \"digests\" are no array");
  for (const json& one : digests) {
    sha256_digest digest;
    read_bytes(one.is_string() ? one.get<std::string>() : std::string(), "digests", digest);
    head.digests.push_back(digest);
  }
  read_bytes(text_in(read, "chain"), "chain", head.chain);
  try {
    head.time = parse_rfc3339(text_in(read, "time"));
  } catch (const malformed_input&) {
    throw no_head("its \"time\" is none");
  }
  head.key = text_in(read, "key");
  read_bytes(text_in(read, "previous"), "previous", head.previous);
  read_bytes(text_in(read, "signature"), "signature", head.signature);
  check_places(head);
  // Two readers of one line may take it for two things (a member that is there twice); of this one they cannot.
  if (head.line() != line) throw no_head("it is not written as heads are: another program touched it");
  return head;
}

}  // namespace whence::inline v0::detail
