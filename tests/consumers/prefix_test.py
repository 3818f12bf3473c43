"""What is in the prefix: what users need, nothing that knows the machine on which it was built, headers that name no foreign library."""

import re
import subprocess
import tempfile
import unittest
from pathlib import Path

import package
from package import BUILD_DIR, PREFIX, SOURCE_DIR, run

# An opaque handle may be declared and pointed to (`struct sqlite3;`): that asks nothing of who includes it.
FOREIGN = re.compile(r"sqlite3(?:\.h|_\w+(?=\())|SQLITE_[A-Z]+|nlohmann/json\.hpp"
                     r"|\b(?:[Bb]oost|asio|beast|signals2|fmt|spdlog|CLI|openssl|EVP|XXH\w*|utf8proc\w*)\b")
COMMENT = re.compile(r"//[^\n]*|/\*.*?\*/", re.DOTALL)


def files(prefix):
    return {str(file.relative_to(prefix)) for file in prefix.rglob("*") if not file.is_dir()}


def installed(component):
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run(["cmake", "--install", BUILD_DIR, "--prefix", folder, "--component", component], check=True, capture_output=True)
        return files(Path(folder))


class Prefix(unittest.TestCase):
    def test_it_has_what_users_need(self):
        for file in ["bin/whence", "share/man/man1/whence.1", "share/bash-completion/completions/whence",
                     "share/zsh/site-functions/_whence", "share/fish/vendor_completions.d/whence.fish", "include/whence.hpp", "include/whence/store/log.hpp", "lib/libwhence_store.a",
                     "lib/cmake/whence/whence-config.cmake", "lib/pkgconfig/whence.pc", "lib/pkgconfig/whence-store.pc",
                     "share/whence/schemas/envelope.schema.json", "share/whence/gdb/whence.py", "share/doc/whence/LICENSE"]:
            with self.subTest(file=file):
                self.assertTrue((PREFIX / file).is_file())

    def test_who_runs_the_program_needs_no_headers(self):
        runtime = installed("whence_runtime")
        self.assertIn("bin/whence", runtime)
        self.assertEqual([file for file in runtime if file.startswith(("include/", "lib/", "share/whence/"))], [])

    def test_the_components_are_the_whole(self):
        self.assertEqual(installed("whence_runtime") | installed("whence_development"), files(PREFIX))

    def test_nothing_remembers_where_it_was_built_or_installed(self):
        places = [str(place).encode() for place in (SOURCE_DIR, BUILD_DIR, PREFIX.parent / "first", Path.home())]
        for file in files(PREFIX):
            content = (PREFIX / file).read_bytes()
            with self.subTest(file=file):
                self.assertEqual([place for place in places if len(place) > 5 and place in content], [])

    def test_headers_name_no_foreign_library(self):
        headers = sorted((PREFIX / "include").rglob("*.hpp"))
        self.assertGreater(len(headers), 50)
        for header in headers:
            with self.subTest(header=str(header.relative_to(PREFIX))):
                self.assertEqual(FOREIGN.findall(COMMENT.sub(" ", header.read_text())), [])

    def test_a_foreign_library_would_be_seen(self):
        for line in ["#include <sqlite3.h>", "sqlite3_step(prepared_);", "return SQLITE_BUSY;", "boost::signals2::signal<void()> told;",
                     "#include <boost/asio.hpp>", "fmt::print(text);", "#include <spdlog/spdlog.h>", "#include <nlohmann/json.hpp>"]:
            with self.subTest(line=line):
                self.assertNotEqual(FOREIGN.findall(line), [])

    def test_the_program_runs(self):
        done = run(PREFIX / "bin" / "whence", "--version")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("0.1.0", done.stdout)

    def test_its_manual_is_that_of_this_program(self):
        page = run(PREFIX / "bin" / "whence", "man")
        self.assertEqual(page.returncode, 0, page.stderr)
        self.assertEqual((PREFIX / "share" / "man" / "man1" / "whence.1").read_text(), page.stdout)


package.main()
