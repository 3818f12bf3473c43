"""Code in a document is a region of a file that is compiled, what a command prints is what it prints, a link leads somewhere.

A code block is preceded by the file that it is taken from: `<!-- samples/first-program/main.cpp -->`. A block after
`<!-- run in an empty folder -->` shows commands (`$ …`) and their output; ids and times may differ.
"""

import re
import subprocess
import sys
import tempfile
import textwrap
import unittest
from pathlib import Path

PROGRAMS = Path(sys.argv.pop()).resolve()
ROOT = Path(__file__).resolve().parents[2]
CODE = re.compile(r"(?:<!-- (\S+) -->\n)?^```cpp\n(.*?)^```", re.MULTILINE | re.DOTALL)
SESSION = re.compile(r"<!-- run in an empty folder -->\n^```\n(.*?)^```", re.MULTILINE | re.DOTALL)
COMMAND = re.compile(r"^\$ build/release/bin/(.*)\n", re.MULTILINE)
VARIABLE = [(re.compile(r"\d{4}-\d\d-\d\dT[\d:.]+Z"), "<time>"), (re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"), "<id>")]
FENCED = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"\[[^\]]+\]\(([^)#\s]+)[^)]*\)")


def documents():
    names = subprocess.run(["git", "ls-files", "--cached", "--others", "--exclude-standard", "*.md"],
                           cwd=ROOT, text=True, capture_output=True, check=True).stdout.split()
    return [ROOT / name for name in names]


def without_variables(text):
    for pattern, name in VARIABLE:
        text = pattern.sub(name, text)
    return text


class Documents(unittest.TestCase):
    def test_code_stands_in_the_file_that_it_names(self):
        for document in documents():
            for file, code in CODE.findall(document.read_text()):
                with self.subTest(document=document.name, code=code.splitlines()[0]):
                    self.assertNotEqual(file, "", "name the file that it is taken from: <!-- path -->")
                    regions = [textwrap.dedent(code), code]
                    text = (ROOT / file).read_text()
                    self.assertTrue(any(region in text for region in regions), f"{file} does not say so any more")

    def test_commands_print_what_is_shown(self):
        sessions = [session for document in documents() for session in SESSION.findall(document.read_text())]
        self.assertNotEqual(sessions, [])
        for session in sessions:
            with tempfile.TemporaryDirectory() as folder:
                _, *parts = COMMAND.split(session)
                for command, shown in zip(parts[::2], parts[1::2]):
                    with self.subTest(command=command):
                        done = subprocess.run(f"{PROGRAMS}/{command}", shell=True, cwd=folder, text=True, capture_output=True)
                        self.assertEqual(without_variables(done.stdout), without_variables(shown), done.stderr)

    def test_links_lead_somewhere(self):
        for document in documents():
            for link in LINK.findall(FENCED.sub("", document.read_text())):
                if "://" not in link:
                    with self.subTest(document=document.name, link=link):
                        self.assertTrue((document.parent / link).exists())

    def test_there_are_documents(self):
        self.assertIn(ROOT / "README.md", documents())


unittest.main(verbosity=2)
