"""Where the package is, and how a consumer of it is built and run."""

import os
import shutil
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

BUILD_DIR, PREFIX, WORK, COMPILER = (Path(argument) for argument in sys.argv[1:])
CONSUMERS = Path(__file__).resolve().parent
SOURCE_DIR = CONSUMERS.parents[1]

FIRST_RUN = "1 open; bread: 2 events\n"
SECOND_RUN = "it is on the list already\n1 open; bread: 4 events\n"


def run(*command, **options):
    return subprocess.run([str(part) for part in command], text=True, capture_output=True, **options)


def ccache_flags():
    """The sources are compiled once more when a project embeds them: a cache that knows them from another checkout helps."""
    ccache = shutil.which("ccache")
    return [f"-DCMAKE_CXX_COMPILER_LAUNCHER=cmake;-E;env;CCACHE_BASEDIR={SOURCE_DIR};{ccache}"] if ccache else []


class Consumer(unittest.TestCase):
    """Builds in a folder of its own, from nothing."""

    def build_folder(self, name):
        folder = WORK / name
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        return folder

    def configure(self, sources, folder, *flags):
        return run("cmake", "-G", "Ninja", "-S", sources, "-B", folder, f"-DCMAKE_CXX_COMPILER={COMPILER}", *ccache_flags(), *flags)

    def must_work(self, done):
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        return done.stdout

    def check_todo(self, program):
        """The program appends to a log, and a second run finds what the first one wrote."""
        with tempfile.TemporaryDirectory() as folder:
            self.assertEqual(self.must_work(run(program, cwd=folder)), FIRST_RUN)
            self.assertEqual(self.must_work(run(program, cwd=folder)), SECOND_RUN)
            listed = self.must_work(run(PREFIX / "bin" / "whence", "--store", "todo.db", "event", "list", "-o", "jsonl", cwd=folder))
            self.assertEqual(len(listed.splitlines()), 5)


def main():
    os.environ.pop("CXXFLAGS", None)
    unittest.main(argv=sys.argv[:1], verbosity=2)
