"""What the build says of each module, and a way to compile a few lines with a module's own include folders."""

import json
import subprocess
import sys
import unittest
from pathlib import Path

SOURCE_DIR = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(SOURCE_DIR / "tests"))     # verdicts.py
BUILD_DIR = Path(sys.argv[2])
_description = json.loads(Path(sys.argv[1]).read_text())
COMPILER = _description["compiler"]
MODULES = _description["modules"]


def public_header(module, header):
    return f"whence/{module}/{header}"


def include_flags(folders):
    """-I flags from the text in which the build keeps a list of folders."""
    return [f"-I{folder}" for folder in dict.fromkeys(folders.split("|")) if folder and folder != "/usr/include"]


def run_compiler(code, *flags):
    """Exit code and messages of the compiler for the given lines."""
    done = subprocess.run([COMPILER, "-std=c++20", *flags, "-x", "c++", "-"], input=code, text=True, capture_output=True)
    return done.returncode, done.stderr, done.stdout


def main():
    unittest.main(argv=sys.argv[:1], verbosity=2)
