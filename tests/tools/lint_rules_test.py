"""Each of our own rules is seen complaining about its fault, and keeping quiet about what only looks like it."""

import subprocess
import tempfile
import unittest
from pathlib import Path

LINT_RULES = Path(__file__).resolve().parents[2] / "tools" / "lint_rules.py"


class LintRules(unittest.TestCase):
    def lint(self, name, text):
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder) / name
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text)
            done = subprocess.run([LINT_RULES], input=name + "\n", text=True, capture_output=True, cwd=folder)
        self.assertEqual(done.returncode, 1 if done.stdout else 0, done.stderr)
        return done.stdout

    def assert_refused(self, name, text, line):
        self.assertIn(f"{name}:{line}: ", self.lint(name, text))

    def assert_fine(self, name, text):
        self.assertEqual(self.lint(name, text), "")

    def test_a_braced_command_in_a_co_await(self):
        self.assert_refused("a.cpp", "auto x =\n  co_await app.send(id, Ship{id});\n", 2)
        self.assert_refused("a.cpp", "auto x = co_await app.send(id,\n    {1, 2});\n", 2)
        self.assert_refused("a.cpp", "co_yield Ship{id};\n", 1)

    def test_a_co_await_without_a_braced_command(self):
        self.assert_fine("a.cpp", "auto x = co_await app.send<Ship>(id);\nShip y{id};\n")
        self.assert_fine("a.cpp", "if (co_await saga.next<Shipped>(id)) {\n  go();\n}\n")
        self.assert_fine("a.cpp", "// not co_await send(Ship{id});\nauto s = \"co_await send(Ship{id})\";\n")
        self.assert_fine("a.cpp", "co_await sleep{five};  // lint: braces are safe here, sleep has a constructor\n")

    def test_names_that_say_nothing(self):
        for name in ("framework/utils/log.hpp", "framework/store/helpers.cpp", "common/a.py", "Manager.hpp"):
            self.assert_refused(name, "", 1)
        self.assert_fine("framework/store/manager_of_leases.hpp", "")

    def test_a_long_file(self):
        self.assert_refused("a.hpp", "\n" * 501, 501)
        self.assert_fine("a.hpp", "\n" * 500)
        self.assert_fine("prices.csv", "\n" * 501)

    def test_a_wide_line(self):
        self.assert_refused("a.hpp", "\n/// " + "x" * 129 + "\n", 2)
        self.assert_fine("a.hpp", "/// " + "ü" * 128 + "\n")
        self.assert_fine("a.cpp", 'auto text = R"(\n' + "x" * 200 + '\n)";\n')
        self.assert_refused("a.cpp", 'auto text = R"(\n)";  // ' + "x" * 200 + "\n", 2)
        self.assert_fine("tests/compile_errors/a.cpp", "// " + "x" * 200 + "\n")
        self.assert_refused("tests/compile_errors/a.cpp", "\n// " + "x" * 200 + "\n", 2)

    def test_unfinished_work(self):
        for word in ("TO" + "DO", "FIX" + "ME"):
            self.assert_refused("a.md", f"fine\n{word}: later\n", 2)

    def test_includes_by_path(self):
        self.assert_refused("framework/whence/store/a.cpp", '#include "log.hpp"\n', 1)
        self.assert_fine("samples/order-service/a.cpp", '#include "order.hpp"\n')


unittest.main(verbosity=2)
