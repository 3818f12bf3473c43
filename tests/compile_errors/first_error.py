"""Compiles a program that is wrong on purpose: its first error has to be the sentence in its first line.

A program whose first line is `// compiles` has to compile: without it, all others could fail for another reason. What
docs/compile-errors.md shows of a program, as this compiler's words in this version, has to be its first error.
"""

import re
import subprocess
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from verdicts import verdict

# The kit's `[[nodiscard]]`s are part of what a wrong test is told.
STRICT = ["-Werror=unused-result", "-Werror=unused-value"]


def shown_in_document(source_dir, name, compiler):
    """The first error that the document shows of the program, and as whose ("g++ 12") words; nothing if it shows none."""
    document = (Path(source_dir) / "docs" / "compile-errors.md").read_text(encoding="utf-8")
    _, found, rest = document.partition(f"<!-- tests/compile_errors/{name} -->")
    if not found:
        return None, None
    version = subprocess.run([compiler, "-dumpversion"], text=True, capture_output=True, check=True).stdout.split(".")[0].strip()
    label = f"{'clang' if 'clang' in compiler else 'g++'} {version}"
    shown = re.search(rf"^{re.escape(label)}: (.*)$", rest.split("\n## ")[0], re.MULTILINE)
    return shown and shown.group(1), label


def main():
    compiler, program, folders, source_dir = sys.argv[1:]
    with open(program, encoding="utf-8") as file:
        expected = file.readline().removeprefix("// ").strip()
    includes = [f"-I{folder}" for folder in [*dict.fromkeys(folders.split("|")), source_dir] if folder]
    failed, messages = verdict(compiler, ["-std=c++20", *STRICT, *includes], program)
    errors = [line for line in messages.splitlines() if "error:" in line]

    if expected == "compiles":
        if failed:
            sys.exit("it does not compile:\n" + messages)
        return
    if not failed:
        sys.exit("it compiles, though it is wrong")
    if expected not in errors[0]:
        sys.exit(f"the first error is not the sentence\n  expected: {expected}\n  printed:  {errors[0]}\n\n{messages}")
    shown, label = shown_in_document(source_dir, Path(program).name, compiler)
    printed = errors[0][errors[0].index("error:"):]
    if shown and shown != printed:
        sys.exit(f"docs/compile-errors.md shows something else as {label}:\n  shown:   {shown}\n  printed: {printed}")
    print(f"{len(errors)} error(s); the first: {expected}")


main()
