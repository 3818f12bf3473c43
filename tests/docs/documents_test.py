"""Code in a document is a region of a file that is compiled, what a command prints is what it prints, a link leads somewhere."""

import re
import sys
import tempfile
import textwrap
import unittest
from pathlib import Path

from pages import NEW_SESSION, NEXT_SESSION, ROOT, blocks, commands, documents, is_shown, run

PROGRAMS = Path(sys.argv.pop()).resolve()
COMPILED = {"cpp", "cmake", "make"}
WITH_THE_PACKAGE = "tutorial.md"  # run by tutorial_test.py
FENCED = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"\[[^\]]+\]\(([^)#\s]*)#?([^)\s]*)\)")
HEADING = re.compile(r"^#+ (.*)$", re.MULTILINE)
CHAPTERS_OF_A_MODULE = ["Hazards", "Example", "Guarantees", "Errors", "Testing with it", "Inside"]


def anchors(document):
    """As GitHub makes them of headings."""
    headings = HEADING.findall(FENCED.sub("", document.read_text()))
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def sessions(document):
    """The commands of each session, with what the document shows of each."""
    found = []
    for comment, _, text in blocks(document):
        if comment == NEW_SESSION:
            found.append([])
        if comment in (NEW_SESSION, NEXT_SESSION):
            found[-1] += commands(text)
    return found


class Documents(unittest.TestCase):
    def test_code_stands_in_the_file_that_it_names(self):
        for document in documents():
            for comment, language, code in blocks(document):
                if language not in COMPILED:
                    continue
                with self.subTest(document=document.name, code=code.splitlines()[0]):
                    self.assertNotEqual(comment, "", "name the file that it is taken from: <!-- path -->")
                    name, _, whole = comment.partition(": ")
                    text = (ROOT / (whole or name)).read_text()
                    if whole:
                        self.assertEqual(code, text)
                    else:
                        self.assertTrue(any(region in text for region in (textwrap.dedent(code), code)),
                                        f"{name} does not say so any more")

    def test_commands_print_what_is_shown(self):
        count = 0
        for document in documents():
            for session in sessions(document) if document.name != WITH_THE_PACKAGE else []:
                with tempfile.TemporaryDirectory() as folder:
                    for command, shown in session:
                        count += 1
                        with self.subTest(document=document.name, command=command):
                            printed = run(command, folder, PROGRAMS)
                            self.assertTrue(is_shown(printed, shown), printed)
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

    def test_what_is_shown_is_compared_to_the_letter_but_for_what_varies(self):
        printed = "1  2026-11-25T18:22:08.794Z  Lent\n2  2026-11-25T18:22:09.000Z  Lent\n"
        self.assertTrue(is_shown(printed, "1  2027-01-01T00:00:00.000Z  Lent\n…\n"))
        self.assertTrue(is_shown(printed, "…\n2  2027-01-01T00:00:00.000Z  Lent\n"))
        self.assertFalse(is_shown(printed, "1  2027-01-01T00:00:00.000Z  Lent\n"))
        self.assertFalse(is_shown(printed, "1  2027-01-01T00:00:00.000Z  Sold\n…\n"))

    def test_there_are_documents(self):
        self.assertIn(ROOT / "README.md", documents())


unittest.main(verbosity=2)
