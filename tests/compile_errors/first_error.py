"""Compiles a program that is wrong on purpose: its first error has to be the sentence in its first line.

A program whose first line is `// compiles` has to compile: without it, all others could fail for another reason. What
docs/compile-errors.md shows of a program, as this compiler's words in this version, has to be its first error.
"""

import re
import subprocess
import sys
from pathlib import Path

# The kit's `[[nodiscard]]`s are part of what a wrong test is told.
STRICT = ["-Werror=unused-result", "-Werror=unused-value"]


def shown_in_document(source_dir, name, label):
    """The first error that the document shows of the program, as `label` ("g++ 12") prints it; nothing if it shows none."""
    document = (Path(source_dir) / "docs" / "compile-errors.md").read_text(encoding="utf-8")
    _, found, rest = document.partition(f"<!-- tests/compile_errors/{name} -->")
    shown = re.search(rf"^{re.escape(label)}: (.*)$", rest.split("\n## ")[0], re.MULTILINE)
    return shown and found and shown.group(1)


def main():
    compiler, program, folders, source_dir = sys.argv[1:]
    with open(program, encoding="utf-8") as file:
        expected = file.readline().removeprefix("// ").strip()
    includes = [f"-I{folder}" for folder in [*dict.fromkeys(folders.split("|")), source_dir] if folder]
    done = subprocess.run([compiler, "-std=c++20", "-fsyntax-only", *STRICT, *includes, program], text=True, capture_output=True)
    errors = [line for line in done.stderr.splitlines() if "error:" in line]

    if expected == "compiles":
        if done.returncode:
            sys.exit("it does not compile:\n" + done.stderr)
        return
    if not done.returncode:
        sys.exit("it compiles, though it is wrong")
    if expected not in errors[0]:
        sys.exit(f"the first error is not the sentence\n  expected: {expected}\n  printed:  {errors[0]}\n\n{done.stderr}")
    version = subprocess.run([compiler, "-dumpversion"], text=True, capture_output=True, check=True).stdout.split(".")[0].strip()
    label = f"{'clang' if 'clang' in compiler else 'g++'} {version}"
    shown = shown_in_document(source_dir, Path(program).name, label)
    printed = errors[0][errors[0].index("error:"):]
    if shown and shown != printed:
        sys.exit(f"docs/compile-errors.md shows something else as {label}:\n  shown:   {shown}\n  printed: {printed}")
    print(f"{len(errors)} error(s); the first: {expected}")


main()
