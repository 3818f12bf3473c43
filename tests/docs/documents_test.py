"""Code in a document is a region of a file that is compiled, what a command prints is what it prints, a link leads somewhere."""

import json
import os
import re
import sys
import tempfile
import textwrap
import unittest
from pathlib import Path

from pages import NEW_SESSION, NEXT_SESSION, ROOT, blocks, commands, documents, is_shown, run

PROGRAMS = Path(sys.argv.pop()).resolve()
COMPILED = {"cpp", "cmake", "make", "python"}
WITH_THE_PACKAGE = "tutorial.md"  # run by tutorial_test.py
RUN_HERE = {NEW_SESSION, NEXT_SESSION, "run in a clone", "the installation", "for a developer", "a summary of help"}
# What is compared elsewhere, and by what.
COMPARED = {
    "the demo": "tests/tools/demo_test.py",
    "shown by gdb": "tests/debugger/printers_test.py",
    "printed by failing_tests": "tests/testing/report_test.py",
    "printed by failing_tests_told": "tests/testing/report_test.py",
}
COMPARED_WHOLE = {"cli.md": "tests/cli/manual_test.cpp", "compile-errors.md": "tests/compile_errors/first_error.py"}
FENCED = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)
EXAMPLE = re.compile(r"^ *///\n((?: *///     .*\n)+)", re.MULTILINE)  # in the comments of a header
TABLE_OR_TEXT = re.compile(r"^ *///     +(?:whence: |<|(?!//)\S+(?: \S+)*? {2,}(?!//)\S)| · ", re.MULTILINE)
LINK = re.compile(r"\[[^\]]+\]\(([^)#\s]*)#?([^)\s]*)\)")
HEADING = re.compile(r"^#+ (.*)$", re.MULTILINE)
CHAPTERS_OF_A_MODULE = ["Hazards", "Example", "Guarantees", "Errors", "Testing with it", "Inside"]


def anchors(document):
    """As GitHub makes them of headings."""
    headings = HEADING.findall(FENCED.sub("", document.read_text()))
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def without_form(code):
    """Without comments, and as it stands before anybody breaks its lines."""
    return re.sub(r"\s+", "", re.sub(r"(?<!:)//.*", "", code))


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
                            printed = run(command, folder, PROGRAMS, CLONE=str(ROOT))
                            self.assertTrue(is_shown(printed, shown), printed)
        self.assertGreater(count, 4)

    def blocks_that_are(self, kind):
        found = [text for document in documents() for comment, _, text in blocks(document) if comment == kind]
        self.assertNotEqual(found, [])
        return found

    def test_no_block_is_left_unchecked(self):
        for document in documents():
            text = document.read_text()
            found = blocks(document)
            self.assertEqual(len(found), len(FENCED.findall(text)), f"{document.name}: a block that does not begin or end a line")
            for comment, language, block in found:
                with self.subTest(document=document.name, block=block.splitlines()[0]):
                    test = COMPARED_WHOLE.get(document.name) or COMPARED.get(comment)
                    if test:
                        self.assertIn(comment if comment in COMPARED and " by " not in comment else document.name,
                                      (ROOT / test).read_text())
                    else:
                        self.assertTrue(language in COMPILED or comment in RUN_HERE or comment == "a picture",
                                        "say above it what it is: tests/docs/pages.py has the list")

    def test_there_is_one_way_to_install(self):
        recipes = self.blocks_that_are("the installation")
        self.assertEqual(len(set(recipes)), 1)
        self.assertGreater(len(recipes), 1)
        for option in re.findall(r"-D (\w+)=", recipes[0]):
            self.assertRegex((ROOT / "CMakeLists.txt").read_text(), rf"(?m)^option\({option} ")
        self.known_presets(recipes[0])

    def known_presets(self, commands):
        presets = json.loads((ROOT / "CMakePresets.json").read_text())["configurePresets"]
        names = {preset["name"] for preset in presets if not preset.get("hidden")}
        self.assertLessEqual(set(re.findall(r"--preset (\w+)", commands)), names)

    def test_what_developers_run_is_there(self):
        for block in self.blocks_that_are("for a developer"):
            self.known_presets(block)
            for script in re.findall(r"^tools/\w+", block, re.MULTILINE):
                self.assertTrue(os.access(ROOT / script, os.X_OK), script)
            for chosen in re.findall(r"-R '?\^?(\w+)'?", block):
                self.assertTrue((ROOT / "tests" / chosen).is_dir(), chosen)

    def test_after_the_build_the_programs_are_found(self):
        """In a folder like a clone, whose tools/build gives what was built already."""
        block, = self.blocks_that_are("run in a clone")
        with tempfile.TemporaryDirectory() as folder:
            build = Path(folder, "clone", "tools", "build")
            build.parent.mkdir(parents=True)
            build.write_text(f"#!/bin/sh\nmkdir -p build/release && ln -s {PROGRAMS} build/release/bin\n")
            build.chmod(0o755)
            places = run(f"set -e; {block}\ncommand -v first-program; command -v whence; pwd", build.parents[1], "/nowhere").splitlines()
            bin = f"{build.parents[1].resolve()}/build/release/bin"
            self.assertEqual(places, [f"{bin}/first-program", f"{bin}/whence", str(Path(folder).resolve() / "bank")])
        self.assertIn("--target order-service first-program whence", (ROOT / "tools" / "build").read_text())

    def test_a_summary_of_help_has_what_help_has(self):
        block, = self.blocks_that_are("a summary of help")
        program = block.split()[0]
        listed = dict(re.findall(r"^  ([a-z]\w+)( .*|)$", block, re.MULTILINE))
        commands = re.search(r"^Subcommands:\n((?:  .*\n)+)", run(f"{program} --help", ROOT, PROGRAMS), re.MULTILINE).group(1)
        self.assertEqual(sorted(listed), sorted([*re.findall(r"^  (\w+)", commands, re.MULTILINE), "whence"]))
        for command, usage in listed.items():
            with self.subTest(command=command):
                help = run(f"{program} {command} --help", ROOT, PROGRAMS)
                if command != "whence":
                    self.assertEqual(set(re.findall(r"--[\w-]+", usage)), set(re.findall(r"^  (--[\w-]+)", help, re.MULTILINE)))
        for flag in re.findall(r"^  (?:-\w\|?|)(--\w+)", block, re.MULTILINE):
            self.assertIn(flag, run(f"{program} --help", ROOT, PROGRAMS))

    def test_what_headers_show_is_compiled(self):
        compiled = "".join(without_form(file.read_text()) for folder in ("tests", "samples")
                           for file in (ROOT / folder).rglob("*.[ch]pp"))
        count = 0
        for header in sorted((ROOT / "framework" / "whence").rglob("*.hpp")):
            for example in EXAMPLE.findall(header.read_text()):
                if TABLE_OR_TEXT.search(example):
                    continue
                lines = [without_form(re.sub(r"^ *///", "", line)) for line in example.splitlines()]
                count += 1
                with self.subTest(header=str(header.relative_to(ROOT)), example=lines[0]):
                    self.assertTrue("".join(lines) in compiled
                                    or all(line.endswith(";") and line in compiled for line in lines))
        self.assertGreater(count, 10)

    def test_a_program_has_as_many_lines_as_is_said_of_it(self):
        count = 0
        for document in documents():
            for link, lines in re.findall(r"\[a program\]\(([^)]+)\) of (\d+) lines", document.read_text()):
                count += 1
                with self.subTest(document=document.name):
                    self.assertEqual(int(lines), len((document.parent / link).read_text().splitlines()))
        self.assertGreater(count, 1)

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
