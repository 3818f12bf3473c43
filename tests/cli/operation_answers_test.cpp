// Services that answer what they should not, or nothing at all: what they say is not believed, and who asked is told how to find
// out.
#include <chrono>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include <whence/control/control_server.hpp>
#include <whence/control/event_append.hpp>
#include <whence/control/log_archiving.hpp>
#include <whence/control/log_compaction.hpp>
#include <whence/control/projection_rebuild.hpp>

#include <tests/cli/console.hpp>
#include <tests/cli/shop_log.hpp>
#include <tests/control/service_at.hpp>
#include <tests/temporary_folder.hpp>

using namespace whence;
using nlohmann::json;
using tests::ran;

namespace {

bool has(const std::string& text, std::string_view part) { return text.find(part) != std::string::npos; }

/// A shop whose log is held by a service that answers as it is told here.
struct shop {
  using answers = std::function<async<std::string>(operation_request request)>;

  explicit shop(const std::string& operation, const answers& answer) {
    std::filesystem::current_path(folder.path());
    reader = std::make_unique<tests::console>(sqlite("shop.db"), runtime);
    reader->log.reset();
    held = sqlite("shop.db").open(runtime);
    tests::fill_shop(*held, tests::shop_runtime());
    operations offered;
    offered.add(operation,
                [answer](operation_request request, operation_progress) { return answer(std::move(request)); });
    server = std::make_unique<control_server>("shop.db.ctl", "shop-service", std::move(offered), runtime);
  }

  ran run(const std::string& line, const std::string& event = R"({"eventType":"OrderShipped","data":{}})") {
    reader->input(event);
    return reader->run(line);
  }

  tests::temporary_folder folder;
  whence::runtime runtime = runtime::system();
  std::shared_ptr<whence::log> held;
  std::unique_ptr<control_server> server;
  std::unique_ptr<tests::console> reader;
};

async<std::string> said(std::string text) { co_return text; }

/// Does it, and is gone before it has answered.
async<std::string> append_and_leave(operation_request request, shop& shop) {
  const bool planned = request.dry_run;
  async<std::string> done = append_event(std::move(request), shop.held, shop.runtime, {});
  std::string result = co_await std::move(done);
  if (!planned) shop.server->stop(std::chrono::nanoseconds{0});
  co_return result;
}

struct asked {
  std::string operation;
  std::string line;
  std::string planned;  // as a service plans it, and as it does it
  std::string done;
};

const asked all[] = {
    {std::string(event_append_name), "event append order-12345 - --yes",
     R"({"state":"planned","stream":"order-12345","aggregateType":"Order","eventId":"019bff00-c840-7d21-9c3a-5f0a7be1d4c2",)"
     R"("eventType":"OrderShipped","eventVersion":1,"expected":"3","streamVersion":4,"checked":true,"event":"{}"})",
     R"({"state":"appended","stream":"order-12345","aggregateType":"Order","eventId":"019bff00-c840-7d21-9c3a-5f0a7be1d4c2",)"
     R"("eventType":"OrderShipped","eventVersion":1,"expected":"3","streamVersion":4,"checked":true,"globalPosition":10})"},
    {std::string(projection_rebuild_name), "projection rebuild order_summary --yes",
     R"({"state":"planned","projection":"order_summary","version":1,"events":9})",
     R"({"state":"rebuilt","projection":"order_summary","version":1,"events":9})"},
    {std::string(log_archive_name), "log archive --aggregate Order --yes",
     R"({"state":"planned","streams":1,"events":3,"eventBytes":300,"first":1,"last":5,"unfinished":null,"until":9,"unknownStreams":[]})",
     R"({"state":"archived","streams":1,"events":3,"eventBytes":300,"first":1,"last":5,"archive":"a","archiveBytes":1,"finished":null})"},
    {std::string(log_compact_name), "log compact --yes", R"({"state":"planned","bytes":8192,"freeBytes":4096})",
     R"({"state":"compacted","bytesBefore":8192,"bytesAfter":4096,"settled":true})"},
};

/// The same without each of its members, and with each of another kind.
std::vector<std::string> spoilt(const std::string& result) {
  const json whole = json::parse(result);
  std::vector<std::string> out{"{}"};
  for (const auto& [name, value] : whole.items()) {
    json less = whole;
    less.erase(name);
    out.push_back(less.dump());
    json other = whole;
    other[name] = -1.5;
    out.push_back(other.dump());
  }
  return out;
}

/// Nobody knows whether it was done, and how to find out is said.
void must_be_unknown(const ran& refused, const asked& what) {
  CAPTURE(refused.err);
  CHECK(refused.exit == 5);
  CHECK(has(refused.err, "it is not known whether `" + what.operation + "` was done\n"));
  CHECK(has(refused.err, "why:   the service's answer cannot be read: "));
  CHECK(has(refused.err, "do:    whence "));
  CHECK(has(refused.err, "# then use the program that the service is, or one of its version"));
  CHECK(has(refused.err, "[operation.unknown_outcome, exit 5]\n"));
}

}  // namespace

TEST_CASE("an answer that lacks something, or has it of another kind, is believed of no operation") {
  for (const asked& each : all) {
    CAPTURE(each.operation);
    std::string planned, done;
    shop shop(each.operation, [&](operation_request request) { return said(request.dry_run ? planned : done); });
    for (const std::string& wrong : spoilt(each.planned)) {
      CAPTURE(wrong);
      planned = wrong;
      done = each.done;
      const ran refused = shop.run(each.line);
      CHECK(refused.exit == 6);
      CHECK(refused.out == "");
      CHECK(has(refused.err, "the service's answer is none of the control socket's protocol; nothing was done\n"));
      CHECK(has(refused.err, "why:   its result has "));
      CHECK(has(refused.err, "[control.malformed, exit 6]\n"));
    }
    for (const std::string& wrong : spoilt(each.done)) {
      CAPTURE(wrong);
      planned = each.planned;
      done = wrong;
      const ran refused = shop.run(each.line);
      CHECK(refused.out == "");
      must_be_unknown(refused, each);
    }
    planned = each.planned;
    done = each.done;
    CHECK(shop.run(each.line).exit == 0);
    done = each.planned;  // what is only planned is not done
    must_be_unknown(shop.run(each.line), each);
  }
}

TEST_CASE("an answer that cannot be read says nothing of what was done, unless it is that to a plan") {
  using namespace std::string_literals;
  const std::string unreadable[] = {"\0\n"s, "\n"s, "{}\n"s,
                                    R"({"whence":1,"service":"s","done":[]})"
                                    "\n",
                                    R"({"whence":1,"service":"s","progress":{"doing":"events","done":1,"of":2}})"
                                    "\n"
                                    R"({"whence":1,"service":"s","failed":"no"})"
                                    "\n"};
  const std::string other_version = R"({"whence":2,"service":"s"})"
                                    "\n";
  for (const asked& each : all) {
    CAPTURE(each.operation);
    const tests::temporary_folder folder;
    std::filesystem::current_path(folder.path());
    tests::console reader(sqlite("shop.db"), runtime::system());
    tests::fill_shop(*reader.log, tests::shop_runtime());
    reader.log.reset();
    const auto run = [&] {
      reader.input(R"({"eventType":"OrderShipped","data":{}})");
      return reader.run(each.line);
    };
    const std::string plan = R"({"whence":1,"service":"s","done":)" + each.planned + "}\n";
    std::string to_plan, to_act;
    const tests::service_at impostor(
        "shop.db.ctl", [&](const std::string& request) { return has(request, "\"dryRun\":true") ? to_plan : to_act; });
    for (const std::string& said : unreadable) {
      CAPTURE(said);
      to_plan = said;
      const ran refused = run();
      CHECK(refused.exit == 6);
      CHECK(has(refused.err, "the service's answer is none of the control socket's protocol; nothing was done\n"));
      to_plan = plan;
      to_act = said;
      must_be_unknown(run(), each);
    }
    to_plan = other_version;
    const ran refused = run();
    CHECK(refused.exit == 6);
    CHECK(
        has(refused.err, "the service's answer is of another version of the control socket's protocol; nothing was "));
    to_plan = plan;
    to_act = other_version;
    const ran unknown = run();
    must_be_unknown(unknown, each);
    CHECK(has(unknown.err, "it is of version 2, and this program speaks version 1\n"));
  }
}

TEST_CASE("who is not told what became of his event is told its id, under which it is appended once") {
  shop* at = nullptr;
  shop shop(std::string(event_append_name),
            [&](operation_request request) { return append_and_leave(std::move(request), *at); });
  at = &shop;
  const ran unknown = shop.run("event append order-12345 - --yes");
  CHECK(unknown.exit == 5);
  shop.held->close();
  const json last = json::parse(shop.run("event list --stream order-12345 --from 10 -o jsonl").out);
  const auto id = last["eventId"].get<std::string>();
  CHECK(unknown.err ==
        "whence: it is not known whether `event append` was done\n"
        "  where: shop.db\n"
        "  why:   the connection ended\n"
        "  do:    whence event show " +
            id +
            "\n"
            "         # if there is no such event, append it again with \"eventId\": \"" +
            id + "\" in it: under that id it is appended once  [operation.unknown_outcome, exit 5]\n");
  CHECK(shop.run("event show " + id).exit == 0);
  const std::string again = R"({"eventId":")" + id + R"(","eventType":"OrderShipped","data":{}})";
  const ran there = shop.run("event append order-12345 - --yes", again);
  CHECK(there.exit == 0);
  CHECK(has(there.out, "position  #10, where it was before\n"));
}
