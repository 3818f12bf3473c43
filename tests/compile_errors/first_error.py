"""Compiles programs that are wrong on purpose: the first error of each has to be the sentence in its first line.

A program whose first line is `// compiles` has to compile: without it, all others could fail for another reason. What
docs/compile-errors.md shows of a program, as this compiler's words in this version, has to be its first error.
"""

import re
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from verdicts import verdict

# The kit's `[[nodiscard]]`s are part of what a wrong test is told.
STRICT = ["-Werror=unused-result", "-Werror=unused-value"]


def label_of(compiler):
    """Whose words the document shows: "g++ 12"."""
    version = subprocess.run([compiler, "-dumpversion"], text=True, capture_output=True, check=True).stdout.split(".")[0].strip()
    return f"{'clang' if 'clang' in compiler else 'g++'} {version}"


def shown_in_document(document, name, label):
    """The first error that the document shows of the program, as these words; nothing if it shows none."""
    _, found, rest = document.partition(f"<!-- tests/compile_errors/{name} -->")
    shown = found and re.search(rf"^{re.escape(label)}: (.*)$", rest.split("\n## ")[0], re.MULTILINE)
    return shown.group(1) if shown else None


class Wrong(Exception):
    """A program is not told what it should be."""


def check(program, compiler, label, includes, document):
    """Returns what the compiler said, in short."""
    with open(program, encoding="utf-8") as file:
        expected = file.readline().removeprefix("// ").strip()
    failed, messages = verdict(compiler, ["-std=c++20", *STRICT, *includes], program)
    errors = [line for line in messages.splitlines() if "error:" in line]

    if expected == "compiles":
        if failed:
            raise Wrong("it does not compile:\n" + messages)
        return "it compiles"
    if not failed:
        raise Wrong("it compiles, though it is wrong")
    if not errors or expected not in errors[0]:
        raise Wrong(f"the first error is not the sentence\n  expected: {expected}\n  printed:  {errors[:1]}\n\n{messages}")
    shown = shown_in_document(document, Path(program).name, label)
    printed = errors[0][errors[0].index("error:"):]
    if shown and shown != printed:
        raise Wrong(f"docs/compile-errors.md shows something else as {label}:\n  shown:   {shown}\n  printed: {printed}")
    return f"{len(errors)} error(s); the first: {expected}"


def main():
    compiler, folders, source_dir, *programs = sys.argv[1:]
    includes = [f"-I{folder}" for folder in [*dict.fromkeys(folders.split("|")), source_dir] if folder]
    document = (Path(source_dir) / "docs" / "compile-errors.md").read_text(encoding="utf-8")
    label = label_of(compiler)
    failures = 0
    with ThreadPoolExecutor(2) as pool:
        for program, found in [(program, pool.submit(check, program, compiler, label, includes, document)) for program in programs]:
            try:
                print(f"{Path(program).stem}: {found.result()}")
            except Wrong as wrong:
                failures += 1
                print(f"{Path(program).stem}: {wrong}")
    if failures or not programs:
        sys.exit(f"{failures} of {len(programs)} programs are told something else")


main()
