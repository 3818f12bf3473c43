"""Code in a document is a region of a file that is compiled, what a command prints is what it prints, a link leads somewhere.

The line above a block says what it is:

    <!-- samples/first-program/main.cpp -->    a region of that file
    <!-- run in an empty folder -->            commands (`$ …`) and all that they print
    <!-- run in the same folder -->            the same, where the session before it in the document left off

What differs from run to run may differ: ids, times.
"""

import os
import re
import subprocess
import sys
import tempfile
import textwrap
import unittest
from pathlib import Path

PROGRAMS = Path(sys.argv.pop()).resolve()
ROOT = Path(__file__).resolve().parents[2]
BLOCK = re.compile(r"(?:^<!-- ([^\n]+) -->\n)?^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
NEW_SESSION, NEXT_SESSION = "run in an empty folder", "run in the same folder"
COMMAND = re.compile(r"^\$ (.*)\n", re.MULTILINE)
VARIABLE = [(re.compile(r"\d{4}-\d\d-\d\dT[\d:.]+Z"), "<time>"), (re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"), "<id>")]
FENCED = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"\[[^\]]+\]\(([^)#\s]*)#?([^)\s]*)\)")
HEADING = re.compile(r"^#+ (.*)$", re.MULTILINE)
CHAPTERS_OF_A_MODULE = ["Hazards", "Example", "Guarantees", "Errors", "Testing with it", "Inside"]


def documents():
    names = subprocess.run(["git", "ls-files", "--cached", "--others", "--exclude-standard", "*.md"],
                           cwd=ROOT, text=True, capture_output=True, check=True).stdout.split()
    return [ROOT / name for name in names]


def without_variables(text):
    for pattern, name in VARIABLE:
        text = pattern.sub(name, text)
    return text


def anchors(document):
    """As GitHub makes them of headings."""
    headings = HEADING.findall(FENCED.sub("", document.read_text()))
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def sessions(document):
    """The commands of each session, with what the document shows of each."""
    found = []
    for comment, _, text in BLOCK.findall(document.read_text()):
        if comment == NEW_SESSION:
            found.append([])
        if comment in (NEW_SESSION, NEXT_SESSION):
            _, *parts = COMMAND.split(text)
            found[-1] += zip(parts[::2], parts[1::2])
    return found


def run(command, folder):
    """What a reader sees who has the programs in his PATH."""
    return subprocess.run(command.replace("build/release/bin/", ""), shell=True, cwd=folder, text=True,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          env=os.environ | {"PATH": f"{PROGRAMS}:{os.environ['PATH']}"}).stdout


class Documents(unittest.TestCase):
    def test_code_stands_in_the_file_that_it_names(self):
        for document in documents():
            for file, language, code in BLOCK.findall(document.read_text()):
                if language not in ("cpp", "cmake", "make"):
                    continue
                with self.subTest(document=document.name, code=code.splitlines()[0]):
                    self.assertNotEqual(file, "", "name the file that it is taken from: <!-- path -->")
                    text = (ROOT / file).read_text()
                    self.assertTrue(any(region in text for region in (textwrap.dedent(code), code)),
                                    f"{file} does not say so any more")

    def test_commands_print_what_is_shown(self):
        count = 0
        for document in documents():
            for session in sessions(document):
                with tempfile.TemporaryDirectory() as folder:
                    for command, shown in session:
                        count += 1
                        with self.subTest(document=document.name, command=command):
                            self.assertEqual(without_variables(run(command, folder)), without_variables(shown))
        self.assertGreater(count, 4)

    def test_links_lead_somewhere(self):
        for document in documents():
            for link, anchor in LINK.findall(FENCED.sub("", document.read_text())):
                if "://" not in link:
                    target = document.parent / link if link else document
                    with self.subTest(document=document.name, link=link, anchor=anchor):
                        self.assertTrue(target.exists())
                        if anchor:
                            self.assertIn(anchor, anchors(target))

    def test_each_module_has_a_page_of_the_same_form(self):
        modules = sorted(path.parent for path in (ROOT / "framework" / "whence").glob("*/CMakeLists.txt"))
        self.assertGreater(len(modules), 10)
        for module in modules:
            with self.subTest(module=module.name):
                page = FENCED.sub("", (module / "README.md").read_text())
                self.assertTrue(page.startswith(f"# {module.name}: "))
                self.assertEqual(re.findall(r"^## (.*)$", page, re.MULTILINE), CHAPTERS_OF_A_MODULE)
                self.assertIn(f"](../framework/whence/{module.name}/README.md)", (ROOT / "docs" / "README.md").read_text())

    def test_there_are_documents(self):
        self.assertIn(ROOT / "README.md", documents())


unittest.main(verbosity=2)
