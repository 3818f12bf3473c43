"""Every script in tools/ says what it does when it is asked for help, from wherever it is asked, and does nothing else."""

import shutil
import subprocess
import tempfile
import unittest
from pathlib import Path

TOOLS = Path(__file__).resolve().parents[2] / "tools"


class Help(unittest.TestCase):
    def setUp(self):
        # Without the sources beside them: one that goes to work finds nothing to do it with.
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)
        shutil.copytree(TOOLS, Path(self.folder.name) / "tools")

    def run_tool(self, name, *words):
        return subprocess.run([f"./{name}", *words], cwd=Path(self.folder.name) / "tools", stdin=subprocess.DEVNULL,
                              capture_output=True, text=True, check=False, timeout=60)

    def test_each_script_has_help(self):
        scripts = [path.name for path in sorted(TOOLS.iterdir()) if path.is_file() and path.stat().st_mode & 0o100]
        self.assertIn("build", scripts)
        for name in scripts:
            for word in ("--help", "-h"):
                with self.subTest(script=name, word=word):
                    ran = self.run_tool(name, word)
                    self.assertEqual((ran.returncode, ran.stderr), (0, ""))
                    self.assertIn(f"tools/{name}", ran.stdout)
                    self.assertNotIn("set -euo", ran.stdout)

    def test_a_word_that_means_nothing_is_refused(self):
        for name in ("build", "docs", "lint"):
            with self.subTest(script=name):
                ran = self.run_tool(name, "--hlep")
                self.assertEqual((ran.returncode, ran.stdout), (2, ""))
                self.assertIn("--hlep", ran.stderr)


if __name__ == "__main__":
    unittest.main(verbosity=2)
