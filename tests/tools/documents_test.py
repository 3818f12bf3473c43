"""Code in a document is a region of a file that is compiled, and a link leads somewhere.

A code block is preceded by the file that it is taken from: `<!-- samples/first-program/main.cpp -->`.
"""

import re
import subprocess
import textwrap
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
CODE = re.compile(r"(?:<!-- (\S+) -->\n)?^```cpp\n(.*?)^```", re.MULTILINE | re.DOTALL)
FENCED = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"\[[^\]]+\]\(([^)#\s]+)[^)]*\)")


def documents():
    names = subprocess.run(["git", "ls-files", "--cached", "--others", "--exclude-standard", "*.md"],
                           cwd=ROOT, text=True, capture_output=True, check=True).stdout.split()
    return [ROOT / name for name in names]


class Documents(unittest.TestCase):
    def test_code_stands_in_the_file_that_it_names(self):
        for document in documents():
            for file, code in CODE.findall(document.read_text()):
                with self.subTest(document=document.name, code=code.splitlines()[0]):
                    self.assertNotEqual(file, "", "name the file that it is taken from: <!-- path -->")
                    regions = [textwrap.dedent(code), code]
                    text = (ROOT / file).read_text()
                    self.assertTrue(any(region in text for region in regions), f"{file} does not say so any more")

    def test_links_lead_somewhere(self):
        for document in documents():
            for link in LINK.findall(FENCED.sub("", document.read_text())):
                if "://" not in link:
                    with self.subTest(document=document.name, link=link):
                        self.assertTrue((document.parent / link).exists())

    def test_there_are_documents(self):
        self.assertIn(ROOT / "README.md", documents())


unittest.main(verbosity=2)
