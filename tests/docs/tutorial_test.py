"""docs/tutorial.md, done as its readers do it: in an empty folder, against the installed package, every file, every command."""

import os
import re
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
        done = traces = 0
        with tempfile.TemporaryDirectory() as folder:
            for comment, _, text in blocks(TUTORIAL):
                file, _, whole = comment.partition(": ")
                if whole:
                    (Path(folder) / file).write_text(text)
                elif comment in (NEW_SESSION, NEXT_SESSION):
                    for command, shown in commands(text):
                        printed = run(command, folder, PREFIX / "bin", CMAKE_PREFIX_PATH=str(PREFIX), **compiled_once(folder))
                        self.assertTrue(is_shown(printed, shown), f"$ {command}\n{printed}")
                        if command.startswith("whence trace "):
                            for trace in (printed, shown):
                                self.times_are_as_the_page_says(trace)
                            traces += 1
                        done += 1
        self.assertGreater(done, 20)
        self.assertGreater(traces, 0)

    def times_are_as_the_page_says(self, trace):
        """From when the command was made, to when its one event was recorded: that is also how long the whole took."""
        whole = re.search(r"1 stream · (\d+(?:\.\d+)? m?s) ·", trace)
        self.assertIsNotNone(whole, trace)
        self.assertRegex(trace, r"(?m)^CMD .* \+0 ms$")
        self.assertRegex(trace, rf"(?m)EVT .* \+{re.escape(whole[1])}  ←$")

    def test_the_first_event_takes_few_lines(self):
        first = next(text for comment, language, text in blocks(TUTORIAL) if language == "cpp")
        self.assertLessEqual(len(first.splitlines()), LINES_TO_THE_FIRST_EVENT)


os.environ.pop("CXXFLAGS", None)
os.environ.pop("WHENCE_STORE", None)
unittest.main(verbosity=2)
