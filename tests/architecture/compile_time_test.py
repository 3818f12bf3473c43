"""A file that defines events, aggregates and a projection costs at most 1.2 × the compile time of nlohmann/json alone; the headers of
the test kit cost no more than that library."""

import resource
import subprocess
import sys
import unittest

import modules
from modules import COMPILER, MODULES, SOURCE_DIR, include_flags

THOROUGH = "--thorough" in sys.argv
RATIO_MAX = 1.2
KIT_RATIO_MAX = 1.0
RUNS = 3      # of each; the best counts
RUNS_MAX = 9  # if it is beyond a limit: a busy machine takes longer for the same, and not evenly
CLEAR = 0.1   # the first run is enough if it is so far from the limits; --thorough makes them all
USER_FILE = SOURCE_DIR / "tests" / "architecture" / "compile_time" / "user_file.cpp"
KIT_FILE = SOURCE_DIR / "tests" / "architecture" / "compile_time" / "kit_headers.cpp"
JSON_FILE = SOURCE_DIR / "tests" / "architecture" / "compile_time" / "json_alone.cpp"


def seconds(source):
    """Processor time of one compilation: what else the machine does counts for less than with a wall clock."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    folders = include_flags(MODULES["app"]["headers_see"]) + include_flags(MODULES["testing"]["headers_see"])
    subprocess.run([COMPILER, "-std=c++20", "-O2", *folders,
                    "-c", source, "-o", "/dev/null"], check=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime


class CompileTime(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        # In turns: what disturbs the machine for a while disturbs all three.
        runs = []
        beyond = False
        while len(runs) < RUNS or (beyond and len(runs) < RUNS_MAX):
            runs.append((seconds(JSON_FILE), seconds(USER_FILE), seconds(KIT_FILE)))
            cls.json, cls.user, cls.kit = (min(times) for times in zip(*runs))
            beyond = cls.user / cls.json > RATIO_MAX or cls.kit / cls.json > KIT_RATIO_MAX
            clear = cls.user / cls.json <= RATIO_MAX - CLEAR and cls.kit / cls.json <= KIT_RATIO_MAX - CLEAR
            if clear and not THOROUGH:
                break
        print(f"json alone: {cls.json:.2f} s\na user's file: {cls.user:.2f} s\nthe kit's headers: {cls.kit:.2f} s")

    def test_a_users_file_is_cheap(self):
        self.assertLessEqual(self.user / self.json, RATIO_MAX)

    def test_the_test_kit_is_cheap(self):
        self.assertLessEqual(self.kit / self.json, KIT_RATIO_MAX)


modules.main()
