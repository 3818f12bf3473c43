"""`export` and `import` of a program that somebody stops: while it waits for a pipe, and while the disk takes its time. And whatever
standard input is, an import reads it from where it stands."""

import fcntl
import os
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import termios
import threading
import time
import unittest
from pathlib import Path

PROGRAMS = Path(sys.argv.pop()).resolve()
PATIENCE_SECONDS = 120
PIPE_BYTES = 65536


class Transfers(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.made = tempfile.TemporaryDirectory(prefix="whence-")
        subprocess.run([PROGRAMS / "order-service", "--store", Path(cls.made.name) / "shop.db", "simulate", "--orders", "300"], check=True,
                       capture_output=True)
        cls.exported = subprocess.run([PROGRAMS / "whence", "export", "--store", Path(cls.made.name) / "shop.db"], check=True,
                                      capture_output=True).stdout
        assert len(cls.exported) > 4 * PIPE_BYTES

    @classmethod
    def tearDownClass(cls):
        cls.made.cleanup()

    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="whence-")
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)

    def start(self, *words, before=(), **pipes):
        program = subprocess.Popen([*before, PROGRAMS / "whence", *words], cwd=self.folder, stderr=subprocess.PIPE, **pipes)
        self.addCleanup(program.wait)
        self.addCleanup(program.kill)
        for pipe in (program.stdin, program.stdout, program.stderr):
            if pipe:
                self.addCleanup(pipe.close)
        return program

    def whence(self, *words, **more):
        return subprocess.run([PROGRAMS / "whence", *words], cwd=self.folder, capture_output=True, timeout=PATIENCE_SECONDS, check=False,
                              **more)

    def wait_until(self, what):
        end = time.monotonic() + PATIENCE_SECONDS
        while not what():
            self.assertLess(time.monotonic(), end, "it does not come")
            time.sleep(0.02)

    def shop(self):
        return str(Path(self.made.name) / "shop.db")

    def test_an_import_that_waits_for_more_hears_a_signal_and_goes_on_later(self):
        some = b"".join(self.exported.splitlines(keepends=True)[:5])
        for wish, code in ((signal.SIGTERM, 143), (signal.SIGINT, 130)):
            with self.subTest(wish=wish):
                log = f"{wish.name}.db"
                program = self.start("import", "-", "--store", log, stdin=subprocess.PIPE)
                program.stdin.write(some)
                program.stdin.flush()
                self.wait_until((self.folder / f"{log}.lock").exists)
                program.send_signal(wish)
                self.assertEqual(program.wait(PATIENCE_SECONDS), code)
                self.assertIn(b"stopped before the end", program.stderr.read())
                self.assertEqual(self.whence("import", "-", "--store", log, input=self.exported).returncode, 0)
                self.assertEqual(self.whence("export", "--store", log).stdout, self.exported)

    def test_an_export_that_nobody_reads_hears_a_signal(self):
        for wish, code in ((signal.SIGTERM, 143), (signal.SIGINT, 130)):
            with self.subTest(wish=wish):
                program = self.start("export", "--store", self.shop(), stdout=subprocess.PIPE)

                def is_full():
                    waiting = fcntl.ioctl(program.stdout, termios.FIONREAD, struct.pack("i", 0))
                    return struct.unpack("i", waiting)[0] == PIPE_BYTES

                self.wait_until(is_full)
                program.send_signal(wish)
                self.assertEqual(program.wait(PATIENCE_SECONDS), code)
                self.assertIn(b"stopped before the end", program.stderr.read())
                self.assertTrue(self.exported.startswith(program.stdout.read()))

    def test_an_export_that_is_stopped_while_its_file_is_synced_leaves_no_part_of_one(self):
        slow = ("strace", "-D", "-f", "-o", os.devnull, "-e", "trace=fsync", "-e", "inject=fsync:delay_enter=1500000")
        program = self.start("export", "shop.jsonl", "--store", self.shop(), before=slow, stdout=subprocess.PIPE)
        self.wait_until(lambda: [file for file in self.folder.glob("*.draft") if file.stat().st_size == len(self.exported)])
        program.send_signal(signal.SIGTERM)
        code = program.wait(PATIENCE_SECONDS)
        self.assertEqual(list(self.folder.glob("*.draft")), [])
        self.assertIn(code, (0, 143))
        made = self.folder / "shop.jsonl"
        self.assertEqual(made.exists(), code == 0)
        if code == 0:
            self.assertEqual(made.read_bytes(), self.exported)

    def test_an_import_reads_a_socket(self):
        ours, theirs = socket.socketpair()
        with ours, theirs:
            program = self.start("import", "-", "--store", "copy.db", stdin=theirs, stdout=subprocess.PIPE)
            theirs.close()
            sender = threading.Thread(target=lambda: (ours.sendall(self.exported), ours.shutdown(socket.SHUT_WR)))
            sender.start()
            self.assertEqual(program.wait(PATIENCE_SECONDS), 0, program.stderr.read() if program.poll() else "")
            sender.join()
        self.assertEqual(self.whence("export", "--store", "copy.db").stdout, self.exported)

    def test_an_import_begins_where_standard_input_stands(self):
        file = self.folder / "shop.jsonl"
        file.write_bytes(b"not for it\n" + self.exported)
        with file.open("rb", buffering=0) as opened:
            opened.seek(len(b"not for it\n"))
            self.assertEqual(self.whence("import", "-", "--store", "copy.db", stdin=opened).returncode, 0)
        with file.open("rb", buffering=0) as opened:
            opened.seek(len(b"not for it\n") + self.exported.index(b"\n") + 1)
            refused = self.whence("import", "-", "--store", "other.db", stdin=opened)
        self.assertEqual(refused.returncode, 6)
        self.assertIn(b"line 1 of standard input cannot be imported", refused.stderr)

    def test_an_import_waits_for_who_writes_into_a_named_pipe(self):
        os.mkfifo(self.folder / "pipe")
        program = self.start("import", "pipe", "--store", "copy.db", stdout=subprocess.PIPE)
        with (self.folder / "pipe").open("wb") as pipe:
            pipe.write(self.exported)
        self.assertEqual(program.wait(PATIENCE_SECONDS), 0)
        self.assertEqual(self.whence("export", "--store", "copy.db").stdout, self.exported)

    def test_a_dash_is_standard_output_as_it_is_standard_input(self):
        written = self.whence("export", "-", "--store", self.shop())
        self.assertEqual(written.stdout, self.exported)
        self.assertEqual(list(self.folder.iterdir()), [])


if __name__ == "__main__":
    unittest.main(verbosity=2)
