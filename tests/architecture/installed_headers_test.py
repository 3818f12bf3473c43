"""The samples are written as a user would: their sources find every header of ours in an installation, and no other."""

import subprocess
import sys
import unittest
from pathlib import Path

import modules
from modules import COMPILER, MODULES, SOURCE_DIR, public_header

SAMPLES = SOURCE_DIR / "samples"
PREFIX = Path(sys.argv[3])


def files_included(source, prefix):
    """The files that the compiler opens for `source`, with nothing of ours in reach but the installation."""
    done = subprocess.run([COMPILER, "-std=c++20", "-M", f"-I{prefix}/include", f"-I{SAMPLES / source.relative_to(SAMPLES).parts[0]}", str(source)],
                          text=True, capture_output=True)
    if done.returncode:
        raise AssertionError(done.stderr)
    return [Path(file) for file in done.stdout.split(":", 1)[1].replace("\\\n", " ").split()]


class InstalledHeaders(unittest.TestCase):
    def test_what_is_installed_is_what_is_public(self):
        installed = {str(file.relative_to(PREFIX / "include")) for file in PREFIX.rglob("*.hpp")}
        public = {"whence.hpp"} | {public_header(module, header) for module, facts in MODULES.items() for header in facts["public_headers"]}
        self.assertEqual(installed, public)

    def test_the_samples_need_nothing_else(self):
        sources = sorted(SAMPLES.rglob("*.cpp"))
        self.assertNotEqual(sources, [])
        for source in sources:
            with self.subTest(source=str(source)):
                ours = [file for file in files_included(source, PREFIX) if "whence" in file.parts]
                self.assertEqual([str(file) for file in ours if not file.is_relative_to(PREFIX)], [])


modules.main()
