// The program as a process: signals, and other processes at the same log.
#include <doctest/doctest.h>

#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <regex>
#include <set>
#include <sstream>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <models/report.hpp>
#include <models/sales_by_country.hpp>
#include <service/open_shop.hpp>

#include "tests/environment.hpp"
#include "tests/order-service/program.hpp"

using program::shop_folder;

namespace {

/// The exit code of a shell command, in which $PROGRAM is the program.
int shell(const std::string& command) {
  const tests::environment_variable program("PROGRAM", (places::programs() / "order-service").string());
  const int status = std::system(command.c_str());
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

constexpr const char* header = "InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country\n";

/// What was told, without what differs from run to run: the folder, and how many were done.
std::string timeless(const shop_folder& folder, std::string err) {
  const std::string name = folder.file("");
  for (std::size_t at = err.find(name); at != std::string::npos; at = err.find(name, at)) err.erase(at, name.size());
  return std::regex_replace(err, std::regex("after (reading )?\\d+"), "after $1#");
}

/// The same, as it is by the other signal.
std::string ended_with(int exit, std::string told) {
  return std::regex_replace(told, std::regex("exit \\d+"), "exit " + std::to_string(exit));
}

/// How far the log goes; 0 while there is none.
whence::global_position head_of(const shop_folder& folder) {
  try {
    return whence::sqlite(folder.store()).visit(whence::runtime::system(1))->head();
  } catch (const whence::error&) {
    return {};
  }
}

/// The program, as long as it takes.
class background {
 public:
  background(const shop_folder& folder, const std::vector<std::string>& arguments)
      : out_(folder.file("out")), err_(folder.file("err")) {
    std::vector<std::string> words{(places::programs() / "order-service").string(), "--store", folder.store()};
    words.insert(words.end(), arguments.begin(), arguments.end());
    std::vector<char*> raw;
    for (std::string& word : words) raw.push_back(word.data());
    raw.push_back(nullptr);
    pid_ = fork();
    if (pid_ != 0) return;
    constexpr int anew = O_WRONLY | O_CREAT | O_TRUNC;
    if (dup2(open(out_.c_str(), anew, 0600), STDOUT_FILENO) < 0 ||
        dup2(open(err_.c_str(), anew, 0600), STDERR_FILENO) < 0)
      _exit(99);
    execv(raw.front(), raw.data());
    _exit(99);
  }
  background(const background&) = delete;
  background& operator=(const background&) = delete;
  ~background() {
    if (pid_ > 0) end(SIGKILL);
  }

  template <class Condition>
  void wait_until(Condition condition) {
    const auto end_of_patience = std::chrono::steady_clock::now() + std::chrono::seconds{60};
    while (!condition()) {
      REQUIRE(std::chrono::steady_clock::now() < end_of_patience);
      std::this_thread::sleep_for(std::chrono::milliseconds{5});
    }
  }
  /// Sends the signal. What it exits with, within a minute.
  int end(int signal) {
    kill(pid_, signal);
    int status = 0;
    for (int tick = 0; tick < 6'000 && waitpid(pid_, &status, WNOHANG) == 0; ++tick) {
      if (tick == 5'999) kill(pid_, SIGKILL);
      std::this_thread::sleep_for(std::chrono::milliseconds{10});
    }
    pid_ = 0;
    return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
  }
  std::string out() const { return program::read_file(out_); }
  std::string err() const { return program::read_file(err_); }

 private:
  std::string out_, err_;
  pid_t pid_ = 0;
};

}  // namespace

TEST_CASE("a signal stops a long run in order, and the same command goes on where it stopped") {
  const shop_folder folder;
  for (const auto& [signal, exit] : {std::pair{SIGTERM, 143}, std::pair{SIGINT, 130}}) {
    CAPTURE(signal);
    const auto before = head_of(folder);
    background run(folder, {"simulate", "--seed", "3", "--orders", "100000000"});
    run.wait_until([&] { return head_of(folder) > before; });
    CHECK(run.end(signal) == exit);
    CHECK(run.out().empty());
    CHECK(
        timeless(folder, run.err()) ==
        ended_with(
            exit,
            R"(order-service: stopped by a signal after # of 100000000 orders; they are kept, and the same command goes on there
  where: shop.db
  do:    order-service --store shop.db simulate --seed 3 --orders 100000000  [run.stopped, exit 143]
)"));
  }
  const std::string kept = folder.log();
  CHECK_FALSE(kept.empty());
  REQUIRE(shell("\"$PROGRAM\" --store '" + folder.store() + "' simulate --seed 3 --orders 20 >/dev/null") == 0);
  CHECK(folder.log().starts_with(kept));
}

TEST_CASE("a report beside a running shop is of one moment") {
  const shop_folder folder;
  std::vector<nlohmann::json> reports;
  const auto adjustments_of = [](const nlohmann::json& report) {
    return report.at("stock_adjustments").get<std::int64_t>();
  };
  {
    background run(folder, {"simulate", "--seed", "3", "--orders", "100000000"});
    run.wait_until([&] { return head_of(folder) > whence::global_position{100}; });
    while (reports.size() < 12 || adjustments_of(reports.back()) < adjustments_of(reports.front()) + 10) {
      REQUIRE(reports.size() < 5'000);
      const auto ended = folder.run({"report", "--wait", "60", "-o", "json"});
      REQUIRE_MESSAGE(ended.exit == 0, ended.err);
      reports.push_back(ended.json());
    }
    CHECK(run.end(SIGTERM) == 143);
  }
  // Every moment that there was.
  std::set<std::vector<std::int64_t>> moments{{0, 0, 0, 0}};
  std::map<std::string, std::int64_t> lines_of;
  std::int64_t orders = 0, lines = 0, credit_notes = 0, adjustments = 0;
  std::istringstream log(folder.log());
  for (std::string line; std::getline(log, line);) {
    const auto event = nlohmann::json::parse(line);
    const auto type = event.at("eventType").get<std::string>();
    const auto of = event.at("aggregateId").get<std::string>();
    if (type == "OrderPlaced") {
      ++orders;
      lines += lines_of[of] = static_cast<std::int64_t>(event.at("data").at("lines").size());
    }
    if (type == "OrderCancelled") {
      --orders;
      lines -= lines_of.at(of);
    }
    if (type == "CreditNoteIssued") ++credit_notes;
    if (type == "StockAdjusted") ++adjustments;
    moments.insert({orders, lines, credit_notes, adjustments});
  }
  const auto was_a_moment = [&](const nlohmann::json& report) {
    std::vector<std::int64_t> shown;
    for (const char* const figure : {"orders", "order_lines", "credit_notes", "stock_adjustments"})
      shown.push_back(report.at(figure).get<std::int64_t>());
    return moments.contains(shown);
  };
  for (const auto& report : reports) {
    CAPTURE(report.dump());
    CHECK(was_a_moment(report));
  }
  // A report that takes one figure from another moment would be found out.
  nlohmann::json mixed = reports.front();
  mixed["stock_adjustments"] = reports.back().at("stock_adjustments");
  CHECK_FALSE(was_a_moment(mixed));
  mixed = reports.back();
  mixed["stock_adjustments"] = reports.front().at("stock_adjustments");
  CHECK_FALSE(was_a_moment(mixed));
}

TEST_CASE("what a report reads stands still, however long it takes, while the shop trades on") {
  const shop_folder folder;
  background run(folder, {"simulate", "--seed", "3", "--orders", "100000000"});
  run.wait_until([&] { return head_of(folder) > whence::global_position{100}; });
  const auto report = [&folder] {
    const auto ended = folder.run({"report", "--wait", "60", "-o", "json"});
    REQUIRE_MESSAGE(ended.exit == 0, ended.err);
    return ended.json();
  };
  const auto figures = [](const shop::sales_figures& sales) {
    return std::vector<std::string>{std::to_string(sales.orders), std::to_string(sales.order_lines),
                                    sales.gross.exact(), std::to_string(sales.stock_adjustments)};
  };
  const auto visitor = shop::visit_shop(folder.store());
  const auto model = visitor.model<shop::SalesByCountry>(std::chrono::minutes{1});
  const auto before = report();
  std::vector<std::string> first, after_a_while;
  model.read([&](whence::sql::database& db) {
    first = figures(shop::read_sales(db));
    // The figures that are read first, and those that are read last, have changed for everybody else.
    run.wait_until([&] {
      const auto now = report();
      return now.at("orders") > before.at("orders") && now.at("stock_adjustments") > before.at("stock_adjustments");
    });
    after_a_while = figures(shop::read_sales(db));
  });
  CHECK(first == after_a_while);
  CHECK(model.read([&](whence::sql::database& db) { return figures(shop::read_sales(db)); }) != first);
  CHECK(run.end(SIGTERM) == 143);
}

TEST_CASE("a report asks one read model, and waits for no other") {
  const shop_folder folder;
  REQUIRE(folder.run({"simulate", "--orders", "30"}).exit == 0);
  const auto whole = folder.report();
  std::filesystem::remove_all(folder.store() + ".models");
  const auto runtime = whence::runtime::system(1);
  runtime.files->make_directory(folder.store() + ".models");
  std::vector<whence::lock_attempt> held;
  for (const char* const other : {"order_summary", "stock_levels"})
    held.push_back(runtime.files->try_lock(folder.store() + ".models/" + other + ".lock"));
  const auto report = folder.run({"report", "--wait", "0", "-o", "json"});
  REQUIRE_MESSAGE(report.exit == 0, report.err);
  CHECK(report.json() == whole);
}

TEST_CASE("a signal stops an import between two invoices, and the same import goes on there") {
  const shop_folder folder;
  constexpr int invoices = 100'000;
  std::string sales = header;
  for (int invoice = 1; invoice <= invoices; ++invoice)
    sales += std::to_string(invoice) + ",X,,1,12/1/10 8:26,1,,France\n";
  const std::string file = folder.write("sales.csv", sales);
  const std::string last = "line,reason,record\n1,of the last import,\n";
  folder.write("rejects.csv", last);

  background run(folder, {"import", file, "--rejects", folder.file("rejects.csv")});
  run.wait_until([&] { return head_of(folder) > whence::global_position{30}; });
  CHECK(run.end(SIGTERM) == 143);
  CHECK(run.out().empty());
  CHECK(
      timeless(folder, run.err()) ==
      R"(order-service: stopped by a signal after # of 100000 invoices; they are kept, and the same command goes on there
  where: shop.db
  do:    order-service --store shop.db import sales.csv --rejects rejects.csv  [run.stopped, exit 143]
)");
  CHECK(program::read_file(folder.file("rejects.csv")) == last);
  CHECK(head_of(folder) < whence::global_position{3 * invoices});

  // The same sales, as far as they got and one invoice more.
  const std::uint64_t events = head_of(folder).value();
  std::string first = header;
  for (std::uint64_t invoice = 1; invoice <= events / 3 + 1; ++invoice)
    first += std::to_string(invoice) + ",X,,1,12/1/10 8:26,1,,France\n";
  const auto again = folder.run({"import", folder.write("first.csv", first), "-o", "json"});
  CHECK(again.json().at("events") == 3 * (events / 3 + 1) - events);
}

TEST_CASE("a signal stops an import that is still reading") {
  const shop_folder folder;
  ::signal(SIGPIPE, SIG_IGN);  // who writes into the pipe learns from that that the program has ended
  for (const auto& [signal, exit] : {std::pair{SIGTERM, 143}, std::pair{SIGINT, 130}}) {
    CAPTURE(signal);
    REQUIRE(mkfifo(folder.file("endless").c_str(), 0600) == 0);
    background run(folder, {"import", folder.file("endless")});
    std::ofstream sales(folder.file("endless"), std::ios::binary);  // opened when the program reads
    sales << header;
    // A pipe holds 64 KiB: when this is written, the program has read records, and it has no end of them.
    for (int invoice = 1; invoice <= 50'000; ++invoice) sales << invoice << ",X,,1,12/1/10 8:26,1,,France\n";
    sales.flush();
    std::thread more([&] {
      for (int invoice = 1; sales; ++invoice) sales << invoice << ",X,,1,12/1/10 8:26,1,,France\n";
    });
    CHECK(run.end(signal) == exit);
    more.join();
    CHECK(timeless(folder, run.err()) ==
          ended_with(exit,
                     R"(order-service: stopped by a signal after reading # records; nothing of them was written
  where: shop.db
  do:    order-service --store shop.db import endless  [run.stopped, exit 130]
)"));

    std::filesystem::remove(folder.file("endless"));
  }
  CHECK(head_of(folder) == whence::global_position{});
}

TEST_CASE("a second process that wants to write is refused by name, and changes nothing; one that looks is not") {
  const shop_folder folder;
  REQUIRE(folder.run({"place", "1", "--line", "A:1:1"}).exit == 0);
  const auto app = shop::open_shop(folder.store());
  const auto refused = folder.run({"pay", "1"});
  CHECK(refused.exit == 5);
  CHECK(refused.err.find("[log.busy, exit 5]") != std::string::npos);
  CHECK(shell("\"$PROGRAM\" --store '" + folder.store() + "' pay 1 2>/dev/null") == 5);
  CHECK(folder.report().at("orders") == 1);
  CHECK(shell("\"$PROGRAM\" --store '" + folder.store() + "' show 1 >/dev/null") == 0);
}

TEST_CASE("an answer that cannot be written is no success") {
  const shop_folder folder;
  REQUIRE(folder.run({"place", "1", "--line", "A:1:1"}).exit == 0);
  CHECK(shell("\"$PROGRAM\" --store '" + folder.store() + "' report >/dev/full 2>/dev/null") == 5);
  CHECK(shell("\"$PROGRAM\" --help >/dev/full 2>/dev/null") == 5);
  CHECK(shell("\"$PROGRAM\" --version >/dev/full 2>/dev/null") == 5);
}

TEST_CASE("a file that is no log is refused, and left as it is") {
  const shop_folder folder;
  folder.write("shop.db", "something else entirely");
  for (const std::vector<std::string>& command :
       {std::vector<std::string>{"report"}, {"place", "1", "--line", "A:1:1"}}) {
    const auto refused = folder.run(command);
    CHECK(refused.exit == 6);
    CHECK(refused.err.find("[log.not_a_log, exit 6]") != std::string::npos);
  }
  CHECK(program::read_file(folder.store()) == "something else entirely");
}

TEST_CASE("a service that could not make its socket says at once what lies in its place, and goes on") {
  const shop_folder folder;
  const std::string socket = folder.store() + ".ctl";
  const std::string run = "cd '" + folder.file("") + "' && \"$PROGRAM\" --store shop.db ", to = " 2>err >/dev/null";
  const auto told = [](const std::string& what) {
    return "order-service: the control socket shop.db.ctl could not be made, since " + what +
           " is there; everything else goes on\n"
           "  where: shop.db.ctl\n"
           "  why:   only a socket is replaced; it was left as it is\n"
           "  do:    mv shop.db.ctl shop.db.ctl.old\n"
           "         # then start the program again, if operations are to be carried out while it runs  "
           "[control.no_socket]\n";
  };
  std::filesystem::create_directory(socket);
  CHECK(shell(run + "place 1 --line A:1:1" + to) == 0);
  CHECK(program::read_file(folder.file("err")) == told("a folder"));
  std::filesystem::remove(socket);
  std::filesystem::create_symlink("nowhere", socket);
  CHECK(shell(run + "pay 1" + to) == 0);
  CHECK(program::read_file(folder.file("err")) == told("a link that leads nowhere"));
  // While it runs, and not when it has ended.
  CHECK(shell(run + "simulate --orders 1000000 2>err >out & until grep -q no_socket '" + folder.file("err") +
              "' 2>/dev/null; do sleep 0.05; kill -0 $! || exit 9; done; kill -TERM $!; wait $!") == 143);
  CHECK(program::read_file(folder.file("err")).starts_with(told("a link that leads nowhere")));
}

TEST_CASE("what fails in the background is told once the command is done, and not when its own failure says enough") {
  const shop_folder folder;
  folder.write("shop.db.models", "a file where a folder has to be");
  const std::string run = "\"$PROGRAM\" --store '" + folder.store() + "' ",
                    to = " 2>'" + folder.file("err") + "' >/dev/null";
  CHECK(shell(run + "place 1 --line A:1:1" + to) == 0);
  CHECK(program::read_file(folder.file("err")) ==
        "order-service: done and kept; what stands beside the log could not follow, and will when this is put right\n"
        "  why:   cannot make the directory " +
            folder.store() + ".models\n  do:    order-service whence projection status --store " + folder.store() +
            "  [file.exists]\n");
  CHECK(shell(run + "ship 1" + to) == 4);
  CHECK(program::read_file(folder.file("err")).find("done and kept") == std::string::npos);
  CHECK(program::read_file(folder.file("err")).find("[order.unpaid, exit 4]\n") != std::string::npos);
  CHECK(program::read_file(folder.file("err")).find("nobody looked at") == std::string::npos);

  std::filesystem::remove(folder.file("shop.db.models"));
  CHECK(shell(run + "pay 1" + to) == 0);
  CHECK(program::read_file(folder.file("err")).empty());
  CHECK(folder.run({"show", "1", "-o", "json"}).json().at("status") == "paid");
}
