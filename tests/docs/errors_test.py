"""docs/errors.md lists every stable code that the sources give to an error, a rejection or a rejected record, and no other; and
a test pins the whole text that a program prints of each, from the program's name to the exit code, or of a refusal its sentence.

A code is a string literal `area.reason`. Three kinds are put together, and are put together here the same way: a usage error
of `whence` gives its reason alone, a rejected list of lines takes its area from the caller, and what a program prints of its
own stands in brackets. A literal that is only compared with, or looked up to find an exit code, is no source of the code; it
has to have one.
"""

import re
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
DOCUMENT = ROOT / "docs" / "errors.md"
FOLDERS = ("framework", "tools", "samples/order-service")

STRING = r'R"\(.*?\)"|"(?:[^"\\\n]|\\.)*"'
TOKEN = re.compile(rf"//[^\n]*|/\*.*?\*/|(?<!\w)'(?:[^'\\\n]|\\.)+'|{STRING}", re.DOTALL)
STRINGS = re.compile(STRING, re.DOTALL)
CODE = r"[a-z][a-z0-9_]*\.[a-z][a-z0-9_]*"
LITERAL = re.compile(rf'"({CODE})"')
USE = re.compile(rf'==\s*"({CODE})"|\{{"({CODE})",\s*exit_code::')
PRINTED = re.compile(rf"\[({CODE})[\],]")
USAGE = re.compile(r'\busage_error\(\s*"([a-z_]+)"')
NOUN = re.compile(r'\btotal_of\([^;]*?, "([a-z]+)"\)')
NOUN_REASON = re.compile(r'\bnoun \+ "\.([a-z_]+)"')
PUT_TOGETHER = re.compile(rf'\+\s*"\.[a-z][a-z_]*"|"[a-z_]+\."\s*\+')
KNOWN_TO_BE_PUT_TOGETHER = {'"usage." +', '+ ".empty"', '+ ".too_large"'}
ENDINGS_OF_FILES = {f'+ ".{ending}"' for ending in ("anew", "archive", "backup", "ctl", "current", "index", "jsonl", "lock", "models", "old", "partial", "pub", "repair", "snapshots", "witness")}
COLUMN_PREFIXES = {'"e." +'}
ROW = re.compile(rf"^\| `({CODE})` \|.*\| ([^|]*) \|$")
LITERALS = re.compile(rf"(?:{STRING})(?:\s*(?:{STRING}))*", re.DOTALL)
WHOLE_TEXT = re.compile(rf"([\w-]+): .+\[({CODE})(?:, exit (\d+))?\]\n?", re.DOTALL)
REFUSAL = re.compile(rf"({CODE}): .+")
EXPECTED_REFUSAL = re.compile(rf'\bthen_rejected\(\s*"({CODE})",\s*"')
REJECTED_RECORD = re.compile(rf"^\d*,({CODE}),\"", re.MULTILINE)
REJECTS = "The order service: rejected records"


def without_comments(source):
    """Strings stay, comments and characters (a quote may be one) go."""
    return TOKEN.sub(lambda token: token.group() if token.group()[0] in '"R' else " ", source)


def sources():
    return [without_comments(file.read_text())
            for folder in FOLDERS for file in sorted((ROOT / folder).rglob("*.[ch]pp"))]


def codes_given(texts):
    """The codes that the texts give to something, and those that they only look at."""
    given, used, nouns, noun_reasons = set(), set(), set(), set()
    for text in texts:
        used |= {code for match in USE.findall(text) for code in match if code}
        given |= set(LITERAL.findall(USE.sub(" ", text)))
        given |= {code for string in STRINGS.findall(text) for code in PRINTED.findall(string)}
        given |= {"usage." + reason for reason in USAGE.findall(text)}
        nouns |= set(NOUN.findall(text))
        noun_reasons |= set(NOUN_REASON.findall(text))
    given |= {f"{noun}.{reason}" for noun in nouns for reason in noun_reasons}
    return {code for code in given if not code.endswith((".db", ".csv"))}, used


def chapters(document):
    """By the name of each chapter (`##`): its codes and how programs end with them, in the order in which they stand."""
    found, name = {}, ""
    for line in document.splitlines():
        if line.startswith("## "):
            name = line.removeprefix("## ")
        elif match := ROW.match(line):
            found.setdefault(name, []).append(match.groups())
    return found


def value_of(literals):
    """What adjacent string literals are together."""
    parts = re.findall(STRING, literals, re.DOTALL)
    return "".join(part[3:-2] if part[0] == "R" else part[1:-1].replace("\\n", "\n").replace('\\"', '"') for part in parts)


def pinned(texts):
    """Each code of which a whole text stands in a test, with the program and the exit code; and those of rejected records."""
    whole, rejected = set(), set()
    for text in map(without_comments, texts):
        whole |= {(None, code, None) for code in EXPECTED_REFUSAL.findall(text)}
        for literals in LITERALS.findall(text):
            value = value_of(literals)
            if match := WHOLE_TEXT.fullmatch(value):
                whole.add(match.groups())
            elif match := REFUSAL.fullmatch(value):
                whole.add((None, match.group(1), None))
            rejected |= set(REJECTED_RECORD.findall(value))
    return whole, rejected


class Errors(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.texts = sources()
        cls.given, cls.used = codes_given(cls.texts)
        cls.chapters = chapters(DOCUMENT.read_text())
        cls.listed = {code for codes in cls.chapters.values() for code, _ in codes}
        cls.pinned, cls.rejected = pinned(file.read_text() for file in sorted((ROOT / "tests").rglob("*.cpp")))

    def test_every_code_is_in_the_document(self):
        self.assertEqual(sorted(self.given - self.listed), [])

    def test_the_document_has_no_code_that_no_source_has(self):
        self.assertEqual(sorted(self.listed - self.given), [])

    def test_what_is_looked_at_is_given_by_something(self):
        self.assertEqual(sorted(self.used - self.given), [])

    def test_the_whole_text_of_each_code_is_pinned(self):
        whole = {code for _, code, _ in self.pinned}
        for chapter, codes in self.chapters.items():
            known = self.rejected if chapter == REJECTS else whole
            with self.subTest(chapter=chapter):
                self.assertEqual([code for code, _ in codes if code not in known], [])

    def test_programs_end_as_the_document_says(self):
        ends = {code: ends for chapter, codes in self.chapters.items() if chapter != REJECTS
                for code, ends in codes if ends != "–"}
        for program, code, exit in self.pinned:
            if program and code in ends:
                with self.subTest(program=program, code=code):
                    self.assertIn(exit or "0", re.findall(r"\d+", ends[code]))

    def test_the_document_is_sorted(self):
        for codes in ([code for code, _ in chapter] for chapter in self.chapters.values()):
            self.assertEqual(codes, sorted(set(codes), key=lambda code: code.split(".")))

    def test_no_code_is_put_together_in_a_way_that_is_not_known_here(self):
        found = {" ".join(match.split()) for text in self.texts for match in PUT_TOGETHER.findall(text)}
        self.assertEqual(sorted(found - KNOWN_TO_BE_PUT_TOGETHER - ENDINGS_OF_FILES - COLUMN_PREFIXES), [])

    def test_codes_are_found_in_each_form(self):
        given, used = codes_given([without_comments("""
            // throw error("in.comment", …)
            throw error("log.busy", next_move::retry, {.what = "no code. here"});
            {"log.gone", exit_code::not_there},
            if (refusal.code == "order.gone") print("differs  [import.differs]\\n"), print("[program.fault, exit 70]");
            throw usage_error(
                "value", "is wrong");
            auto total = total_of(command.lines, "credit");
            return rejected{noun + ".empty", "nothing"};
            nodes_[added.parent] = quote == '"' ? 1'000 : 2;
            sqlite("shop.db");""")])
        self.assertEqual(given, {"log.busy", "import.differs", "program.fault", "usage.value", "credit.empty"})
        self.assertEqual(used, {"log.gone", "order.gone"})


unittest.main(argv=[__file__], verbosity=2)
