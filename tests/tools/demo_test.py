"""tools/demo tells the story that docs/demo.md shows, and leaves files in which the commands that it names work."""

import os
import re
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

PROGRAMS = Path(sys.argv.pop()).resolve()
ROOT = Path(__file__).resolve().parents[2]
RECORDED = re.compile(r"<!-- the demo -->\n```\n\$ git clone .*?\n\$ tools/demo\n(.*?)\n(.*?)```\n", re.DOTALL)
NEXT = re.compile(r"^What to try next\n.*?(?=^The demo took)", re.MULTILINE | re.DOTALL)

# What depends on how fast the machine is, and when it was.
VARIABLE = [
    (r"\d{4}-\d\d-\d\dT[\d:.]+Z", "<time>"),
    (r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", "<id>"),
    (r"\+?\d+(\.\d+)? m?s\b", "<duration>"),
    (r"(?m)^ +\d+  <time>  \w+ +\S+ +\w+ +<id>$", "<event>"),
    (r"(?m)^POSITION +TIME.*$", "<columns>"),
    (r"--orders (?!200 )\d+", "--orders <n>"),
    (r"(?m)^(?!200 )\d+ orders; (?!0 )\d+ events added", "<n> orders; <m> events added"),
    (r"(?m)^\d+ orders; 0 events added", "<n> orders; 0 events added"),
    (r"after \d+ events", "after <n> events"),
    (r"\d+ lines of SQL", "<n> lines of SQL"),
    (r"[0-9a-f]{16}…", "<hash>…"),
    (r"took \d+ seconds", "took <n> seconds"),
]


def shape(text):
    for pattern, name in VARIABLE:
        text = re.sub(pattern, name, text)
    return re.sub(r" +", " ", text)


class Demo(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        cls.kept = Path(cls.folder.name) / "shop"
        cls.done = subprocess.run([ROOT / "tools" / "demo", "--programs", PROGRAMS, "--keep", cls.kept], text=True,
                                  stdout=subprocess.PIPE, stderr=subprocess.STDOUT)

    @classmethod
    def tearDownClass(cls):
        cls.folder.cleanup()

    def test_it_shows_what_is_recorded(self):
        building, recorded = RECORDED.search((ROOT / "docs" / "demo.md").read_text()).groups()
        self.assertIn(f'echo "{building}"', (ROOT / "tools" / "demo").read_text())
        self.assertEqual(self.done.returncode, 0, self.done.stdout)
        self.assertEqual(shape(NEXT.sub("", self.done.stdout)), shape(NEXT.sub("", recorded)))
        self.assertNotIn("\x1b", self.done.stdout)

    def test_what_it_suggests_works_in_the_files_that_it_keeps(self):
        suggested = re.findall(r"^  ((?:whence|order-service|sqlite3) .*?)(?:   .*)?$", NEXT.search(self.done.stdout).group(), re.MULTILINE)
        self.assertGreater(len(suggested), 2)
        for command in suggested:
            with self.subTest(command=command):
                ran = subprocess.run(command, shell=True, cwd=self.kept, text=True, capture_output=True,
                                     env=os.environ | {"PATH": f"{PROGRAMS}:{os.environ['PATH']}", "WHENCE_STORE": "shop.db"})
                self.assertEqual((ran.returncode, ran.stderr), (0, ""))
                self.assertNotEqual(ran.stdout, "")

    def test_a_folder_in_use_is_refused(self):
        ran = subprocess.run([ROOT / "tools" / "demo", "--programs", PROGRAMS, "--keep", self.kept], text=True, capture_output=True)
        self.assertEqual(ran.returncode, 2)
        self.assertEqual(ran.stderr, f"tools/demo: {self.kept} is not empty; nothing was changed\n"
                                     "  do:    name another folder with --keep\n")


unittest.main(verbosity=2)
