// Where rejected records go, and where they must not: whatever PATH the user gives, nothing but an old file of rejects is replaced.
#include <doctest/doctest.h>

#include <filesystem>
#include <map>
#include <string>

#include <service/open_shop.hpp>

#include "tests/order-service/program.hpp"

using program::shop_folder;

namespace {

constexpr const char* header = "InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country\n";
const std::string good = "1,X,,1,12/1/10 8:26,1,,France\n";
const std::string bad = "1,X,,0,12/1/10 8:26,1,,France\n";
const std::string bad_rejected = "line,reason,record\n2,quantity.zero,\"1,X,,0,12/1/10 8:26,1,,France\"\n";

std::filesystem::path path_of(const shop_folder& folder) { return std::filesystem::path(folder.store()).parent_path(); }

/// Every file below the shop's folder with what is in it, a link with where it leads.
std::map<std::string, std::string> everything(const shop_folder& folder) {
  std::map<std::string, std::string> files;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(path_of(folder))) {
    std::string& content = files[entry.path().string()];
    if (entry.is_symlink())
      content = "-> " + std::filesystem::read_symlink(entry.path()).string();
    else if (entry.is_regular_file())
      content = program::read_file(entry.path().string());
  }
  return files;
}

void check_refused(const shop_folder& folder, const std::string& rejects) {
  CAPTURE(rejects);
  const auto before = everything(folder);
  const auto refused = folder.run({"import", folder.file("sales.csv"), "--rejects", rejects});
  CHECK(refused.exit == 2);
  CHECK(refused.out.empty());
  CHECK(refused.err.find("[import.rejects, exit 2]") != std::string::npos);
  CHECK(everything(folder) == before);
}

}  // namespace

TEST_CASE("rejects never go to the file of sales, to a file of the log, or to what is no regular file") {
  namespace fs = std::filesystem;
  const shop_folder folder;
  folder.write("sales.csv", header + good + bad);
  REQUIRE(folder.run({"import", folder.file("sales.csv")}).exit == 0);
  REQUIRE(folder.report().at("orders") == 1);  // the read models are there

  fs::create_symlink("sales.csv", folder.file("link_to_sales"));
  fs::create_hard_link(folder.file("sales.csv"), folder.file("other_name_of_sales"));
  fs::create_symlink("shop.db", folder.file("link_to_log"));
  fs::create_hard_link(folder.file("shop.db.witness"), folder.file("other_name_of_witness"));
  fs::create_directory_symlink(".", folder.file("same_folder"));
  for (const char* name : {"sales.csv",
                           "./sales.csv",
                           "same_folder/sales.csv",
                           "link_to_sales",
                           "other_name_of_sales",
                           "shop.db",
                           "same_folder/shop.db",
                           "link_to_log",
                           "shop.db-wal",
                           "shop.db-shm",
                           "shop.db-journal",
                           "shop.db.lock",
                           "shop.db.witness",
                           "other_name_of_witness",
                           "shop.db.index",
                           "shop.db.index-wal",
                           "shop.db.ctl",
                           "shop.db.models",
                           "shop.db.models/order_summary.db",
                           "shop.db.models/new",
                           "."})
    check_refused(folder, folder.file(name));
  for (const char* device : {"/dev/null", "/dev/stdout", "/dev/full", "/tmp"}) check_refused(folder, device);
  for (const auto& entry : fs::recursive_directory_iterator(path_of(folder)))
    if (entry.path().string().starts_with(folder.store())) check_refused(folder, entry.path().string());

  fs::current_path(path_of(folder));
  check_refused(folder, "sales.csv");
  check_refused(folder, "shop.db-wal");
  CHECK(program::run({"--store", "shop.db", "import", "sales.csv", "--rejects", "shop.db"}).exit == 2);
  CHECK(program::run({"--store", "link_to_log", "import", "sales.csv", "--rejects", "shop.db.witness"}).exit == 2);
  CHECK(program::run({"--store", "link_to_log", "import", "sales.csv", "--rejects", "link_to_log.lock"}).exit == 2);
  fs::current_path("/");
}

TEST_CASE("rejects never go to another log, to its files, or to what has something else in it") {
  const shop_folder folder;
  folder.write("sales.csv", header + good + bad);
  const std::string other = folder.file("other.db");
  REQUIRE(program::run({"--store", other, "place", "1", "--line", "TEA:1:1"}).exit == 0);
  folder.write("letter.txt", "Dear Sir");
  for (const std::string& taken : {other, other + ".witness", other + "-journal", folder.file("letter.txt")})
    check_refused(folder, taken);
}

TEST_CASE("rejects that would take the place of a log that is yet to be made are refused, and none is made") {
  const shop_folder folder;
  folder.write("sales.csv", header + good);
  for (const char* name : {"shop.db", "shop.db.lock", "shop.db-wal"}) check_refused(folder, folder.file(name));
  CHECK_FALSE(std::filesystem::exists(folder.store()));
}

TEST_CASE("rejects that cannot be written stop the import before there is a store") {
  const shop_folder folder;
  const std::string sales = folder.write("sales.csv", header + good);
  const auto nowhere = folder.run({"import", sales, "--rejects", folder.file("nowhere/rejects.csv")});
  CHECK(nowhere.exit == 3);
  CHECK(nowhere.err.find("[file.missing, exit 3]") != std::string::npos);
  CHECK(folder.run({"import", sales, "--rejects", sales + "/rejects.csv"}).exit != 0);
  CHECK_FALSE(std::filesystem::exists(folder.store()));
}

TEST_CASE("an existing file of rejects is replaced whole, also where a link leads") {
  const shop_folder folder;
  const std::string rejects = folder.write("rejects.csv", "line,reason,record\n" + std::string(100'000, 'x'));
  const std::string sales = folder.write("sales.csv", header + bad);
  REQUIRE(folder.run({"import", sales, "--rejects", rejects}).exit == 0);
  CHECK(program::read_file(rejects) == bad_rejected);
  folder.write("sales.csv", header);
  std::filesystem::create_symlink("rejects.csv", folder.file("link"));
  REQUIRE(folder.run({"import", sales, "--rejects", folder.file("link")}).exit == 0);
  CHECK(program::read_file(rejects) == "line,reason,record\n");
  CHECK(std::filesystem::is_symlink(folder.file("link")));
}

TEST_CASE("files beside the rejects are the user's, whatever they are called") {
  const shop_folder folder;
  const std::string sales = folder.write("sales.csv", header + bad);
  folder.write("rejects.csv.partial", "mine");
  std::filesystem::create_symlink("sales.csv", folder.file("rejects.csv.partial-2"));
  REQUIRE(folder.run({"import", sales, "--rejects", folder.file("rejects.csv")}).exit == 0);
  CHECK(program::read_file(folder.file("rejects.csv")) == bad_rejected);
  CHECK(program::read_file(folder.file("rejects.csv.partial")) == "mine");
  CHECK(program::read_file(sales) == header + bad);
  CHECK_FALSE(std::filesystem::exists(folder.file("rejects.csv.partial-3")));
}

TEST_CASE("an import that is refused because another one runs leaves that one's rejects alone") {
  const shop_folder folder;
  const std::string sales = folder.write("sales.csv", header + bad);
  const std::string last = "line,reason,record\n1,of the last import,\n";
  folder.write("rejects.csv", last);
  folder.write("rejects.csv.partial", "of the import that runs");
  const auto app = shop::open_shop(folder.store());
  CHECK(folder.run({"import", sales, "--rejects", folder.file("rejects.csv")}).exit == 5);
  CHECK(program::read_file(folder.file("rejects.csv")) == last);
  CHECK(program::read_file(folder.file("rejects.csv.partial")) == "of the import that runs");
}

TEST_CASE("rejects whose name has no room for the file beside it stop the import before there is a store") {
  const shop_folder folder;
  folder.write("sales.csv", header + good + bad);
  const auto before = everything(folder);
  const auto refused =
      folder.run({"import", folder.file("sales.csv"), "--rejects", folder.file(std::string(250, 'r'))});
  CHECK(refused.exit != 0);
  CHECK(refused.out.empty());
  CHECK(everything(folder) == before);
}

TEST_CASE("a file that the output is redirected to is not replaced by the rejects") {
  const shop_folder folder;
  folder.write("sales.csv", header + good + bad);
  const std::string out = folder.write("out", "");
  for (const std::string& rejects : {std::string("/dev/stdout"), std::string("/dev/fd/1"), out}) {
    CAPTURE(rejects);
    CHECK(program::shell("order-service --store '" + folder.store() + "' import '" + folder.file("sales.csv") +
                         "' --rejects '" + rejects + "' >'" + out + "' 2>'" + folder.file("err") + "'") == 2);
    CHECK(program::read_file(folder.file("err")).find("[import.rejects, exit 2]") != std::string::npos);
    CHECK_FALSE(std::filesystem::exists(folder.store()));
  }
}

TEST_CASE("a record of which not all is kept says so in the file of rejects") {
  const shop_folder folder;
  folder.write("sales.csv",
               header + good + std::string((2u << 20) + 1, 'x') + "\n" + std::string(2u << 20, 'y') + "\n");
  REQUIRE(folder.run({"import", folder.file("sales.csv"), "--rejects", folder.file("rejects.csv")}).exit == 0);
  CHECK(program::read_file(folder.file("rejects.csv")) == "line,reason,record\n3,record.fields (cut after 2 MiB),\"" +
                                                              std::string(2u << 20, 'x') + "\"\n4,record.fields,\"" +
                                                              std::string(2u << 20, 'y') + "\"\n");
}
