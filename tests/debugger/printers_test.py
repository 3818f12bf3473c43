"""gdb shows values of Whence as people write them, in a live process and in a core dump of it."""

import re
import shutil
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

PROGRAM = Path(sys.argv.pop())
PRINTERS = Path(__file__).resolve().parents[2] / "tools" / "gdb" / "whence.py"
ID = "0192a3b4-c5d6-7e7f-8081-828384858687"

SHOWN = {
    "event": ID,
    "nobody": "nil",
    "cause": ID,
    "order": 'id<shop::Order>("order-1")',
    "time": "2026-01-27T10:30:00.250000Z",
    "ancient": "-62167219200000000 µs since 1970",
    "position": "42",
    "token": "2-42",
    "expected": "exactly 7",
    "any": "any",
    "pending": "async<int>: pending",
    "*awaited_state": "completion<int>: pending, a coroutine waits",
    "coroutine": "async<std::string>: pending",
    "ready": "async<int>: ready = {value = 41}",
    "done": "async<void>: ready",
    "busy": "async<int>: failed: whence::log_busy [log.busy]: shop.db is held for writing by process 4711; nothing was touched",
    "strange": "async<int>: failed: int",
    "taken": "async<int>: taken, or moved from",
}

# What has more to it: the beginning, and a part.
PARTS = {
    "recorded": ["OrderPlaced order-1@1 at 1 = {", "version = 1", f"id = {ID}", 'data = "{\\"customer\\":\\"ada\\"}"',
                 "occurred_at = 2026-01-27T10:30:00.250000Z", "recorded_at = 2026-01-01T00:00:00.000000Z", "correlation = nil"],
    "envelope": ["OrderPlaced of order-1 = {", f"id = {ID}", "event_version = 1"],
    "placed": ["OrderPlaced = {", f"id = {ID}"],
    "simulated": ["runtime = {", "clock = manual_clock", "executor = manual_executor"],
    "ready_text": ["async<std::string>: ready = {", "value = \"forty-two\"}"],
    "unlucky": ["async<std::string>: failed: shop::no_luck: not today"],
}


def gdb(*commands):
    arguments = ["gdb", "-nx", "-batch", "-iex", f"add-auto-load-safe-path /", "-ex", f"source {PRINTERS}"]
    for command in commands:
        arguments += ["-ex", command]
    done = subprocess.run(arguments, text=True, capture_output=True)
    return done.stdout + done.stderr


def looks():
    for expression in [*SHOWN, *PARTS]:
        yield f"echo <{expression}>"
        yield f"print {expression}"


def values(output):
    return dict(re.findall(r"<(.*?)>\$\d+ = (?:\([^)]*&\) @0x[0-9a-f]+: )?(.*)", output))


class Printers(unittest.TestCase):
    def check(self, output):
        found = values(output)
        self.assertEqual(sorted(found), sorted([*SHOWN, *PARTS]), output)
        for expression, shown in SHOWN.items():
            with self.subTest(expression=expression):
                self.assertEqual(found[expression], shown)
        for expression, parts in PARTS.items():
            with self.subTest(expression=expression):
                self.assertTrue(found[expression].startswith(parts[0]), found[expression])
                for part in parts:
                    self.assertIn(part, found[expression])

    def check_document(self, output):
        """What docs/package.md shows: each value is one of these, or, up to the dots, the beginning of one."""
        document = (PRINTERS.parents[2] / "docs" / "package.md").read_text()
        block = re.search(r"<!-- shown by gdb -->\n```\n(.*?)```", document, re.DOTALL).group(1)
        shown = re.findall(r"^\w+ = (.*?)(?:, …\})?$", block, re.MULTILINE)
        self.assertGreater(len(shown), 3)
        for value in shown:
            self.assertTrue(any(found.startswith(value) for found in values(output).values()), value)

    def test_a_process_and_its_core_dump(self):
        self.assertTrue(shutil.which("gdb"), "`tools/setup test` installs gdb")
        with tempfile.TemporaryDirectory() as folder:
            core = Path(folder) / "core"
            live = gdb("set startup-with-shell off", "set disable-randomization off", f"file {PROGRAM}", "break everything_is_there",
                       "run", "up", *looks(), f"generate-core-file {core}", "kill")
            self.check(live)
            self.check_document(live)
            self.check(gdb(f"file {PROGRAM}", f"core-file {core}", "frame function main", *looks()))


unittest.main(argv=sys.argv[:1], verbosity=2)
