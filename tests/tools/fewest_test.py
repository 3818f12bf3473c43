"""tests/fuzz/fewest.py keeps the few inputs that lead furthest: chosen by what each adds, the smaller of two alike, none for nothing."""
import pathlib
import subprocess
import sys
import tempfile
import unittest

SCRIPT = pathlib.Path(__file__).parent.parent / "fuzz" / "fewest.py"


class FewestTest(unittest.TestCase):
    def kept(self, inputs):
        """`inputs`: name, size and what it covers. The names of those that are kept."""
        with tempfile.TemporaryDirectory() as name:
            folder = pathlib.Path(name)
            (folder / "kept").mkdir()
            lines = [str(len(inputs)), "0", *(str(folder / name) for name, _, _ in inputs)]
            for number, (name, size, places) in enumerate(inputs):
                (folder / name).write_bytes(b"x" * size)
                lines += [f"STARTED {number} {size}", f"FT {number} " + " ".join(map(str, places)), f"COV {number} "]
            (folder / "control").write_text("\n".join(lines) + "\n", encoding="utf-8")
            subprocess.run([sys.executable, "-B", SCRIPT, folder / "control", folder / "kept"], check=True)
            return sorted(path.name for path in (folder / "kept").iterdir())

    def test_what_adds_nothing_is_not_kept(self):
        self.assertEqual(self.kept([("small", 1, [1]), ("all", 9, [1, 2, 3]), ("again", 9, [2, 3])]), ["all"])

    def test_the_smaller_of_two_alike_is_kept(self):
        self.assertEqual(self.kept([("large", 9, [1, 2]), ("small", 8, [1, 2])]), ["small"])

    def test_what_leads_where_no_other_does_is_kept(self):
        self.assertEqual(self.kept([("a", 1, [1, 2]), ("b", 1, [2, 3]), ("c", 1, [])]), ["a", "b"])

    def test_of_many_those_are_kept_that_lead_furthest(self):
        inputs = [(f"one-{i}", 1, [i]) for i in range(300)] + [("far", 1, range(1000, 1010))]
        kept = self.kept(inputs)
        self.assertLessEqual(len(kept), 200)
        self.assertIn("far", kept)


if __name__ == "__main__":
    unittest.main()
