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
DEMO = str(ROOT / "tools" / "demo")
RECORDED = re.compile(r"<!-- the demo -->\n```\n\$ git clone .*?\n\$ tools/demo\n(.*?)\n(.*?)```\n", re.DOTALL)
NEXT = re.compile(r"^What to try next\n.*?(?=^The demo took)", re.MULTILINE | re.DOTALL)

# What depends on how fast the machine is, and when it was.
VARIABLE = [
    (r"\d{4}-\d\d-\d\dT[\d:.]+Z", "<time>"),
    (r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", "<id>"),
    (r"\+?\d+(\.\d+)? m?s\b", "<duration>"),
    (r"(?m)^ +\d+  <time>  \w+(?: v\d+)? +\S+ +\w+ +<id>$", "<event>"),
    (r"(?m)^POSITION +TIME.*$", "<columns>"),
    (r"--orders (?!200 )\d+", "--orders <n>"),
    (r"(?m)^(?!200 )\d+ orders; (?!0 )\d+ events added", "<n> orders; <m> events added"),
    (r"(?m)^\d+ orders; 0 events added", "<n> orders; 0 events added"),
    (r"after \d+ events", "after <n> events"),
    (r"2 of [\d ]+ shown; the next: (.*) --to \d+", r"2 of <n> shown; the next: \1 --to <n>"),
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
        cls.done = cls.demo("--programs", os.path.relpath(PROGRAMS, cls.folder.name), "--keep", "shop", stderr=subprocess.STDOUT)

    @classmethod
    def demo(cls, *words, stderr=subprocess.PIPE):
        """From outside the clone, where paths are those of the folder one is in."""
        return subprocess.run([DEMO, *words], cwd=cls.folder.name, text=True, stdout=subprocess.PIPE, stderr=stderr)

    @classmethod
    def tearDownClass(cls):
        cls.folder.cleanup()

    def test_it_shows_what_is_recorded(self):
        building, recorded = RECORDED.search((ROOT / "docs" / "demo.md").read_text()).groups()
        self.assertIn(f'echo "{building}"', (ROOT / "tools" / "demo").read_text())
        self.assertEqual(self.done.returncode, 0, self.done.stdout)
        self.assertEqual(shape(NEXT.sub("", self.done.stdout)), shape(NEXT.sub("", recorded)))
        self.assertNotIn("\x1b", self.done.stdout)

    def run_in_kept_files(self, command):
        return subprocess.run(command, shell=True, cwd=self.kept, text=True, capture_output=True,
                              env=os.environ | {"PATH": f"{PROGRAMS}:{os.environ['PATH']}", "WHENCE_STORE": "shop.db"})

    def test_what_its_steps_name_does_what_they_show(self):
        """Those that change nothing: the same again, in the files that it keeps."""
        named = re.findall(r"^   \$ (.*)$", self.done.stdout, re.MULTILINE)
        one, = [command for command in named if command.startswith("order-service whence trace ")]
        self.assertIn(self.run_in_kept_files(one).stdout, self.done.stdout)

        calm, interrupted = [self.run_in_kept_files(command).stdout for command in named if command.startswith("whence --store ")]
        self.assertEqual(calm, interrupted)
        self.assertRegex(calm, r"^[0-9a-f]{64}  -\n$")
        self.assertIn(f"{calm[:16]}…  calm.db\n{calm[:16]}…  shop.db\n", self.done.stdout)

        dump, = [command.split(";")[0] for command in named if command.startswith("sqlite3 ")]
        self.assertIn(f"the same before and after: {self.run_in_kept_files(dump).stdout[:16]}…\n", self.done.stdout)

        show, = [command for command in named if command.startswith("order-service show ")]
        self.assertIn(self.run_in_kept_files(show).stdout, self.done.stdout)
        pay, = [command for command in named if command.startswith("order-service pay ")]
        paid = self.run_in_kept_files(pay)
        self.assertEqual((paid.returncode, paid.stdout), (4, ""))
        self.assertIn(paid.stderr, self.done.stdout)

    def test_what_it_suggests_works_in_the_files_that_it_keeps(self):
        suggested = re.findall(r"^  ((?:whence|order-service|sqlite3) .*?)(?:   .*)?$", NEXT.search(self.done.stdout).group(), re.MULTILINE)
        self.assertGreater(len(suggested), 2)
        for command in suggested:
            with self.subTest(command=command):
                ran = self.run_in_kept_files(command)
                self.assertEqual((ran.returncode, ran.stderr), (0, ""))
                self.assertNotEqual(ran.stdout, "")

    def must_refuse(self, code, what, remedy, *words):
        ran = self.demo(*words)
        self.assertEqual((ran.returncode, ran.stdout), (code, ""))
        said, advised = ran.stderr.split("  do:    ")
        self.assertEqual(said, f"tools/demo: {what}\n")
        self.assertRegex(advised, rf"^{re.escape(DEMO)}{remedy}\n$")

    def test_a_folder_in_use_is_refused(self):
        self.must_refuse(2, "shop is not empty; nothing was changed", r" --keep shop-\d+", "--programs", PROGRAMS, "--keep", "shop")

    def test_a_folder_without_the_programs_is_refused_before_the_first_step(self):
        for place in (".", "nowhere"):
            self.must_refuse(3, f"there is no program order-service to run; nothing was done\n  where: --programs {place}",
                             "\n         # without --programs, it builds them", "--programs", place, "--keep", "other")
        self.must_refuse(2, "--programs needs a folder", " --help", "--programs", "")
        self.assertEqual(os.listdir(self.folder.name), ["shop"])

    def test_what_is_no_folder_is_not_kept_in(self):
        file = os.path.join("shop", "shop.db")
        self.must_refuse(5, f"what is kept needs a folder, and this is none; nothing was changed\n  where: --keep {file}",
                         rf" --keep {re.escape(file)}-\d+", "--programs", PROGRAMS, "--keep", file)
        below = os.path.join(file, "kept")
        self.must_refuse(5, f"the folder cannot be written in (Not a directory); nothing was changed\n  where: --keep {below}",
                         r" --keep \S+/demo-shop", "--programs", PROGRAMS, "--keep", below)


unittest.main(verbosity=2)
