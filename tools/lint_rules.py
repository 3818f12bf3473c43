#!/usr/bin/env python3
"""Our own rules of form: `git ls-files | tools/lint_rules.py`. Reads file names, one a line; prints `file:line: what is wrong`;
exits 1 if anything is."""

import re
import sys
from pathlib import Path

LINES_MAX = 500
COLUMNS_MAX = 132
VAGUE = re.compile(r"^(utils?|helpers?|common|misc|stuff|managers?|base|impl)$")
UNFINISHED = re.compile(r"\b(TODO|FIXME|XXX)\b")
CODE = {".cpp", ".hpp", ".py", ".js", ".cmake"}

# g++ 12.2 destroys an owning aggregate temporary inside a co_await expression twice: `send<Ship>(id)`, not `send(id, Ship{})`.
BRACES_IN_CO_AWAIT = re.compile(r"\bco_(?:await|yield)\b[^;{}]*?(?:[\w>]|[(,=]\s*)\{")
COMMENT_OR_STRING = re.compile(r'//[^\n]*|/\*.*?\*/|"(?:\\.|[^"\\\n])*"', re.DOTALL)
RAW_STRING = re.compile(r'R"([^(\s]*)\(.*?\)\1"', re.DOTALL)
RELATIVE_INCLUDE = re.compile(r'^\s*#\s*include\s*"')
ALLOWED = "lint: "  # `// lint: braces are safe here, because …` on the same line


def without_text(match):
    return re.sub(r"[^\n]", "", match.group())


def wide_lines(path, text):
    """A text in a raw string stands as it is printed, and so does the compiler's first line in the file that provokes it."""
    for number, line in enumerate(RAW_STRING.sub(without_text, text).splitlines(), 1):
        if len(line) > COLUMNS_MAX and not (path.parts[:2] == ("tests", "compile_errors") and number == 1):
            yield number, f"{len(line)} columns, more than {COLUMNS_MAX}: break it"


def blank(match):
    return re.sub(r"[^\n]", " ", match.group())


def faults(path):
    text = path.read_text(encoding="utf-8", errors="replace")
    lines = text.splitlines()
    for part in path.parts[:-1] + (path.name.split(".")[0],):
        if VAGUE.match(part.lower()):
            yield 1, f"`{part}` does not say what is in it"
    if path.suffix in CODE and len(lines) > LINES_MAX:
        yield LINES_MAX + 1, f"{len(lines)} lines, more than {LINES_MAX}: split it by job"
    if path.name != Path(__file__).name:
        for number, line in enumerate(lines, 1):
            if UNFINISHED.search(line):
                yield number, "unfinished work is kept elsewhere, not in the tree"
    if path.suffix not in {".cpp", ".hpp"}:
        return
    yield from wide_lines(path, text)
    if path.parts[0] == "framework":
        for number, line in enumerate(lines, 1):
            if RELATIVE_INCLUDE.match(line):
                yield number, "includes are written <whence/module/file.hpp>"
    code = COMMENT_OR_STRING.sub(blank, text)
    for match in BRACES_IN_CO_AWAIT.finditer(code):
        number = code.count("\n", 0, match.end()) + 1
        if ALLOWED not in lines[number - 1]:
            yield number, "braces inside a co_await expression: g++ 12 destroys the temporary twice; name the type, `send<Ship>(…)`"


def main():
    if {"-h", "--help"} & set(sys.argv[1:]):
        print(__doc__)
        return 0
    found = 0
    for name in sys.stdin.read().splitlines():
        path = Path(name)
        if not path.is_file() or b"\0" in path.read_bytes()[:4096]:
            continue
        for number, fault in faults(path):
            print(f"{name}:{number}: {fault}")
            found += 1
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
