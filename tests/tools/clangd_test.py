"""An editor with clangd works in the tree as it is: `compile_commands.json` stands at its root, and clangd takes our flags for g++."""

import subprocess
import sys
import unittest
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

CLANGD = sys.argv.pop()
ROOT = Path(__file__).resolve().parents[2]

# One of each kind: headers that stand in no command, a source, a test (whose command has a precompiled header of g++), its header.
FILES = ["framework/whence/core/uuid.hpp", "framework/whence/store/sqlite/row.hpp", "samples/order-service/domain/order.cpp",
         "tests/core/uuid_test.cpp", "tests/core/reports.hpp"]


def check(file):
    """Exit code and messages of clangd opening the file."""
    done = subprocess.run([CLANGD, f"--check={file}", "--check-locations=0"], cwd=ROOT, text=True, capture_output=True)
    return done.returncode, done.stderr


class Clangd(unittest.TestCase):
    def test_it_opens_every_kind_of_file(self):
        with ThreadPoolExecutor(2) as pool:
            for file, (failed, messages) in zip(FILES, pool.map(check, FILES)):
                with self.subTest(file=file):
                    self.assertEqual(failed, 0, messages)
                    self.assertIn("All checks completed, 0 errors", messages)
                    self.assertNotIn("Generic fallback command", messages)

    def test_a_fault_would_be_seen(self):
        failed, _ = check("tests/compile_errors/decide_missing.cpp")
        self.assertNotEqual(failed, 0)


unittest.main(argv=sys.argv[:1], verbosity=2)
