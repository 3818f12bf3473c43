"""What a compiler says of a file, asked once: ccache keeps the answer for as long as every file that was read, the flags and the
compiler's version are the same. Without ccache the compiler is asked each time."""

import os
import shutil
import subprocess
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]


def verdict(compiler, flags, source):
    """Exit code and messages of the compiler for the file; nothing is generated."""
    ccache = shutil.which("ccache")
    if not ccache:
        done = subprocess.run([compiler, *flags, "-fsyntax-only", source], text=True, capture_output=True)
        return done.returncode, done.stderr

    environment = os.environ | {
        "VERDICT_OF": str(compiler),
        "CCACHE_COMPILERCHECK": f"{compiler} --version",
        "CCACHE_COMPILERTYPE": "clang" if "clang" in str(compiler) else "gcc",
        "CCACHE_BASEDIR": str(ROOT),
    }
    with tempfile.TemporaryDirectory() as folder:
        answer = Path(folder) / "answer.o"
        done = subprocess.run([ccache, ROOT / "tests" / "verdict_of", *flags, "-c", source, "-o", answer],
                              text=True, capture_output=True, env=environment)
        return (int(answer.read_text()) if answer.exists() else done.returncode or 1), done.stderr
