"""A fork, of a log with archives, is one log for every command that goes through all of it: what is exported of it, backed up, signed
and verified is what it would be of the same log in one file, which a restore makes. And what is done to its base afterwards
changes nothing of that, or is named: the file, where it should be, and what to do."""

import json
import shutil
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

WORKER = Path(sys.argv.pop()).resolve()
PROGRAMS = Path(sys.argv.pop()).resolve()
POSITION = 450
SHARED = ("", "-wal", "-shm", ".witness", ".index", ".index-wal", ".index-shm", ".lock")


class Forks(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        """base.db, 600 events, a part of them archived; fork.db, of its first 450, with archives of its own; further.db, of that."""
        cls.made = tempfile.TemporaryDirectory(prefix="whence-")
        cls.addClassCleanup(cls.made.cleanup)
        place = Path(cls.made.name)
        for log, *words in (("base.db", "make", 400, 40), ("base.db", "archive", 0, 9), ("base.db", "grow", 200, 40),
                            ("base.db", "fork", place / "fork.db", POSITION), ("fork.db", "grow", 150, 40),
                            ("fork.db", "archive", 5, 19), ("fork.db", "grow", 50, 40), ("fork.db", "compact"),
                            ("fork.db", "fork", place / "further.db", 600), ("further.db", "grow", 100, 40)):
            cls.work(place, log, *words)

    @staticmethod
    def work(place, log, *words):
        subprocess.run([WORKER, place / log, *map(str, words)], check=True, capture_output=True)

    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="whence-")
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name) / "logs"
        shutil.copytree(self.made.name, self.folder)

    def whence(self, *words, exit=0):
        done = subprocess.run([PROGRAMS / "whence", *words], cwd=self.folder, capture_output=True, text=True, timeout=120, check=False)
        self.assertEqual(done.returncode, exit, f"{words}: {done.stdout}{done.stderr}")
        return done

    def exported(self, log):
        """The events of an export, and the chain hash at its end: without the epoch, and the checksum over that."""
        _, *events, end = self.whence("export", "--store", log).stdout.splitlines()
        return events + [json.loads(end)["chain"]]

    def in_one_file(self, log):
        self.whence("backup", f"{log}.backup", "--store", log)
        self.whence("restore", f"{log}.backup", f"{log}.whole")
        return f"{log}.whole"

    def move_away(self, log):
        away = self.folder / "away"
        away.mkdir()
        for end in SHARED:
            if (self.folder / (log + end)).exists():
                shutil.move(self.folder / (log + end), away)

    def every_reading(self, log):
        """Commands that read all of a log."""
        return {name: (*words, "--store", log) for name, words in {
            "export": ("export",), "backup": ("backup", "none.backup"), "verify": ("log", "verify"), "list": ("event", "list"),
            "prove": ("log", "prove", "--key", "shop.key", "--heads", "none.heads")}.items()}

    # What is not there, or is another, is named

    def test_a_base_that_was_moved_away_is_named_to_every_command_and_found_when_it_is_back(self):
        before = self.exported("fork.db")
        self.whence("log", "make-key", "shop.key")
        self.move_away("base.db")
        for log in ("fork.db", "further.db"):
            for name, words in self.every_reading(log).items():
                with self.subTest(log=log, command=name):
                    said = self.whence(*words, exit=6).stderr
                    self.assertIn("base.db is not there; nothing was changed", said)
                    self.assertIn("bring it back to that place", said)
                    self.assertIn("[log.base_missing, exit 6]", said)
        for file in (self.folder / "away").iterdir():
            shutil.move(file, self.folder)
        self.assertEqual(self.exported("fork.db"), before)

    def test_an_archive_of_the_base_that_was_moved_away_is_named_to_who_reads_through_the_fork(self):
        archive = next(self.folder.glob("base.db.archive.*"))
        archive.rename(self.folder / "elsewhere")
        self.whence("log", "make-key", "shop.key")
        for name, words in self.every_reading("fork.db").items():
            with self.subTest(command=name):
                done = subprocess.run([PROGRAMS / "whence", *words], cwd=self.folder, capture_output=True, text=True, check=False)
                self.assertNotEqual(done.returncode, 0)
                self.assertIn(archive.name, done.stdout + done.stderr)
        (self.folder / "elsewhere").rename(archive)
        self.assertEqual(self.whence("log", "verify", "--store", "fork.db").returncode, 0)

    def test_a_base_that_was_restored_to_before_the_fork_and_went_on_is_another(self):
        self.whence("backup", "b", "--store", "base.db")
        for end in SHARED:
            (self.folder / ("base.db" + end)).unlink(missing_ok=True)
        self.whence("restore", "b", "base.db", "--at", "440")
        self.assertIn("log.base_differs", self.whence("log", "verify", "--store", "fork.db", exit=6).stderr)
        self.work(self.folder, "base.db", "grow", 100, 40)
        said = self.whence("export", "--store", "fork.db", exit=6).stderr
        self.assertIn("its event 450 is another one: it went on in another way", said)
        self.assertIn("[log.base_differs, exit 6]", said)

    def test_a_fork_is_not_repaired_and_not_a_byte_of_it_or_of_its_base_changes(self):
        may_change = {"fork.db.lock"}  # it says who held it last
        files = {file: file.read_bytes() for file in self.folder.iterdir()
                 if not file.name.endswith("-shm") and file.name not in may_change}
        self.assertIn("[repair.of_fork", self.whence("log", "repair", "--store", "fork.db", "--dry-run", exit=4).stderr)
        self.assertEqual([file.name for file in files if file.read_bytes() != files[file]], [])

    # What was done to the base is no matter

    def test_a_base_that_is_archived_and_compacted_and_goes_on_afterwards_is_read_as_before(self):
        before = {log: self.exported(log) for log in ("fork.db", "further.db")}
        for words in (("archive", 10, 35), ("grow", 80, 40), ("compact",), ("archive", 0, 39), ("compact",)):
            self.work(self.folder, "base.db", *words)
            for log, lines in before.items():
                self.assertEqual(self.exported(log), lines)
        for log in before:
            self.work(self.folder, log, "grow", 20, 40)
            self.whence("log", "verify", "--store", log)

    def test_a_base_that_was_restored_to_the_fork_or_beyond_has_the_same_past(self):
        before = self.exported("fork.db")
        self.whence("backup", "b", "--store", "base.db")
        for end in SHARED:
            (self.folder / ("base.db" + end)).unlink(missing_ok=True)
        self.whence("restore", "b", "base.db", "--at", str(POSITION))
        self.work(self.folder, "base.db", "grow", 30, 40)
        self.assertEqual(self.exported("fork.db"), before)

    def test_the_base_of_a_base_that_is_repaired_after_a_loss_is_still_that_of_the_fork(self):
        before = self.exported("fork.db")
        for end in SHARED[3:]:
            (self.folder / ("base.db" + end)).unlink(missing_ok=True)
        self.whence("log", "repair", "--store", "base.db", "--accept", "missing-witness", "--reason", "lost", "--yes")
        self.assertEqual(self.exported("fork.db"), before)
        self.whence("log", "verify", "--store", "fork.db")

    # One log, wherever its events lie

    def test_an_export_a_backup_and_a_verification_of_a_fork_are_those_of_one_file(self):
        for log in ("fork.db", "further.db"):
            with self.subTest(log=log):
                whole = self.in_one_file(log)
                self.assertEqual(self.exported(log), self.exported(whole))
                self.whence("log", "verify", "--store", whole)
                self.whence("log", "verify", "--store", log)

    def test_an_export_of_a_fork_is_imported_as_a_log_that_needs_no_base(self):
        for log in ("fork.db", "further.db"):
            with self.subTest(log=log):
                (self.folder / f"{log}.jsonl").write_text(self.whence("export", "--store", log).stdout)
                self.whence("import", f"{log}.jsonl", "--store", f"{log}.imported")
        expected = {log: self.exported(log) for log in ("fork.db", "further.db")}
        self.move_away("base.db")
        for log, lines in expected.items():
            self.assertEqual(self.exported(f"{log}.imported"), lines)
            self.whence("log", "verify", "--store", f"{log}.imported")

    def test_what_is_signed_of_a_fork_is_proved_of_it_and_of_the_same_log_in_one_file(self):
        self.whence("log", "make-key", "shop.key")
        for log in ("fork.db", "further.db"):
            with self.subTest(log=log):
                self.whence("log", "prove", "--key", "shop.key", "--heads", f"{log}.heads", "--store", log)
                for copy in (log, self.in_one_file(log)):
                    self.whence("log", "check-proof", "--key", "shop.key.pub", "--heads", f"{log}.heads", "--store", copy)

    def test_what_was_signed_of_the_base_up_to_the_fork_is_proved_of_the_fork(self):
        self.whence("log", "make-key", "shop.key")
        self.whence("backup", "b", "--store", "base.db")
        self.whence("restore", "b", "then.db", "--at", str(POSITION))
        self.whence("log", "prove", "--key", "shop.key", "--heads", "base.heads", "--store", "then.db")
        for log in ("base.db", "fork.db", "further.db"):
            done = self.whence("log", "check-proof", "--key", "shop.key.pub", "--heads", "base.heads", "--store", log, "-o", "json")
            self.assertEqual(json.loads(done.stdout)["data"]["position"], POSITION)

    def test_two_backups_of_a_fork_one_of_them_after_its_base_was_archived_have_the_same_events(self):
        first = self.exported(self.in_one_file("fork.db"))
        self.work(self.folder, "base.db", "archive", 0, 39)
        self.whence("backup", "later", "--store", "fork.db")
        self.whence("restore", "later", "later.db")
        self.assertEqual(self.exported("later.db"), first)


if __name__ == "__main__":
    unittest.main(verbosity=2)
