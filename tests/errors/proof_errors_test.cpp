// What the module proof says.
#include <doctest/doctest.h>

#include <sys/stat.h>

#include <filesystem>
#include <memory>
#include <string>

#include <openssl/evp.h>

#include <whence/proof/check_proof.hpp>
#include <whence/proof/errors.hpp>
#include <whence/proof/prove_log.hpp>

#include <tests/errors/said.hpp>

using namespace whence;
using tests::scene;

namespace {

/// Two events in a log in memory, signed by a key that everybody knows.
struct signed_scene : scene {
  signed_scene() {
    write("known.key",
          "-----BEGIN PRIVATE KEY-----\nMC4CAQAwBQYDK2VwBCIEINTuctv5E1hK1bbY8fdp+K06/nwoy/HU++CXqI9EdVhC\n"
          "-----END PRIVATE KEY-----\n");
    write("known.key.pub",
          "-----BEGIN PUBLIC KEY-----\nMCowBQYDK2VwAyEAGb9ECWmEzf6FQbrBZ9w7lshQhqowtrbLDFw4rXAxZuE=\n"
          "-----END PUBLIC KEY-----\n");
    std::filesystem::permissions(file("known.key"), std::filesystem::perms::owner_read);
  }

  void append(std::uint64_t number) {
    if (!writer) writer = source.open(runtime());
    new_event event;
    event.id = event_id(derive(timestamp{}, "event", number));
    event.type = "Counted";
    event.data = "{}";
    append_batch batch;
    batch.streams.push_back({.stream = "counter", .aggregate_type = "Counter", .events = {event}});
    (void)writer->append(std::move(batch)).get().value();
  }
  proved_log prove() const { return prove(source); }
  proved_log prove(const log_source& of) const {
    return prove_log(of, runtime(), signing_key::read(file("known.key")), file("shop.heads"));
  }
  proof_check check(const check_options& options = {}) const {
    return check_proof(source, runtime(), checking_key::read(file("known.key.pub")), file("shop.heads"), options);
  }
  /// The heads, with something in them that is something else.
  void change(const std::string& what, const std::string& by) const {
    std::string heads = read("shop.heads");
    heads.replace(heads.find(what), what.size(), by);
    write("shop.heads", heads);
  }

  log_source source = memory();
  std::unique_ptr<whence::log> writer;
};

}  // namespace

TEST_CASE("a private key that others can read") {
  const signed_scene here;
  std::filesystem::permissions(here.file("known.key"), std::filesystem::perms::group_read,
                               std::filesystem::perm_options::add);
  CHECK(here.says([&] { signing_key::read(here.file("known.key")); }) ==
        R"(app: others than its owner can reach the private key known.key; it was not used
  where: known.key
  why:   its mode is 0440, and whoever has read it can sign whatever he likes
  do:    make it 0600 if nobody has read it; else make a new key, and begin new heads with it  [proof.key_exposed, exit 4]
)");
}

TEST_CASE("a key that is the other half") {
  const signed_scene here;
  CHECK(here.says([&] { checking_key::read(here.file("known.key")); }) == R"(app: there is no usable key in known.key
  where: known.key
  why:   it has a private key in it, which nobody needs to check a proof
  do:    give the public half, which make-key puts beside the key: its name ends in .pub  [proof.key_malformed, exit 6]
)");
}

TEST_CASE("heads to which somebody else adds") {
  signed_scene here;
  here.append(1);
  const lock_attempt held = here.runtime().files->try_lock(here.file("shop.heads.lock"));
  REQUIRE(held.lock);
  CHECK(here.says([&] { here.prove(); }) == R"(app: shop.heads is being added to by process 4182; nothing was signed
  where: shop.heads.lock
  why:   heads are linked to each other: one process at a time adds to them
  do:    wait until that process has ended  [proof.busy, exit 5]
)");
}

TEST_CASE("heads that are to be kept where nothing is kept") {
  signed_scene here;
  here.append(1);
  REQUIRE(::mkfifo(here.file("shop.heads").c_str(), 0600) == 0);
  CHECK(here.says([&] { here.prove(); }) == R"(app: no heads can be kept in shop.heads; nothing was signed
  where: shop.heads
  why:   it is a pipe, a socket or a device: what is written there cannot be read again
  do:    name a file, which need not be there yet  [proof.not_a_file, exit 4]
)");
  CHECK_FALSE(std::filesystem::exists(here.file("shop.heads.lock")));
}

TEST_CASE("heads that end in an unfinished one, in a file that may only grow") {
  signed_scene here;
  CHECK(here.says([&] { throw heads_only_grow(here.file("shop.heads")); }) ==
        R"(app: shop.heads ends in an unfinished head, and may only grow; nothing was signed
  where: shop.heads
  why:   a head that was being written when its process or the disk ended counts for nothing, and has to be cut off before another one can stand there
  do:    as root take chattr -a from the file, repeat the command, and give it chattr +a again  [proof.only_grows, exit 4]
)");
}

TEST_CASE("heads of which none is there, or one that was seen is not") {
  signed_scene here;
  here.append(1);
  here.write("shop.heads", "");
  CHECK(here.says([&] { here.check(); }) == R"(app: there is no signed head in shop.heads
  where: shop.heads
  why:   nothing was signed yet, or what was signed is gone: of the log this says nothing
  do:    ask for the heads as they were handed out: whoever keeps them elsewhere has a copy  [proof.no_heads, exit 6]
)");
  here.prove();
  CHECK(here.says([&] { here.check({.known = std::string(64, 'a')}); }) ==
        R"(app: a head that was seen before is not in shop.heads
  where: shop.heads
  why:   no line has the digest <hash><hash>: the end was cut off, or other heads were put in their place
  do:    ask for the heads as they were handed out: whoever keeps them elsewhere has a copy  [proof.heads_cut, exit 6]
)");
}

TEST_CASE("a line that is no head, or one of the future") {
  signed_scene here;
  here.append(1);
  here.prove();
  const std::string heads = here.read("shop.heads");
  here.write("shop.heads", heads + "what is this?\n");
  CHECK(here.says([&] { here.check(); }) == R"(app: line 2 of shop.heads is no signed head
  where: shop.heads, line 2
  why:   it is no JSON object
  do:    ask for the heads as they were handed out: whoever keeps them elsewhere has a copy  [proof.heads_malformed, exit 6]
)");
  here.write("shop.heads", heads);
  here.change("\"format\":1", "\"format\":7");
  CHECK(here.says([&] { here.check(); }) ==
        R"(app: the heads in shop.heads have format 7, and this program knows formats up to 1
  where: shop.heads, line 1
  why:   a newer Whence wrote them
  do:    use the program that wrote them, or a newer one  [proof.heads_newer_format, exit 6]
)");
}

TEST_CASE("a head that is not what was signed, or was signed by another") {
  signed_scene here;
  here.append(1);
  here.prove();
  here.change("\"epoch\":1", "\"epoch\":2");
  CHECK(here.says([&] { here.check(); }) == R"(app: the heads in shop.heads are not as they were signed
  where: shop.heads, line 1
  why:   its signature is not that of key e744c0791320c328 for what stands there
  do:    ask for the heads as they were handed out: whoever keeps them elsewhere has a copy  [proof.heads_altered, exit 6]
)");
  here.change("e744c0791320c328", "0123456789abcdef");
  CHECK(here.says([&] { here.check(); }) == R"(app: the heads in shop.heads are signed by another key
  where: shop.heads, line 1
  why:   it names the key 0123456789abcdef, and the given one is e744c0791320c328
  do:    give the key that they were signed with; with a new key, new heads begin in a file of their own  [proof.other_key, exit 6]
)");
}

TEST_CASE("heads of another log, or of more than this one has") {
  signed_scene here;
  here.append(1);
  here.prove();
  const log_source other = memory();
  const auto writer = other.open(here.runtime());
  CHECK(here.says([&] { here.prove(other); }) == R"(app: the heads in shop.heads are of another log than memory
  where: shop.heads
  why:   they are of log <id>, and this is <id>
  do:    give the heads of this log, or the log of these heads  [proof.other_log, exit 6]
)");
  const log_source file = sqlite(here.file("shop.db"));
  here.source = file;
  here.writer = file.open(here.runtime());
  here.write("shop.heads", "");
  here.writer->close();
  std::filesystem::copy(here.file("shop.db"), here.file("before.db"));
  std::filesystem::copy(here.file("shop.db.witness"), here.file("before.db.witness"));
  here.writer = file.open(here.runtime());
  here.append(1);
  here.append(2);
  here.prove();
  CHECK(here.says([&] { here.prove(sqlite(here.file("before.db"))); }) ==
        R"(app: before.db is not the log that was signed up to event 2; nothing was signed
  where: shop.heads
  why:   it ends at event 0
  do:    check-proof says what differs; after a loss that was accepted, begin new heads in a file of their own, and keep these  [proof.not_continued, exit 6]
)");
}

TEST_CASE("a library that may not do what is needed") {
  const signed_scene here;
  CHECK(here.says_in_child([] { EVP_set_default_properties(nullptr, "provider=none"); },
                           [&] { signing_key::make(here.file("shop.key")); }) == R"(app: OpenSSL cannot make a key
  where: OpenSSL
  why:   unsupported
  do:    look at its configuration (openssl.cnf): SHA-256 and Ed25519 have to be allowed  [proof.crypto_failed, exit 5]
)");
  CHECK_FALSE(std::filesystem::exists(here.file("shop.key")));
}
