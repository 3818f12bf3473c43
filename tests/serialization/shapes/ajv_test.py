"""What reading accepts and refuses, and what ajv does by the generated schema: the same, but for what was decided.

    ajv_test.py PROGRAM FOLDER [--values N] [--mutants N] [--seed N]

FOLDER gets the node_modules that npm makes of package.json, once. Ends with 77 where there is no Node.js, or npm gets nothing.
"""
import argparse
import pathlib
import shutil
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
SKIPPED = 77


def install(folder):
    """Whether ajv is there."""
    folder.mkdir(parents=True, exist_ok=True)
    for name in ("package.json", "judge.mjs"):
        if not (folder / name).exists() or (folder / name).read_bytes() != (HERE / name).read_bytes():
            shutil.copy(HERE / name, folder)
    if (folder / "node_modules" / "ajv" / "package.json").exists():
        return True
    try:
        done = subprocess.run(["npm", "install", "--no-audit", "--no-fund", "--silent", "--ignore-scripts"], cwd=folder,
                              stdout=sys.stderr, timeout=90, check=False)
    except subprocess.TimeoutExpired:
        return False
    return done.returncode == 0


def judged(options, numbers, judge, output):
    """How the judge of these documents ended."""
    with subprocess.Popen([options.program.resolve(), *numbers], stdout=subprocess.PIPE) as documents:
        done = subprocess.run(judge, cwd=options.folder, stdin=documents.stdout, stdout=output, stderr=output, check=False)
        documents.stdout.close()
    return done.returncode or documents.returncode


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("program", type=pathlib.Path)
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("--values", type=int, default=100)
    parser.add_argument("--mutants", type=int, default=100)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    if shutil.which("node") is None or shutil.which("npm") is None:
        print("skipped: there is no Node.js here")
        return SKIPPED
    if not install(options.folder):
        print("skipped: npm did not get ajv")
        return SKIPPED
    numbers = [str(options.values), str(options.mutants), str(options.seed)]
    if failed := judged(options, numbers, ["node", "judge.mjs"], None):
        return failed
    # Schemas that allow too much are found out, or the judge sees nothing.
    if judged(options, ["0", "20", "1"], ["node", "judge.mjs", "--weakened"], subprocess.DEVNULL) == 1:
        return 0
    print("the judge did not find out schemas that allow members they do not name")
    return 1


sys.exit(main())
