"""What doctest prints of failed expectations is what docs/testing.md shows: thrown, and told to a handler."""

import re
import subprocess
import sys
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
FOLDER = Path(sys.argv.pop())


def shown(program):
    """The block of the document that shows what the program prints."""
    document = (ROOT / "docs" / "testing.md").read_text()
    return re.search(rf"<!-- printed by {program} -->\n```\n(.*?)```", document, re.DOTALL).group(1)


def printed(program):
    """From the first failure to the sum; the paths are those within the sources."""
    done = subprocess.run([FOLDER / program, "--no-intro"], text=True, capture_output=True)
    return re.sub(r"(?<![\w.])[\w./-]*tests/testing/", "tests/testing/", done.stdout)


class Report(unittest.TestCase):
    maxDiff = None

    def test_thrown(self):
        self.assertEqual(printed("failing_tests"), shown("failing_tests"))

    def test_told(self):
        self.assertEqual(printed("failing_tests_told"), shown("failing_tests_told"))


unittest.main(argv=sys.argv[:1], verbosity=2)
