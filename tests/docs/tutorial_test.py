"""docs/tutorial.md, done as its readers do it: in an empty folder, against the installed package, every file, every command."""

import os
import shutil
import sys
import tempfile
import unittest
from pathlib import Path

from pages import NEW_SESSION, NEXT_SESSION, ROOT, blocks, commands, is_shown, run

PREFIX = Path(sys.argv.pop()).resolve()
TUTORIAL = ROOT / "docs" / "tutorial.md"
LINES_TO_THE_FIRST_EVENT = 30


def compiled_once(folder):
    """The environment in which CMake compiles through ccache, if it is there: the same files in another folder are known."""
    return {"CMAKE_CXX_COMPILER_LAUNCHER": "ccache", "CCACHE_BASEDIR": folder} if shutil.which("ccache") else {}


class Tutorial(unittest.TestCase):
    def test_each_step_does_what_is_shown(self):
        done = 0
        with tempfile.TemporaryDirectory() as folder:
            for comment, _, text in blocks(TUTORIAL):
                file, _, whole = comment.partition(": ")
                if whole:
                    (Path(folder) / file).write_text(text)
                elif comment in (NEW_SESSION, NEXT_SESSION):
                    for command, shown in commands(text):
                        printed = run(command, folder, PREFIX / "bin", CMAKE_PREFIX_PATH=str(PREFIX), **compiled_once(folder))
                        self.assertTrue(is_shown(printed, shown), f"$ {command}\n{printed}")
                        done += 1
        self.assertGreater(done, 20)

    def test_the_first_event_takes_few_lines(self):
        first = next(text for comment, language, text in blocks(TUTORIAL) if language == "cpp")
        self.assertLessEqual(len(first.splitlines()), LINES_TO_THE_FIRST_EVENT)


os.environ.pop("CXXFLAGS", None)
os.environ.pop("WHENCE_STORE", None)
unittest.main(verbosity=2)
