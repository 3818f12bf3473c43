#include <tests/cli/log_in_places.hpp>

#include <utility>
#include <vector>

namespace tests {

using namespace whence;

void log_in_places::add_hard_events(whence::log& log) {
  constexpr std::uint64_t first = 100;
  const std::vector<std::string> data = {
      "{\n  \"note\": \"several\\nlines\"\r\n}",  // a document in several lines
      " {\"around\": 1} ",                        // white space around it
      "{\"a\":1,\"a\":2,\"big\":1e400,\"u\":\"\\u0000\\ud83d\\ude00\"}",
      "no document at all: \"\\",                   // nobody looked at it
      "\xFF\xFE",                                   // nor at this, which is no text
      std::string("nul \0 and bell \a", 15),        // nor at this
      std::string("\xD9\xD9\xF7\xA1\x61n\x07", 7),  // binary
      "\xD9\xD9\xF7\xFF",                           // what begins like it
      "\"" + std::string(100'000, 'x') + "\"",
  };
  std::uint64_t number = first;
  for (const std::string& one : data) {
    ++number;
    append_event(log, "hard-" + std::to_string(number % 2), "Hard", event_of("Kept", one, number));
  }

  // Streams that take turns within one append, names and sources of all kinds, ids that are nil, the ends of time.
  append_batch batch;
  new_event bare = event_of("Bare", "null", ++number);
  bare.metadata = {};
  bare.occurred_at = append_limits::earliest;
  bare.version = UINT32_MAX;
  new_event dressed = event_of("Dressed \"\\/\xE2\x82\xAC", "[]", ++number);
  dressed.metadata.source = "100% urn:x http://y#z \xE2\x82\xAC";
  dressed.metadata.causation_type = "Command \"quoted\"";
  dressed.tags = {"a,b", "[\"c\"]", "\xF0\x9F\x90\xA6"};
  dressed.occurred_at = append_limits::latest;
  new_event of_a_uri = event_of("Sent", "0.10", ++number);
  of_a_uri.metadata.source = "https://shop.example/a?b=(c)";
  batch.streams.push_back({"%2F odd/na me", "Odd", expected_version::none(), {bare, dressed}});
  batch.streams.push_back({"hard-0", "Hard", expected_version::exists(), {of_a_uri}});
  (void)log.append(std::move(batch)).get().value();
}

}  // namespace tests
