// What an inspector finds beside a log, without the projections' code: what is wrong first. Files are made wrong by hand.
#include <sys/stat.h>
#include <unistd.h>

#include <map>
#include <optional>

#include <doctest/doctest.h>

#include <whence/projection/errors.hpp>
#include <whence/projection/model_database.hpp>
#include <whence/projection/model_files.hpp>
#include <whence/projection/stored_models.hpp>
#include <whence/sql/error.hpp>

#include <tests/in_child.hpp>
#include <tests/projection/shop.hpp>

using namespace ledger;

namespace {

/// The same under another name.
struct Others : Balances {
  static constexpr projection_info info{"others", 4};
};

std::string code_of(const std::exception_ptr& problem) {
  if (!problem) return "";
  try {
    std::rethrow_exception(problem);
  } catch (const error& known) {
    return std::string(known.code());
  }
}

/// The content of each file in the folder, and when it was changed last.
std::map<std::string, std::string> everything_in(const std::string& directory) {
  std::map<std::string, std::string> all;
  for (const auto& entry : fs::directory_iterator(directory)) {
    struct stat found{};
    ::stat(entry.path().c_str(), &found);
    std::ifstream file(entry.path(), std::ios::binary);
    all[entry.path().filename()] = std::to_string(found.st_mtim.tv_sec) + "." + std::to_string(found.st_mtim.tv_nsec) +
                                   std::string(std::istreambuf_iterator<char>(file), {});
  }
  return all;
}

struct two_models : ledger::shop {
  two_models() {
    book.append(20);
    auto balances = runner<Balances>();
    auto others = runner<Others>();
    for (const auto& each : {balances, others}) each->include({book.log->identity().epoch, book.log->head()}, 5s);
  }
  std::vector<stored_model> found() { return stored_models(book.runtime.files, directory); }
  std::string balances() const { return directory + "/balances.1.1.db"; }
};

void write(const std::string& path, std::string_view bytes) { std::ofstream(path, std::ios::binary) << bytes; }

}  // namespace

TEST_CASE("a directory that is not there has no models, and is not made") {
  const tests::temporary_folder folder;
  CHECK(stored_models(system_files(), folder.file("none")).empty());
  CHECK_FALSE(fs::exists(folder.file("none")));
  CHECK(stored_models(system_files(), "").empty());
  write(folder.file("file"), "x");
  CHECK_THROWS_AS(stored_models(system_files(), folder.file("file")), file_error);
}

TEST_CASE_FIXTURE(two_models, "each model is found with its version, its generation and its checkpoint") {
  const auto models = found();
  REQUIRE(models.size() == 2);
  CHECK(models[0].name == "balances");
  REQUIRE(models[0].serving);
  CHECK(models[0].serving->version == 1);
  CHECK(models[0].serving->number == 1);
  CHECK(models[0].serving->path == balances());
  CHECK(models[0].serving->at ==
        checkpoint{book.log->identity(), book.log->head(), *book.log->chain_at(book.log->head())});
  CHECK(models[0].serving->bytes > 4096);
  CHECK_FALSE(models[0].building);
  CHECK_FALSE(models[0].problem);
  CHECK_FALSE(models[0].serving->problem);
  CHECK(models[1].name == "others");
  CHECK(models[1].serving->version == 4);
}

TEST_CASE_FIXTURE(two_models, "a damaged model is named, and hides no other") {
  SUBCASE("the database is noise") {
    write(balances(), std::string(8192, 'x'));
    fs::remove(balances() + "-wal");
  }
  SUBCASE("the database is empty") {
    write(balances(), "");
    fs::remove(balances() + "-wal");
  }
  SUBCASE("it is another application's") {
    for (const char* const part : {"", "-wal", "-shm"}) fs::remove(balances() + part);
    sql::database::open(balances(), sql::open_mode::create).run("CREATE TABLE cats(name)");
  }
  SUBCASE("it is the model of another projection") {
    for (const char* const part : {"", "-wal", "-shm"}) {
      fs::remove(balances() + part);
      fs::copy_file(directory + "/others.4.1.db" + part, balances() + part);
    }
  }
  SUBCASE("the checkpoint is gone") {
    sql::database::open(balances(), sql::open_mode::read_write).run("DELETE FROM whence_checkpoint");
  }
  SUBCASE("what is in the -wal cannot be read without making a file") {
    REQUIRE(fs::file_size(balances() + "-wal") > 0);
    fs::remove(balances() + "-shm");
  }
  const auto models = found();
  REQUIRE(models.size() == 2);
  REQUIRE(models[0].serving);
  CHECK(code_of(models[0].serving->problem) == "read_model.damaged");
  CHECK(models[0].serving->at == checkpoint{});
  CHECK_FALSE(models[1].serving->problem);
  CHECK(models[1].serving->at.position == book.log->head());
}

TEST_CASE_FIXTURE(two_models, "a model whose serving generation cannot be told is named") {
  const auto current = directory + "/balances.current";
  SUBCASE("its file is gone") { fs::remove(balances()); }
  SUBCASE("nonsense is named") { write(current, "\x1b[31m/etc/passwd\n"); }
  SUBCASE("another model's is named") { write(current, "others.4.1.db\n"); }
  SUBCASE("far too much is named") { write(current, std::string(5'000, 'x')); }
  const auto models = found();
  REQUIRE(models.size() == 2);
  CHECK_FALSE(models[0].serving);
  const std::string code = code_of(models[0].problem);
  CHECK((code == "read_model.damaged" || code == "file.too_large"));
  CHECK_FALSE(models[1].problem);
}

TEST_CASE_FIXTURE(two_models, "files that are no model's, and what is left of a build, are none") {
  write(directory + "/balances.1.9.db", "left of a build");
  write(directory + "/left.2.1.db", "left of a build");
  write(directory + "/Notes.current", "x");
  write(directory + "/\x1b[2J.current", "x");
  write(directory + "/readme.txt", "x");
  write(directory + "/.current", "x");
  const auto models = found();
  REQUIRE(models.size() == 2);
  CHECK(models[0].serving->number == 1);
  CHECK_FALSE(models[0].building);
}

TEST_CASE_FIXTURE(two_models,
                  "a generation that is being built is shown beside the one that serves, and while none does") {
  {
    const model_files files(book.runtime.files, directory, "balances");
    const auto building = files.try_build_lock().lock;
    REQUIRE(building);
    auto database = model_database::create(files.next(3).path, detail::definition_of<BalancesOf<3>>);
    const auto page = book.log->read({}, {}, {.events = 5});
    database.apply(page, {}, {book.log->identity(), page.back().position, page.back().chain});
    const auto models = found();
    REQUIRE(models[0].serving);
    REQUIRE(models[0].building);
    CHECK(models[0].building->version == 3);
    CHECK(models[0].building->number == 2);
    CHECK(models[0].building->at.position == global_position{5});
    CHECK(models[0].serving->at.position == book.log->head());

    fs::remove(directory + "/balances.current");
    const auto first = found();
    REQUIRE(first.size() == 2);
    CHECK_FALSE(first[0].serving);
    CHECK(first[0].building->at.position == global_position{5});
    CHECK_FALSE(first[0].problem);
  }
  CHECK(found().size() == 1);  // nobody builds it any more, and none serves
}

TEST_CASE_FIXTURE(two_models, "looking changes no file, makes none, and is in no lock's way") {
  for (const char* const missing : {"", "-shm", "-wal"}) {
    CAPTURE(missing);
    if (*missing != '\0') fs::remove(balances() + missing);
    if (std::string(missing) == "-wal") fs::remove(balances() + "-shm");
    const auto before = everything_in(directory);
    const auto models = found();
    CHECK(models.size() == 2);
    auto after = everything_in(directory);
    for (const auto& [name, content] : before) {
      if (name.ends_with("-shm"))
        after[name] = content;  // who reads says in there what it reads: that is no file of the model
      CHECK_MESSAGE(after[name] == content, name);
    }
    CHECK(after.size() == before.size());
  }
  const model_files files(book.runtime.files, directory, "balances");
  const auto held = files.try_lock();
  const auto building = files.try_build_lock().lock;
  CHECK(found().size() == 2);
  CHECK(held);
  CHECK(building);
}

TEST_CASE_FIXTURE(two_models, "a copy without a -wal is read as it stands") {
  const std::string copy = directory + "/balances.1.2.db";
  sql::database::open(balances(), sql::open_mode::read_write).run("VACUUM INTO '" + copy + "'");
  write(directory + "/balances.current", "balances.1.2.db\n");
  const auto models = found();
  REQUIRE(models[0].serving);
  CHECK_FALSE(models[0].serving->problem);
  CHECK(models[0].serving->at.position == book.log->head());
  CHECK_FALSE(fs::exists(copy + "-wal"));
  CHECK_FALSE(fs::exists(copy + "-shm"));
}

TEST_CASE("who may not read a model is told so, and sees the others") {
  if (::geteuid() != 0) return;  // only root can give up rights
  std::string directory;
  std::optional<two_models> models(std::in_place);
  directory = models->directory;
  REQUIRE(::chmod(models->folder.path().c_str(), 0755) == 0);
  REQUIRE(::chmod(models->balances().c_str(), 0600) == 0);
  models->book.runtime.executor->stop();
  const auto child = tests::in_child([&directory] {
    if (::setgid(65534) != 0 || ::setuid(65534) != 0) return 1;
    const auto found = stored_models(system_files(), directory);
    if (found.size() != 2 || found[1].serving->problem) return 2;
    return code_of(found[0].serving->problem) == "sql.cannot_open" ? 0 : 3;
  });
  CHECK(child.exited_with(0));
}
