"""The samples are written as a user would: their sources find every header of ours in an installation, and no other."""

import re
import subprocess
import sys
import unittest
from pathlib import Path

import modules
from modules import COMPILER, MODULES, SOURCE_DIR, public_header

SAMPLES = SOURCE_DIR / "samples"
PREFIX = Path(sys.argv[3])


def includes(source):
    """What a source includes, with the quotes or brackets around it."""
    return re.findall(r"^\s*#\s*include\s*([<\"][^>\"]+[>\"])", source.read_text(), re.MULTILINE)


def is_of_the_sample(name, source):
    """Whether it names a file of the sample itself, as seen from the source or from the sample's folder."""
    sample = SAMPLES / source.relative_to(SAMPLES).parts[0]
    places = [(folder / name).resolve() for folder in (source.parent, sample)]
    return any(place.exists() and place.is_relative_to(sample) for place in places)


def files_opened(headers, prefix):
    """The files that the compiler opens for these headers, with nothing of ours in reach but the installation."""
    source = "".join(f"#include {header}\n" for header in sorted(headers))
    done = subprocess.run([COMPILER, "-std=c++20", "-M", f"-I{prefix}/include", "-x", "c++", "-"],
                          input=source, text=True, capture_output=True)
    if done.returncode:
        raise AssertionError(done.stderr)
    return [Path(file) for file in done.stdout.split(":", 1)[1].replace("\\\n", " ").split()]


class InstalledHeaders(unittest.TestCase):
    def test_what_is_installed_is_what_is_public(self):
        installed = {str(file.relative_to(PREFIX / "include")) for file in PREFIX.rglob("*.hpp")}
        public = {"whence.hpp"} | {public_header(module, header) for module, facts in MODULES.items() for header in facts["public_headers"]}
        self.assertEqual(installed, public)

    def test_the_samples_need_nothing_else(self):
        sources = [file for file in sorted(SAMPLES.rglob("*")) if file.suffix in (".cpp", ".hpp")]
        ours = {header for source in sources for header in includes(source) if header.startswith("<whence")}
        self.assertGreater(len(ours), 10)
        opened = [file for file in files_opened(ours, PREFIX) if "whence" in file.parts or file.name == "whence.hpp"]
        self.assertGreater(len(opened), len(ours) - 1)
        self.assertEqual([str(file) for file in opened if not file.is_relative_to(PREFIX)], [])

    def test_the_samples_reach_for_nothing_else(self):
        for source in sorted(SAMPLES.rglob("*.[ch]pp")):
            for header in includes(source):
                with self.subTest(source=str(source), header=header):
                    name = header[1:-1]
                    self.assertTrue(name == "whence.hpp" or name.startswith("whence/") or is_of_the_sample(name, source)
                                    or (header.startswith("<") and not (SOURCE_DIR / name).exists()))


modules.main()
