#!/usr/bin/env python3
"""The SQLite log among other processes: a second writer, visitors, users without permission, a full disk."""
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import time
import unittest

from log_work import Outcomes, Worker, fingerprint, run

WORKER = pathlib.Path(sys.argv[1])
NOBODY = ("setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "--no-new-privs")
SMALL_DISK = "4m"
BALLAST = 1 << 20


class Case(unittest.TestCase):
    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="whence-"))
        self.addCleanup(shutil.rmtree, self.folder)
        self.log = self.folder / "shop.db"

    def filled(self, **options):
        """A log with ten events, closed in good order."""
        worker, code = run(WORKER, "append", self.log, orders=["close"], count=10, **options)
        self.assertEqual(code, 0, worker.lines)

    def killed(self, **options):
        worker = Worker(WORKER, "append", self.log, count=10, **options)
        worker.until("done")
        self.assertEqual(worker.end("kill"), -9)

    def start(self, command, log=None, **options):
        worker = Worker(WORKER, command, log or self.log, **options)
        self.addCleanup(worker.__exit__)
        return worker


class OneWriter(Case):
    def test_a_second_writer_is_refused_by_name_and_pid(self):
        first = self.start("hold")
        first.until("ready")
        before = fingerprint(self.log)
        second, code = run(WORKER, "hold", self.log)
        self.assertEqual(code, 5)
        error = " ".join(second.lines)
        self.assertIn("log.busy", error)
        self.assertIn(str(self.log), error)
        self.assertIn(str(first.process.pid), error)
        self.assertEqual(fingerprint(self.log), before)
        self.assertEqual(first.end("close"), 0)

    def test_after_SIGKILL_of_the_first_a_second_writer_starts_at_once(self):
        waits = []
        for _ in range(5):
            first = self.start("hold")
            first.until("ready")
            first.kill()
            begun = time.monotonic()
            second = self.start("hold")
            second.until("ready")
            waits.append(time.monotonic() - begun)
            self.assertEqual(second.end("close"), 0)
        self.assertLess(min(waits), 2)      # what waits for the dead waits each time; a busy machine, now and then

    def test_a_visitor_does_not_stand_in_a_writers_way(self):
        self.filled()
        visitor = self.start("visit", stay=1)
        visitor.until("ready")
        writer, code = run(WORKER, "append", self.log, orders=["close"], count=30)
        self.assertEqual(code, 0, writer.lines)
        self.assertEqual(visitor.end(), 0, visitor.lines)
        self.assertEqual(visitor.said("seen"), [["seen", "30"]])


class Visitors(Case):
    def test_a_visitor_of_a_log_without_a_writer_changes_no_byte(self):
        for make in (self.filled, self.killed):
            make(seed=make.__name__)
            before = fingerprint(self.log)
            for _ in range(3):
                visitor, code = run(WORKER, "visit", self.log)
                self.assertEqual(code, 0, visitor.lines)
                self.assertEqual(visitor.said("changes"), [["changes", "0", "0"]])
            self.assertEqual(fingerprint(self.log), before)

    def test_a_visitor_beside_a_writer_changes_no_byte(self):
        writer = self.start("append", count=400, checkpoint=100_000, bytes=2000)
        writer.until("committed")
        visitors = [self.start("visit", stay=1) for _ in range(3)]
        for visitor in visitors:
            visitor.until("ready")
        writer.until("done")
        time.sleep(0.1)
        for visitor in visitors[:2]:
            self.assertEqual(visitor.end(), 0, visitor.lines)
            self.assertEqual(visitor.said("changes"), [["changes", "0", "0"]])
            self.assertEqual(visitor.said("seen"), [["seen", "400"]])
        before = fingerprint(self.log)
        late, code = run(WORKER, "visit", self.log)
        self.assertEqual(code, 0, late.lines)
        self.assertEqual(fingerprint(self.log), before)
        # The last visitor stays when the writer is killed, and leaves as the last one.
        writer.order("kill")
        self.assertEqual(writer.end(), -9)
        before = fingerprint(self.log)
        self.assertEqual(visitors[2].end(), 0, visitors[2].lines)
        self.assertEqual(visitors[2].said("changes"), [["changes", "0", "0"]])
        self.assertEqual(fingerprint(self.log), before)

    def test_there_is_nothing_to_visit_where_nothing_is(self):
        visitor, code = run(WORKER, "visit", self.log)
        self.assertEqual(code, 3, visitor.lines)
        self.assertEqual(list(self.folder.iterdir()), [])


class Permissions(Case):
    """As an ordinary user. The program lies in a folder that everyone may enter."""

    def setUp(self):
        super().setUp()
        self.folder.chmod(0o755)
        self.program = self.folder / "log_worker"
        shutil.copy2(WORKER, self.program)
        self.program.chmod(0o755)
        self.data = self.folder / "data"
        self.data.mkdir(mode=0o755)
        self.log = self.data / "shop.db"

    def as_nobody(self, command, **options):
        worker = Worker(self.program, command, self.log, before=NOBODY if os.geteuid() == 0 else (), **options)
        self.addCleanup(worker.__exit__)
        return worker

    def only_readable(self):
        """Nobody may read everything and write nothing, whoever runs this test."""
        for path in self.data.iterdir():
            path.chmod(0o444)
        self.data.chmod(0o555)
        self.addCleanup(self.data.chmod, 0o755)

    def test_a_visitor_needs_no_permission_to_write(self):
        for make in (self.filled, self.killed):
            make(seed=make.__name__)
            self.only_readable()
            before = fingerprint(self.log)
            visitor = self.as_nobody("visit")
            self.assertEqual(visitor.end(), 0, visitor.lines)
            self.assertEqual(fingerprint(self.log), before)
            self.data.chmod(0o755)
            for path in self.data.iterdir():
                path.chmod(0o644)

    def test_a_visitor_needs_no_permission_to_write_beside_a_writer(self):
        writer = self.start("append", count=10)
        writer.until("done")
        self.only_readable()
        visitor = self.as_nobody("visit")
        self.assertEqual(visitor.end(), 0, visitor.lines)
        self.assertEqual(visitor.said("seen"), [["seen", "10"]])
        self.data.chmod(0o755)
        self.assertEqual(writer.end("close"), 0)

    def test_a_log_that_may_not_be_read_is_an_error_that_names_it(self):
        self.filled()
        self.only_readable()
        self.log.chmod(0)
        visitor = self.as_nobody("visit")
        self.assertNotEqual(visitor.end(), 0)
        self.assertIn(str(self.log), " ".join(visitor.lines))
        self.assertEqual(visitor.said("seen"), [])

    def test_a_writer_without_permission_is_refused_and_changes_nothing(self):
        self.filled()
        self.only_readable()
        before = fingerprint(self.log)
        writer = self.as_nobody("hold")
        self.assertNotEqual(writer.end(), 0)
        self.assertEqual(writer.said("ready"), [])
        self.assertIn(str(self.log), " ".join(writer.lines))
        self.assertEqual(fingerprint(self.log), before)

    def test_no_log_is_made_in_a_folder_without_permission(self):
        self.only_readable()
        writer = self.as_nobody("hold")
        self.assertNotEqual(writer.end(), 0)
        self.assertIn(str(self.data), " ".join(writer.lines))
        self.assertEqual(list(self.data.iterdir()), [])


def small_disk():
    """The words that run a command where FOLDER ($1) is a small disk of its own, with a ballast file on it; None if neither
    root nor a user namespace is allowed to."""
    script = (f'mount -t tmpfs -o size={SMALL_DISK} none "$1" && head -c {BALLAST} /dev/zero >"$1/ballast" && shift && exec "$@"')
    for namespace in (("unshare", "--mount"), ("unshare", "--map-root-user", "--mount")):
        if subprocess.run([*namespace, "mount", "-t", "tmpfs", "none", "/mnt"], capture_output=True, check=False).returncode == 0:
            return [*namespace, "sh", "-c", script, "sh"]
    return None


class FullDisk(Case):
    def verdict(self, log, outcomes):
        """Opens the log and compares it with what was said."""
        ids = list(outcomes.last)
        checked, code = run(WORKER, "check", log, orders=ids)
        self.assertEqual(code, 0, checked.lines)
        there = {words[1] for words in checked.said("there")}
        self.assertLessEqual(set(outcomes.of("committed")), there)
        self.assertFalse(set(outcomes.of("refused")) & there)

    def test_a_full_disk_loses_nothing_and_appends_go_on_when_there_is_room(self):
        words = small_disk()
        if words is None:
            self.fill_by_file_size()
            return
        disk = self.folder / "disk"
        disk.mkdir()
        log = disk / "shop.db"
        writer = Worker(WORKER, "fill", log, before=[*words, str(disk)], bytes=20_000, checkpoint=1 << 20)
        self.addCleanup(writer.__exit__)
        writer.until("full")
        self.assertGreater(len(writer.said("committed")), 20)
        # Seen from here, its disk is in another namespace.
        inside = pathlib.Path(f"/proc/{writer.process.pid}/root{disk}")
        (inside / "ballast").unlink()
        writer.order("again")
        writer.until("done")
        for path in inside.iterdir():
            if path.is_file():
                shutil.copy2(path, self.folder)
        self.verdict(self.log, Outcomes(writer))
        first, second = [line.split()[0] for line in writer.lines if line.startswith(("committed", "refused", "unknown"))][-2:]
        self.assertEqual((first, second), ("refused", "committed"), writer.lines[-4:])
        self.assertEqual(writer.end("close"), 0)

    def fill_by_file_size(self):
        writer = self.start("fill", bytes=20_000, file_size=2 << 20)
        writer.until("full")
        self.assertGreater(len(writer.said("committed")), 20)
        writer.end("close")
        self.verdict(self.log, Outcomes(writer))


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1] + sys.argv[2:], verbosity=2)
