// A file of heads in wrong hands: whatever is done to it is told, and to which line.
#include <doctest/doctest.h>

#include <sys/stat.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iterator>
#include <memory>
#include <string>
#include <vector>

#include <whence/core/files.hpp>
#include <whence/proof/errors.hpp>
#include <whence/proof/heads_file.hpp>
#include <whence/store/log_errors.hpp>
#include <whence/store/log_source.hpp>

#include <tests/temporary_folder.hpp>

using namespace whence;
using namespace whence::detail;

namespace {

const log_id some_log = log_id::parse("0192f0c1-2345-7abc-8def-0123456789ab");

/// Three heads, of events 1 to 250, 251 to 300 and 301.
struct fixture {
  fixture() {
    heads_file file(*disk, path, key);
    for (const auto& [after, position] :
         std::vector<std::pair<std::uint64_t, std::uint64_t>>{{0, 250}, {250, 300}, {300, 301}})
      file.add(head(after, position));
    lines = read_lines();
  }

  static signed_head head(std::uint64_t after, std::uint64_t position, const log_id& log = some_log) {
    signed_head made;
    made.log = {.id = log, .epoch = 1};
    made.after = global_position{after};
    made.position = global_position{position};
    made.every = 100;
    made.digests.resize((position - after - 1) / 100 + 1);
    for (sha256_digest& digest : made.digests) digest.fill(static_cast<std::uint8_t>(position));
    made.time = parse_rfc3339("2026-01-27T10:30:00Z");
    return made;
  }

  std::vector<std::string> read_lines() const {
    std::ifstream in(path);
    std::vector<std::string> found;
    for (std::string line; std::getline(in, line);) found.push_back(line);
    return found;
  }
  void put(const std::vector<std::string>& all, std::string_view behind = "") const {
    std::ofstream out(path, std::ios::trunc);
    for (const std::string& line : all) out << line << '\n';
    out << behind;
  }

  heads_read read() const { return read_heads(*disk, path, key.checking()); }

  /// The code, and the line.
  std::string says(const std::vector<std::string>& all) const {
    put(all);
    try {
      read();
    } catch (const error& found) {
      return std::string(found.code()) + " " + found.text().where.substr(found.text().where.rfind(' ') + 1);
    }
    return "nothing is wrong";
  }

  static std::string with(std::string line, const std::string& what, const std::string& by) {
    const std::size_t at = line.find(what);
    REQUIRE(at != std::string::npos);
    return line.replace(at, what.size(), by);
  }
  /// What its owner would have written, had he written that.
  std::string signed_anew(const std::function<void(signed_head&)>& change, std::size_t line = 0) const {
    signed_head made = read_head(lines[line]);
    change(made);
    made.signature = key.sign(made.text());
    return made.line();
  }

  tests::temporary_folder folder;
  std::shared_ptr<files> disk = system_files();
  std::string path = folder.file("shop.heads");
  std::string key_path = [this] {
    signing_key::make(folder.file("shop.key"));
    return folder.file("shop.key");
  }();
  signing_key key = signing_key::read(key_path);
  std::vector<std::string> lines;
};

}  // namespace

TEST_CASE("a byte of a head that is another one is told, wherever it stands") {
  const fixture f;
  for (std::size_t at = 0; at < f.lines[1].size(); ++at) {
    CAPTURE(at);
    std::vector<std::string> all = f.lines;
    all[1][at] = static_cast<char>(all[1][at] == '7' ? '8' : '7');
    const std::string said = f.says(all);
    CHECK(said.starts_with("proof."));
    CHECK(said.ends_with(" 2"));
  }
}

TEST_CASE("heads that are taken out, put in, moved or repeated are told") {
  const fixture f;
  const auto& [first, second, third] = std::tie(f.lines[0], f.lines[1], f.lines[2]);
  CHECK(f.says({second, third}) == "proof.heads_altered 1");
  CHECK(f.says({first, third}) == "proof.heads_altered 2");
  CHECK(f.says({second, first, third}) == "proof.heads_altered 1");
  CHECK(f.says({first, first, second, third}) == "proof.heads_altered 2");
  CHECK(f.says({first, second, third, third}) == "proof.heads_altered 4");
  CHECK(f.says({first, "", second}) == "proof.heads_malformed 2");
  // That the end is gone can be seen only by who has seen it: check_options::known.
  CHECK(f.says({first, second}) == "nothing is wrong");
}

TEST_CASE("what is no head is told, with what is wrong with it") {
  const fixture f;
  const std::string& line = f.lines[0];
  for (const std::string& wrong : {std::string(),
                                   std::string("[]"),
                                   std::string("null"),
                                   std::string("{}"),
                                   std::string("{\"format\":1}"),
                                   line.substr(1),
                                   line + " ",
                                   " " + line,
                                   line + line,
                                   fixture::with(line, "\"epoch\":1", "\"epoch\":-1"),
                                   fixture::with(line, "\"epoch\":1", "\"epoch\":1.0"),
                                   fixture::with(line, "\"after\":0", "\"after\":0,\"after\":0"),
                                   fixture::with(line, "\"after\":0", "\"after\":\"0\""),
                                   fixture::with(line, "\"every\":100", "\"every\":0"),
                                   fixture::with(line, "\"every\":100", "\"every\":10"),
                                   fixture::with(line, "\"position\":250", "\"position\":0"),
                                   fixture::with(line, "\"position\":250", "\"position\":351"),
                                   fixture::with(line, "\"digests\":[", "\"digests\":[7,"),
                                   fixture::with(line, "2026-01-27", "2026-02-31"),
                                   fixture::with(line, "\"format\":1,", "\"format\":0,"),
                                   std::string(100'000, '[')}) {
    CAPTURE(wrong.substr(0, 200));
    CHECK(f.says({wrong}) == "proof.heads_malformed 1");
  }
  CHECK(f.says({fixture::with(line, "\"format\":1", "\"format\":2")}) == "proof.heads_newer_format 1");
}

TEST_CASE("what its owner has signed, and would not follow, is told as well") {
  const fixture f;
  const auto second_is = [&](const std::function<void(signed_head&)>& change) {
    return f.says({f.lines[0], f.signed_anew(change, 1)});
  };
  CHECK(second_is([](signed_head&) {}) == "nothing is wrong");
  CHECK(second_is([](signed_head& head) { head.previous.fill(1); }) == "proof.heads_altered 2");
  CHECK(second_is([](signed_head& head) { head.after = global_position{251}; }) == "proof.heads_altered 2");
  CHECK(second_is([](signed_head& head) { head.log.id = log_id::parse("0192f0c1-2345-7abc-8def-0123456789ac"); }) ==
        "proof.heads_altered 2");
  CHECK(second_is([](signed_head& head) { head.key = "0000000000000000"; }) == "proof.other_key 2");
}

TEST_CASE("heads of another key are told before anything is said of the log") {
  const fixture f;
  const checking_key other = signing_key::make(f.folder.file("other.key"));
  CHECK_THROWS_AS(read_heads(*f.disk, f.path, other), other_key);
  CHECK_THROWS_AS(heads_file(*f.disk, f.path, signing_key::read(f.folder.file("other.key"))), other_key);
}

TEST_CASE("a head that was not finished counts for nothing, and gives way to the next") {
  const fixture f;
  for (const std::size_t kept : {std::size_t{1}, std::size_t{300}, f.lines[2].size()}) {
    CAPTURE(kept);
    f.put({f.lines[0], f.lines[1]}, f.lines[2].substr(0, kept) + std::string(kept == 1 ? 5'000 : 0, 'x'));
    CHECK(f.read().heads.size() == 2);
    CHECK(f.read().unfinished > 0);
    {
      heads_file file(*f.disk, f.path, f.key);
      file.add(fixture::head(300, 301));
    }
    CHECK(f.read().unfinished == 0);
    CHECK(f.read_lines() == f.lines);
  }
}

TEST_CASE("heads that are kept elsewhere stay there, also when the last one was not finished") {
  const fixture f;
  const std::string elsewhere = f.folder.file("elsewhere.heads");
  std::filesystem::rename(f.path, elsewhere);
  std::filesystem::create_symlink(elsewhere, f.path);
  f.put({f.lines[0], f.lines[1]}, "{");
  heads_file(*f.disk, f.path, f.key).add(fixture::head(300, 301));
  CHECK(std::filesystem::is_symlink(f.path));
  CHECK(read_heads(*f.disk, elsewhere, f.key.checking()).heads.size() == 3);
}

TEST_CASE("heads are kept in the file that is there: with its mode, its other names, and for those who have it open") {
  const fixture f;
  const std::string other_name = f.folder.file("other.heads");
  std::filesystem::create_hard_link(f.path, other_name);
  std::filesystem::permissions(f.path, std::filesystem::perms{0640});
  f.put({f.lines[0], f.lines[1]}, "{\"format\":1,");
  heads_file(*f.disk, f.path, f.key).add(fixture::head(300, 301));
  CHECK(read_heads(*f.disk, other_name, f.key.checking()).heads.size() == 3);
  CHECK(f.disk->status(f.path)->access.mode == 0640);
}

/// As root on a file system that has such a thing; elsewhere it says so, and nothing is tried.
TEST_CASE("heads are added to a file that may only grow, and nothing is cut off it") {
  const fixture f;
  const auto grow_only = [&f](const char* how) {
    return std::system((std::string("chattr ") + how + "a '" + f.path + "' 2>/dev/null").c_str()) == 0;
  };
  if (!grow_only("+")) {
    MESSAGE("no file can be made one that only grows here");
    return;
  }
  heads_file(*f.disk, f.path, f.key).add(fixture::head(301, 302));
  CHECK(f.read().heads.size() == 4);
  std::ofstream(f.path, std::ios::app) << "{\"format\":1,";
  const std::string before = *f.disk->read_whole(f.path, 1'000'000);
  CHECK_THROWS_AS(heads_file(*f.disk, f.path, f.key), heads_only_grow);
  CHECK(*f.disk->read_whole(f.path, 1'000'000) == before);
  CHECK(f.read().heads.size() == 4);
  REQUIRE(grow_only("-"));
  heads_file(*f.disk, f.path, f.key).add(fixture::head(302, 303));
  CHECK(f.read().heads.size() == 5);
}

TEST_CASE("what can keep no heads is refused, and gets no lock beside it") {
  const fixture f;
  CHECK_THROWS_AS(heads_file(*f.disk, "/dev/null", f.key), heads_not_a_file);
  CHECK_FALSE(std::filesystem::exists("/dev/null.lock"));
  const std::string pipe = f.folder.file("pipe");
  REQUIRE(::mkfifo(pipe.c_str(), 0600) == 0);
  CHECK_THROWS_AS(heads_file(*f.disk, pipe, f.key), heads_not_a_file);
  CHECK_FALSE(std::filesystem::exists(pipe + ".lock"));
  const std::string folder = f.folder.file("folder");
  std::filesystem::create_directory(folder);
  try {
    heads_file(*f.disk, folder, f.key);
    FAIL("heads were added to a folder");
  } catch (const file_error& refused) {
    CHECK(refused.code() == "file.is_a_directory");
  }
  CHECK_FALSE(std::filesystem::exists(folder + ".lock"));
}

TEST_CASE("what stands in a file that is no file of heads stays there") {
  const fixture f;
  const auto put = [&f](const std::string& content) { std::ofstream(f.path, std::ios::binary) << content; };
  for (const std::string& content :
       {std::string("my only copy of the novel, without a line end"), std::string(100'000, '\0'),
        std::string("{\"format\":1,\"lag"), std::string(" ")}) {
    CAPTURE(content.substr(0, 50));
    put(content);
    CHECK_THROWS_AS(heads_file(*f.disk, f.path, f.key), heads_malformed);
    CHECK(f.disk->read_whole(f.path, 1'000'000) == content);
  }
  for (const std::string& begun : {std::string("{"), f.lines[0].substr(0, 200), std::string()}) {
    put(begun);
    heads_file(*f.disk, f.path, f.key).add(fixture::head(0, 250));
    CHECK(f.read().heads.size() == 1);
  }
}

TEST_CASE("a log's own file keeps no heads, whether it is there or not") {
  const fixture f;
  const std::string log = f.folder.file("shop.db");
  sqlite(log).open(runtime::system(1))->close();
  for (const std::string end : {".witness", ".index", "-wal"}) {
    CAPTURE(end);
    const auto before = f.disk->read_whole(log + end, 1'000'000);
    CHECK_THROWS_AS(heads_file(*f.disk, log + end, f.key), log_name_taken);
    CHECK(f.disk->read_whole(log + end, 1'000'000) == before);
    CHECK_FALSE(std::filesystem::exists(log + end + ".lock"));
  }
}

TEST_CASE("one at a time adds to the heads, while others read them") {
  const fixture f;
  heads_file first(*f.disk, f.path, f.key);
  CHECK_THROWS_AS(heads_file(*f.disk, f.path, f.key), heads_busy);
  first.add(fixture::head(301, 302));
  CHECK(f.read().heads.size() == 4);
  CHECK(f.read().lines.back() == first.newest());
}

TEST_CASE("what is read is what was added") {
  const fixture f;
  const heads_read found = f.read();
  REQUIRE(found.heads.size() == 3);
  CHECK(found.heads[0].previous == sha256_digest{});
  CHECK(found.heads[1].previous == sha256().of(f.lines[0]));
  CHECK(found.heads[0].digests.size() == 3);
  CHECK(found.heads[0].position_of(0) == global_position{100});
  CHECK(found.heads[0].position_of(1) == global_position{200});
  CHECK(found.heads[0].position_of(2) == global_position{250});
  CHECK(found.heads[1].position_of(0) == global_position{300});
  CHECK(read_heads(*f.disk, f.path, f.key.checking()).whole == std::filesystem::file_size(f.path));
  CHECK_THROWS_AS(read_heads(*f.disk, f.folder.file("missing"), f.key.checking()), file_error);
}
