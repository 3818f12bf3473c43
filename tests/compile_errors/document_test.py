"""docs/compile-errors.md shows ten programs at least, and of each what both compilers say. That it is what they say, each program's
own test finds out."""

import re
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PROGRAM = re.compile(r"^<!-- tests/compile_errors/(\w+)\.cpp -->\n```cpp\n.*?^```\n```\ng\+\+ 12: error: [^\n]+\nclang 19: error: [^\n]+\n```$",
                     re.MULTILINE | re.DOTALL)


class Document(unittest.TestCase):
    def test_ten_programs_and_what_two_compilers_say(self):
        text = (ROOT / "docs" / "compile-errors.md").read_text()
        shown = PROGRAM.findall(text)
        self.assertEqual(len(shown), text.count("\n## "))
        self.assertGreaterEqual(len(set(shown)), 10)
        for name in shown:
            self.assertTrue((ROOT / "tests" / "compile_errors" / f"{name}.cpp").exists(), name)


unittest.main(verbosity=2)
