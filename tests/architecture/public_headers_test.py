"""What a public header includes, directly and in the end, is paid for by every user's file: the standard library and ours only."""

import re
import unittest

import modules
from modules import BUILD_DIR, MODULES, include_flags, public_header, run_compiler

INCLUDE = re.compile(r"^\s*#\s*include\s*([<\"][^>\"]+[>\"])", re.MULTILINE)
STANDARD = re.compile(r"^<[a-z_]+>$")
HEAVY = re.compile(r"/(sqlite3\.h|boost/|fmt/|spdlog/|CLI/|CLI11|openssl/|xxhash\.h|utf8proc\.h|doctest/|nlohmann/json\.hpp)")


def is_allowed(module, include):
    return bool(STANDARD.match(include) or include.startswith("<whence/") or include == "<nlohmann/json_fwd.hpp>"
                or (module == "serialization" and include.startswith("<cereal/")))


class PublicHeaders(unittest.TestCase):
    def test_they_name_only_what_a_public_header_may(self):
        for module, facts in MODULES.items():
            for header in facts["public_headers"]:
                text = (BUILD_DIR / "include" / module / public_header(module, header)).read_text()
                for include in INCLUDE.findall(text):
                    with self.subTest(header=public_header(module, header), include=include):
                        self.assertTrue(is_allowed(module, include))

    def test_nothing_heavy_comes_along(self):
        for module, facts in MODULES.items():
            code = "".join(f"#include <{public_header(module, header)}>\n" for header in facts["public_headers"])
            failed, messages, found = run_compiler(code, "-M", *include_flags(facts["headers_see"]))
            with self.subTest(module=module):
                self.assertEqual(failed, 0, messages)
                self.assertEqual([file for file in found.split() if HEAVY.search(file)], [])

    def test_each_module_has_one(self):
        self.assertEqual([module for module, facts in MODULES.items() if not facts["public_headers"]], [])


modules.main()
