"""Compiles a program that is wrong on purpose: its first error has to be the sentence in its first line.

A program whose first line is `// compiles` has to compile: without it, all others could fail for another reason.
"""

import subprocess
import sys


def main():
    compiler, program, folders, source_dir = sys.argv[1:]
    with open(program, encoding="utf-8") as file:
        expected = file.readline().removeprefix("// ").strip()
    includes = [f"-I{folder}" for folder in [*dict.fromkeys(folders.split("|")), source_dir] if folder]
    done = subprocess.run([compiler, "-std=c++20", "-fsyntax-only", *includes, program], text=True, capture_output=True)
    errors = [line for line in done.stderr.splitlines() if "error:" in line]

    if expected == "compiles":
        if done.returncode:
            sys.exit("it does not compile:\n" + done.stderr)
        return
    if not done.returncode:
        sys.exit("it compiles, though it is wrong")
    if not errors[0].endswith(expected):
        sys.exit(f"the first error is not the sentence\n  expected: {expected}\n  printed:  {errors[0]}\n\n{done.stderr}")
    print(f"{len(errors)} error(s); the first: {expected}")


main()
