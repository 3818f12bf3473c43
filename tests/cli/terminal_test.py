"""Every command of `whence` as it is on a terminal, on a narrow one, and in a pipe: run in a pseudo-terminal of its own.

On 40 columns no line of data is wider, and no word is broken: what has no room is cut with a sign, left out by name, or goes on in
the next line. What people copy stays usable: ids in one piece, and the commands that errors give as a shell puts them together.
"""

import fcntl
import os
import pty
import re
import shutil
import select
import signal
import struct
import subprocess
import sys
import tempfile
import termios
import unicodedata
import unittest
from pathlib import Path

PROGRAMS = Path(sys.argv.pop()).resolve()
RELEASED = Path(__file__).resolve().parents[2] / "samples" / "order-service" / "schemas"
PATIENCE_SECONDS = 60
COLUMNS = 40
AGE = re.compile(r"\d+(\s+)(?:s|min)(\s+)ago")
OF_THE_MOMENT = re.compile(r"(?<=epoch )\d{13,}|\d+(?= [MGT]B free)")  # of a log that was restored just now; of the disk
AGO = re.compile(r"\b\d+(\.\d+)?( s|/s)\b")
PROGRESS = re.compile(r"(?:\r\x1b\[K[^\r]*)*\r\x1b\[K")
ESCAPE = re.compile(r"\x1b\[[0-9;]*m")
# An id, a digest, an example with quotes, and a command of a remedy: each stands in one line, so that it can be copied.
COPIED = re.compile(r"^ *[0-9a-f]{8}-[0-9a-f-]{27}$|^ *[0-9a-f]{64}$|^    .*'|^(?:  do:    |         )(?:whence|order-service|ls|tar|head|df) ")

# How each command is typed; the rest has no screen of its own.
COMMANDS = {
    "inspect": [[]], "event list": [[], ["--data"], ["--columns", "position,id,data"]], "event show": [["@1"], ["order-S1-1@1"]],
    "event count": [[], ["--by", "type"]], "stream list": [[], ["--by-size"]], "stream show": [["order-S1-1"]],
    "stream state": [["order-S1-1"]], "stream diff": [["order-S1-1"]], "trace": [["@1"], ["@1", "--flat"], ["@1", "--data"]],
    "projection list": [[]], "projection status": [[]], "log verify": [[]], "log repair": [["--dry-run"]], "doctor": [[]],
    "log archive": [["--aggregate", "Order", "--dry-run"]], "log compact": [["--dry-run"]],
    "log prove": [["--key", "shop.key", "--heads", "shop.heads"]],
    "log check-proof": [["--key", "shop.key.pub", "--heads", "shop.heads"]], "restore": [["sunday.backup", "--check"]],
    "rehearse": [[]], "schema upcast": [[]],
    "sql": [["-c", "SELECT position, stream, type, data FROM events"]],
    "schema check": [[]], "schema release": [["--dry-run"]], "schema diff": [["schemas", "schemas"]],
}
# What is made is not made a second time; lines are for programs, and the others change the log.
NO_SCREEN = {"man", "completion", "backup", "log make-key", "log fork", "export", "import", "event append", "projection rebuild"}
WRONG = [["event", "show", "@99999"], ["stream", "show", "order-1-1"], ["event", "show", "01943aa5"], ["event", "list", "--typ", "x"],
         ["event", "list", "--from", "4", "--to", "2"]]


def width(line):
    return sum(2 if unicodedata.east_asian_width(c) in "WF" else 0 if unicodedata.combining(c) else 1 for c in line)


class Shop:
    def __init__(self):
        self.folder = tempfile.TemporaryDirectory(prefix="whence-")
        shutil.copytree(RELEASED, Path(self.folder.name) / "schemas")
        for words in (["simulate", "--orders", "20"], ["whence", "backup", "sunday.backup"],
                      ["whence", "log", "make-key", "shop.key"],
                      ["whence", "log", "prove", "--key", "shop.key", "--heads", "shop.heads"]):
            subprocess.run([PROGRAMS / "order-service", *words], check=True, capture_output=True, env=self.environment(), cwd=self.folder.name)

    def environment(self, **more):
        return {"PATH": f"{PROGRAMS}:/usr/bin:/bin", "HOME": "/", "LC_ALL": "C.UTF-8", "WHENCE_STORE": "shop.db", "TERM": "xterm",
                "WHENCE_PAGER": "cat"} | more

    def on_terminal(self, words, columns=COLUMNS, rows=50, **environment):
        """The exit code, and all that the terminal got."""
        ours, theirs = pty.openpty()
        fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
        with subprocess.Popen(words, stdin=theirs, stdout=theirs, stderr=theirs, env=self.environment(**environment),
                              cwd=self.folder.name, start_new_session=True) as program:
            os.close(theirs)
            got = b""
            while select.select([ours], [], [], PATIENCE_SECONDS)[0]:
                try:
                    more = os.read(ours, 65536)
                except OSError:  # the other end is closed
                    break
                got += more
            else:
                program.kill()
            os.close(ours)
        shown = OF_THE_MOMENT.sub(lambda found: "N" * len(found[0]), got.decode().replace("\r\n", "\n"))
        return program.returncode, AGE.sub(r"N\1s\2ago", shown)

    def in_pipe(self, line, **environment):
        """The exit code of the first program of a pipe, what came out of it, what was said."""
        ran = subprocess.run(["bash", "-c", line + "; echo ${PIPESTATUS[0]}"], env=self.environment(**environment), cwd=self.folder.name,
                             capture_output=True, text=True, timeout=PATIENCE_SECONDS, check=True)
        out, _, code = ran.stdout.rstrip("\n").rpartition("\n")
        return int(code), out, ran.stderr


class Terminal(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.shop = Shop()

    @classmethod
    def tearDownClass(cls):
        cls.shop.folder.cleanup()

    def lines(self):
        for command, arguments in COMMANDS.items():
            for each in arguments:
                yield ["order-service", "whence", *command.split(), *each]

    def test_every_command_is_here(self):
        manual = self.shop.in_pipe("order-service whence man -o markdown")[1]
        listed = re.findall(r"^## ([a-z -]+)\n\n`order-service whence ", manual, re.MULTILINE)
        self.assertEqual(sorted(listed), sorted(COMMANDS.keys() | NO_SCREEN))

    def check_fits(self, words, text):
        for line in PROGRESS.sub("", text).split("\n"):  # which is written over itself
            if not COPIED.match(line):
                self.assertLessEqual(width(line), COLUMNS, f"{words}: {line}")
            self.assertEqual(line, line.rstrip(), words)

    def test_nothing_is_wider_than_a_terminal_of_40_columns(self):
        for words in self.lines():
            with self.subTest(words=words):
                exit_code, text = self.shop.on_terminal(words, NO_COLOR="1")
                self.assertEqual(exit_code, 0, text)
                self.check_fits(words, text)

    def test_help_and_errors_break_no_word(self):
        for words in [["-h"], ["--help"], *([*command.split(), "--help"] for command in COMMANDS), *WRONG]:
            with self.subTest(words=words):
                _, text = self.shop.on_terminal(["whence", *words], NO_COLOR="1")
                self.check_fits(words, text)

    def test_help_and_errors_of_an_application_break_no_word(self):
        commands = ("import", "place", "pay", "ship", "cancel", "show", "report", "simulate")
        wrong = (["show", "99999"], ["pay", "99999"], ["place", "9"], ["place", "9", "--line", "TEA:1"], ["shwo", "1"], ["report", "--wait", "x"],
                 ["--version"], ["import", "/etc/hostname"])
        for words in [[], ["--help"], *([command, "--help"] for command in commands), *wrong]:
            with self.subTest(words=words):
                narrow, wide = (self.shop.on_terminal(["order-service", *words], columns=columns, NO_COLOR="1")[1] for columns in (COLUMNS, 500))
                self.check_fits(words, narrow)
                self.assertEqual(re.sub(r" \\\n|\n +# ", " ", narrow).split(), re.sub(r"\n +# ", " ", wide).split())

    def test_a_folded_trace_says_all_that_a_wide_one_does(self):
        for more in ([], ["--data"]):
            narrow, wide = (re.sub(r"[│├└─]", " ", self.shop.on_terminal(["order-service", "whence", "trace", "@1", *more], columns=columns,
                                                                         NO_COLOR="1")[1]).split() for columns in (COLUMNS, 300))
            self.assertEqual(narrow, wide)
            self.assertNotIn("…", " ".join(narrow).replace("correlation …", ""))

    def test_what_is_broken_says_all_that_a_wide_terminal_does(self):
        for words in (["event", "show", "@1"], ["log", "verify"], ["inspect"], ["stream", "state", "order-S1-1"], ["--help"]):
            narrow, wide = (self.shop.on_terminal(["order-service", "whence", *words], columns=columns, NO_COLOR="1")[1].split()
                            for columns in (COLUMNS, 200))
            if words == ["inspect"]:  # the rate changes, its tables leave columns out
                narrow, wide = (text[:text.index("rate")] for text in (narrow, wide))
            self.assertEqual(narrow, wide)

    def test_colours_are_there_on_a_terminal_only_and_can_be_chosen(self):
        def shown(words, **environment):  # without the progress of what takes longer than a second, and how long ago something was
            return AGO.sub("# s", PROGRESS.sub("", self.shop.on_terminal(words, **environment)[1]))

        for words in self.lines():
            with self.subTest(words=words):
                plain = shown(words, NO_COLOR="1")
                self.assertNotIn("\x1b", plain)
                self.assertNotIn("\x1b", shown(words, TERM="dumb"))
                self.assertNotIn("\x1b", shown([*words, "--color", "never"]))
                coloured = shown(words)
                self.assertIn("\x1b", coloured)
                # A colour is never the only sign. (Where a line is broken hangs on how many seconds ago something was.)
                self.assertEqual(ESCAPE.sub("", coloured).split(), plain.split())
                always = shown([*words, "--color", "always"], NO_COLOR="1")
                always, coloured = (re.sub(r" \\\n +", " ", text) for text in (always, coloured))
                self.assertEqual(always.replace(" --color always", "").split(), coloured.split())  # a list that was cut goes on the same way
        self.assertNotIn("\x1b", self.shop.in_pipe("whence event list | cat")[1])
        self.assertIn("\x1b", self.shop.in_pipe("whence event list --color always | cat")[1])

    def test_a_reader_who_leaves_ends_every_command_without_a_word(self):
        for words in self.lines():
            for form in ("table", "csv" if "--columns" in words else "jsonl"):
                line = " ".join(f"'{word}'" for word in words)
                with self.subTest(line=line, form=form):
                    exit_code, out, said = self.shop.in_pipe(f"{line} -o {form} | head -1")
                    self.assertIn(exit_code, (0, 141))  # 0: it was all out already
                    self.assertLessEqual(len(out.split("\n")), 1)
                    self.assertEqual(said, "")
                    # Nobody reads from the beginning.
                    exit_code, _, said = self.shop.in_pipe(f"{{ sleep 0.1; {line} -o {form}; echo $? >code; }} | true; cat code | true")
                    self.assertEqual((Path(self.shop.folder.name) / "code").read_text(), "141\n")
                    self.assertEqual(said, "")

    def test_what_does_not_fit_is_paged_and_a_pager_that_is_left_ends_it(self):
        count = "sed -n $="
        self.assertEqual(self.shop.on_terminal(["whence", "event", "list", "--limit", "0"], rows=10, columns=200, WHENCE_PAGER=count)[1].strip(),
                         str(1 + int(self.shop.in_pipe("whence event count -o csv | tail -n 1")[1])))
        self.assertIn("POSITION", self.shop.on_terminal(["whence", "event", "list", "--limit", "3"], rows=10, columns=200, WHENCE_PAGER=count)[1])
        self.assertIn("POSITION", self.shop.on_terminal(["whence", "event", "list", "--no-pager"], rows=10, columns=200, WHENCE_PAGER=count)[1])
        self.assertEqual(self.shop.on_terminal(["whence", "event", "list"], rows=10, columns=200, WHENCE_PAGER="", PAGER=count)[0], 0)
        self.assertNotIn("POSITION", self.shop.on_terminal(["whence", "event", "list"], rows=10, columns=200, WHENCE_PAGER="", PAGER=count)[1])
        self.assertIn(self.shop.on_terminal(["whence", "event", "list"], rows=10, columns=200, WHENCE_PAGER="true")[0], (0, -signal.SIGPIPE))


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1], verbosity=2)
