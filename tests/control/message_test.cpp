// The protocol, line by line: what is none of its messages is refused by what is wrong with it, and what is written is read.
#include <string>

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include <whence/control/message.hpp>
#include <whence/core/error.hpp>

using namespace whence;
using namespace whence::detail;

namespace {

std::string request_with(const std::string& members) {
  return R"({"whence":1,"operation":"event append","arguments":{},"reason":"","program":"whence","dryRun":true)" +
         members + "}";
}

template <class Read>
std::string why(Read read) {
  try {
    read();
  } catch (const control_malformed& refused) {
    return refused.text().why;
  }
  return "it is one";
}
std::string why_no_request(const std::string& line) {
  return why([&] { read_request(line); });
}
std::string why_no_reply(const std::string& line) {
  return why([&] { read_reply(line); });
}

}  // namespace

TEST_CASE("what is no request is told why") {
  CHECK(why_no_request("").starts_with("it is no JSON"));
  CHECK(why_no_request("GET / HTTP/1.1\r").starts_with("it is no JSON"));
  CHECK(why_no_request("\xff\xfe").starts_with("it is no JSON"));
  CHECK(why_no_request(R"({"whence":1,"reason":")"
                       "\xC3\x28"
                       R"("})")
            .starts_with("it is no JSON"));
  CHECK(why_no_request("[]") == "it is no object");
  CHECK(why_no_request("{}") == "it has no number \"whence\"");
  CHECK(why_no_request(R"({"whence":1.0})") == "it has no number \"whence\"");
  CHECK(why_no_request(R"({"whence":-1})") == "it has no number \"whence\"");
  CHECK(why_no_request(R"({"whence":1})") == "it has no text \"operation\"");
  CHECK(why_no_request(request_with(R"(,"more":1)")) == "it has a member that there is none of");
  CHECK(why_no_request(request_with(R"(,"reason":"again")")) == "it has the member \"reason\" twice");
  CHECK(why_no_request("\xEF\xBB\xBF" + request_with("")) == "it begins with a byte-order mark");
  CHECK(why_no_request(request_with("") + std::string(1, '\0')) == "it has a zero byte in it");
  CHECK(why_no_request(request_with("") + "{}").starts_with("it is no JSON"));
  CHECK(why_no_request(std::string(control_line_bytes_max, ' ')) == "it is too long");
  CHECK(why_no_request(std::string(500'000, '[')) == "it is nested too deeply");
  CHECK(why_no_request(R"({"whence":1,"operation":")" + std::string(256, 'x') + R"("})") ==
        "\"operation\" has more than 255 bytes");
  CHECK(why_no_request(
            R"({"whence":1,"operation":"x","arguments":{"a":1},"reason":"","program":"whence","dryRun":true})") ==
        "the argument \"a\" is no text");
  CHECK(why_no_request(
            R"({"whence":1,"operation":"x","arguments":{"":"a"},"reason":"","program":"whence","dryRun":true})") ==
        "an argument has no fit name");
  CHECK(why_no_request(R"({"whence":1,"operation":"x","arguments":[],"reason":"","program":"whence","dryRun":true})") ==
        "it has no object \"arguments\"");
  CHECK(why_no_request(R"({"whence":1,"operation":"x","arguments":{},"reason":"","program":"whence","dryRun":1})") ==
        "it has no \"dryRun\" that is true or false");
  CHECK(why_no_request(request_with("")) == "it is one");
}

TEST_CASE("of a message of another version nothing else is looked at") {
  try {
    read_request(R"({"whence":2,"wish":[[["anything"]]]})");
    FAIL("it was read");
  } catch (const control_other_version& other) {
    CHECK(other.found == 2);
    CHECK(other.known == 1);
  }
  CHECK_THROWS_AS(read_reply(R"({"whence":7})"), control_other_version);
}

TEST_CASE("a request that is too long is not written, and one of the length that may be is read") {
  operation_request request;
  request.operation = "event append";
  request.by.program = "whence";
  request.arguments["event"] = "";
  const std::size_t rest = line_of(request).size();
  request.arguments["event"] = std::string(control_line_bytes_max - rest, 'x');
  std::string line = line_of(request);
  CHECK(line.size() == control_line_bytes_max);
  line.pop_back();
  CHECK(read_request(line).argument("event").size() == control_line_bytes_max - rest);
  request.arguments["event"] += 'x';
  CHECK_THROWS_AS(line_of(request), control_too_large);
}

TEST_CASE("a request is read as it was written, but for who asks: that the system says") {
  operation_request request;
  request.operation = "event append";
  request.arguments = {{"stream", "order-\"1\"\n"}, {"event", R"({"data":1.10})"}};
  request.reason = "a \xE2\x82\xAC more";
  request.dry_run = true;
  request.by = {.uid = 17, .user = "ada", .pid = 4182, .program = "order-service whence"};
  std::string line = line_of(request);
  CHECK(line.find('\n') == line.size() - 1);
  line.pop_back();
  const operation_request read = read_request(line);
  CHECK(read.operation == request.operation);
  CHECK(read.arguments == request.arguments);
  CHECK(read.reason == request.reason);
  CHECK(read.dry_run);
  CHECK(read.by.program == "order-service whence");
  CHECK(read.by.pid == 0);
  CHECK(read.by.user == "");
}

TEST_CASE("what is no answer is told why") {
  CHECK(why_no_reply(R"({"whence":1})") == "it has no text \"service\"");
  CHECK(why_no_reply(R"({"whence":1,"service":"s"})") == "it says neither \"progress\" nor \"done\" nor \"failed\"");
  CHECK(why_no_reply(R"({"whence":1,"service":"s","done":1})") == "\"done\" is no object");
  CHECK(why_no_reply(R"({"whence":1,"service":"s","done":{},"failed":{}})") == "it has a member that there is none of");
  CHECK(why_no_reply(R"({"whence":1,"service":"s","progress":{"doing":"x","done":1}})") ==
        "\"progress\" has no number \"of\"");
  CHECK(why_no_reply(R"({"whence":1,"service":"s","failed":{"code":"a.b"}})") == "\"failed\" has no text \"next\"");
}

TEST_CASE("answers are read as they were written: what went wrong with its words, whatever bytes are in them") {
  const auto read_again = [](const control_reply& reply) {
    std::string line = line_of(reply);
    CHECK(line.find('\n') == line.size() - 1);
    line.pop_back();
    return read_reply(line);
  };
  const control_reply progress = read_again({.service = "shop", .said = control_progress{"events", 3, 10}});
  CHECK(progress.service == "shop");
  CHECK(std::get<control_progress>(progress.said).of == 10);
  const control_reply done = read_again({.service = "shop", .said = control_done{R"({"b":1,"a":"\n"})"}});
  CHECK(std::get<control_done>(done.said).result == R"({"b":1,"a":"\n"})");
  const control_failed failure{.code = "append.invalid",
                               .next = next_move::change_request,
                               .text = {.what = "no \xff", .where = "here", .why = "so", .remedy = "do\nthis"}};
  const control_reply failed = read_again({.service = "shop", .said = failure});
  CHECK(std::get<control_failed>(failed.said).code == "append.invalid");
  CHECK(std::get<control_failed>(failed.said).next == next_move::change_request);
  CHECK(std::get<control_failed>(failed.said).text.what == "no \xEF\xBF\xBD");
  CHECK(std::get<control_failed>(failed.said).text.remedy == "do\nthis");
}

TEST_CASE("what is too long for an answer is said to be") {
  const std::string much = "{\"a\":\"" + std::string(control_line_bytes_max, 'x') + "\"}";
  std::string line = line_of({.service = "shop", .said = control_done{much}});
  CHECK(line.size() < 1'000);
  CHECK(line.find("control.too_large") != std::string::npos);
  control_failed failure{
      .code = "a.b", .next = next_move::retry, .text = {.what = std::string(control_line_bytes_max, 'x')}};
  line = line_of({.service = "shop", .said = failure});
  CHECK(line.size() < 1'000);
  line.pop_back();
  CHECK(std::get<control_failed>(read_reply(line).said).code == "a.b");
}
