"""Every figure is measured at a tiny size: that it is there, in the form that others read, and comes from both sides. Not how fast:
a test that looks at the clock says something about the machine."""

import json
import math
import shutil
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

import page

BENCH = Path(sys.argv.pop())
ROOT = page.ROOT


def bench(*arguments):
    with tempfile.TemporaryDirectory() as folder:
        return subprocess.run([BENCH, "--dir", folder, *arguments], text=True, capture_output=True)


class Bench(unittest.TestCase):
    def test_every_figure_in_json(self):
        done = bench("--tiny", "--json")
        self.assertEqual(done.returncode, 0, done.stderr)
        figures = [json.loads(line) for line in done.stdout.splitlines()]
        self.assertEqual({figure["name"] for figure in figures}, {name for name in page.FIGURES if not name.startswith("peers/")})
        self.assertEqual(set(page.FIGURES), {name for _, names in page.SETS.values() for name in names})
        for figure in figures:
            with self.subTest(figure=figure["name"]):
                self.assertEqual(set(figure) - {"goal"}, {"name", "ours", "reference", "ratio", "unit", "low", "high", "against"})
                for key in ("ours", "reference", "ratio", "low", "high"):
                    self.assertTrue(math.isfinite(figure[key]) and figure[key] > 0, figure)
                self.assertLessEqual(figure["low"], figure["ratio"])
                self.assertLessEqual(figure["ratio"], figure["high"])
        self.assertEqual({figure["name"]: figure["goal"] for figure in figures if "goal" in figure},
                         {"append/1": 0.9, "append/64": 0.5, "append/256": 0.6, "append/64-vs-single": 6, "append/64-threads": 6,
                          "append/64-p99": 4, "append/query": 0.7, "bulk/random": 0.6, "bulk/local": 0.65, "bulk/new": 0.5, "grow": 0.85, "bytes": 1.6,
                          "scan": 0.7, "load/100": 3, "project/count": 0.3, "project/decode": 0.7, "project/upcast": 0.7,
                          "snapshot/load": 2})

    def test_one_figure_in_a_table(self):
        done = bench("--tiny", "--rounds", "1", "project/count")
        self.assertEqual(done.returncode, 0, done.stderr)
        head, row = done.stdout.splitlines()
        self.assertEqual(head.split()[:3], ["ours", "reference", "unit"])
        self.assertTrue(row.startswith("project/count "))

    def test_nothing_is_left_behind(self):
        with tempfile.TemporaryDirectory() as folder:
            subprocess.run([BENCH, "--dir", folder, "--tiny", "index"], check=True, capture_output=True)
            self.assertEqual(list(Path(folder).iterdir()), [])

    def test_what_it_does_not_know(self):
        for arguments in (["apend"], ["append/2"], ["--rounds"], ["--rounds", "0"], ["--rounds", "many"], ["--fast"]):
            with self.subTest(arguments=arguments):
                done = bench(*arguments)
                self.assertEqual((done.returncode, done.stdout), (2, ""))
                self.assertIn("bench: ", done.stderr)

    def test_a_folder_that_is_not_there(self):
        done = subprocess.run([BENCH, "--tiny", "index", "--dir", "/no/such/folder"], text=True, capture_output=True)
        self.assertEqual((done.returncode, done.stdout), (1, ""))
        self.assertIn("/no/such/folder", done.stderr)


class Page(unittest.TestCase):
    def test_it_is_made_of_what_is_kept(self):
        kept = [file.read_text() for file in self.files()]
        self.assertGreater(len(kept), 4)
        with tempfile.TemporaryDirectory() as folder:
            page.DOCS = Path(folder)
            for figures in (ROOT / "docs").glob("benchmarks*.jsonl"):
                shutil.copy(figures, folder)
            page.main()
            made = [(Path(folder) / file.relative_to(ROOT / "docs")).read_text() for file in self.files()]
        self.assertEqual(made, kept, "`tools/bench --draw` makes the page anew")

    def test_it_has_every_figure(self):
        text = (ROOT / "docs" / "benchmarks.md").read_text()
        for figure in page.FIGURES:
            with self.subTest(figure=figure):
                self.assertIn(f"| `{figure}` |", text)

    @staticmethod
    def files():
        return sorted((ROOT / "docs" / "benchmarks").glob("*.svg")) + [ROOT / "docs" / "benchmarks.md"]


unittest.main(argv=sys.argv[:1], verbosity=2)
