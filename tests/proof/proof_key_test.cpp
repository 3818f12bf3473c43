// Keys: who may read them, what is refused, and that other tools' keys and signatures are ours.
#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

#include <sys/stat.h>

#include <whence/core/files.hpp>
#include <whence/core/hex.hpp>
#include <whence/proof/errors.hpp>
#include <whence/proof/proof_key.hpp>
#include <whence/proof/sha256.hpp>

#include <tests/temporary_folder.hpp>

using namespace whence;
namespace fs = std::filesystem;

namespace {

// That of RFC 8410, which everybody knows.
constexpr std::string_view known_private =
    "-----BEGIN PRIVATE KEY-----\nMC4CAQAwBQYDK2VwBCIEINTuctv5E1hK1bbY8fdp+K06/nwoy/HU++CXqI9EdVhC\n-----END PRIVATE "
    "KEY-----\n";
constexpr std::string_view known_public =
    "-----BEGIN PUBLIC KEY-----\nMCowBQYDK2VwAyEAGb9ECWmEzf6FQbrBZ9w7lshQhqowtrbLDFw4rXAxZuE=\n-----END PUBLIC "
    "KEY-----\n";
constexpr std::string_view of_another_kind =
    "-----BEGIN PUBLIC KEY-----\nMFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE4YXXplPs/14JvbV505+MkahCUatY\n"
    "KO3oENGcRYPmwAHJUy/NbXNksZ+qE7QtqKNt5a02BziFHIj7mSB21x4/3g==\n-----END PUBLIC KEY-----\n";
constexpr std::string_view locked =
    "-----BEGIN ENCRYPTED PRIVATE KEY-----\nMIGbMFcGCSqGSIb3DQEFDTBKMCkGCSqGSIb3DQEFDDAcBAgLJTjxa2VGJQICCAAw\n"
    "DAYIKoZIhvcNAgkFADAdBglghkgBZQMEAQIEEJZ4jSaxRGdx0EcMrJze1eQEQB9M\n"
    "Y4hCy801HQmrjvygEzQG8RYyWkNe631goyhIT94sBZhPHj65QQaeBxgR45dBBrVj\neWRcm5T5aK+Iw5czpuA=\n-----END ENCRYPTED "
    "PRIVATE KEY-----\n";

struct fixture {
  std::string put(const std::string& name, std::string_view text, fs::perms mode = fs::perms::owner_read) const {
    const std::string path = folder.file(name);
    std::ofstream(path) << text;
    fs::permissions(path, mode);
    return path;
  }
  std::string read(const std::string& name) const {
    std::ifstream in(folder.file(name));
    return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
  }
  tests::temporary_folder folder;
};

std::string why_not_private(const std::string& path) {
  try {
    signing_key::read(path);
  } catch (const key_malformed& found) {
    return found.text().why;
  }
  return "it is one";
}

std::string why_not_public(const std::string& path) {
  try {
    checking_key::read(path);
  } catch (const key_malformed& found) {
    return found.text().why;
  }
  return "it is one";
}

}  // namespace

TEST_CASE("a private key that others can reach is not used") {
  const fixture f;
  for (const fs::perms others :
       {fs::perms::group_read, fs::perms::others_read, fs::perms::group_write, fs::perms::others_exec}) {
    const std::string path = f.put("exposed.key", known_private, fs::perms::owner_read | others);
    CHECK_THROWS_AS(signing_key::read(path), key_exposed);
    fs::remove(path);
  }
}

TEST_CASE("what is no key of the kind is refused by name") {
  const fixture f;
  CHECK_THROWS_AS(signing_key::read(f.folder.file("missing.key")), file_error);
  CHECK(why_not_private(f.put("empty", "")).starts_with("it has no private key"));
  CHECK(why_not_private(f.put("noise", std::string(1'000, '\7'))).starts_with("it has no private key"));
  CHECK(why_not_private(f.put("half", known_private.substr(0, 60))).starts_with("it has no private key"));
  CHECK(why_not_private(f.put("public", known_public)).starts_with("it has no private key"));
  CHECK(why_not_private(f.put("locked", locked)).starts_with("it is locked with a passphrase"));
  CHECK(why_not_private(f.put("large", std::string(100'000, 'x'))) == "it is too large for a key");
  CHECK(why_not_public(f.put("empty.pub", "")).starts_with("it has no public key"));
  CHECK(why_not_public(f.put("other.pub", of_another_kind)) == "it has a key of another kind than Ed25519");
  CHECK(why_not_public(f.put("private.pub", known_private)).starts_with("it has a private key in it"));
  CHECK_THROWS_AS(checking_key::read(f.folder.path().string()), file_error);
}

TEST_CASE("nothing that is there is replaced by a new key, and a key that cannot be kept is not left behind") {
  const fixture f;
  f.put("shop.key", "something else");
  CHECK_THROWS_AS(signing_key::make(f.folder.file("shop.key")), file_error);
  CHECK(f.read("shop.key") == "something else");
  CHECK_FALSE(fs::exists(f.folder.file("shop.key.pub")));
  f.put("other.key.pub", "something else");
  CHECK_THROWS_AS(signing_key::make(f.folder.file("other.key")), file_error);
  CHECK(f.read("other.key.pub") == "something else");
  CHECK_FALSE(fs::exists(f.folder.file("other.key")));
  CHECK_THROWS_AS(signing_key::make(f.folder.file("nowhere/shop.key")), file_error);
}

TEST_CASE("only its owner can read a new key, whatever the umask") {
  const fixture f;
  const mode_t before = ::umask(0);
  const checking_key made = signing_key::make(f.folder.file("shop.key"));
  ::umask(before);
  CHECK(fs::status(f.folder.file("shop.key")).permissions() == (fs::perms::owner_read | fs::perms::owner_write));
  CHECK(signing_key::read(f.folder.file("shop.key")).checking().id() == made.id());
  CHECK(checking_key::read(f.folder.file("shop.key.pub")).id() == made.id());
  CHECK(signing_key::make(f.folder.file("other.key")).id() != made.id());
}

TEST_CASE("keys and signatures are those of other tools") {
  const fixture f;
  const signing_key key = signing_key::read(f.put("known.key", known_private));
  CHECK(key.checking().id() == "e744c0791320c328");  // openssl pkey -pubout -outform DER | tail -c 32 | sha256sum
  const signature made = key.sign("a text");         // openssl pkeyutl -sign -rawin
  CHECK(to_hex(made) ==
        "4300ffa3b16488db95b9c927adc27bb726b2408851257f6d79e7e212f9c4e1bb27a088dfb99076e82bbe2991042e97c54a0335f970522e"
        "2a867691c6"
        "c05ae101");
  const checking_key other_half = checking_key::read(f.put("known.pub", known_public));
  CHECK(other_half.id() == key.checking().id());
  CHECK(other_half.accepts("a text", made));
}

TEST_CASE("a signature is that of one text by one key") {
  const fixture f;
  const checking_key made = signing_key::make(f.folder.file("shop.key"));
  const signing_key key = signing_key::read(f.folder.file("shop.key"));
  const checking_key other = signing_key::make(f.folder.file("other.key"));
  signature good = key.sign("events 1 to 9");
  CHECK(made.accepts("events 1 to 9", good));
  CHECK_FALSE(made.accepts("events 1 to 8", good));
  CHECK_FALSE(made.accepts("", good));
  CHECK_FALSE(other.accepts("events 1 to 9", good));
  for (std::size_t at = 0; at < good.size(); ++at) {
    good[at] ^= 1;
    CHECK_FALSE(made.accepts("events 1 to 9", good));
    good[at] ^= 1;
  }
}
