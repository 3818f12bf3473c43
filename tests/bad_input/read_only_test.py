"""Both programs on a log that lies where nothing can be written: whatever reads says the same as ever, whatever writes says why not.

Two such places: a folder without the right to write in it, as a user who is not root; and a file system that is mounted for
reading only, in a mount namespace of this test, whoever runs it (where neither root nor a user namespace may mount, that part is
skipped). In each, three ways in which a log comes there: with all of its files, as its writer has left it; closed in order by
SQLite, so that no database has a -wal or -shm; and the log alone with its witness.
"""

import json
import re
import shlex
import shutil
import sqlite3
import subprocess
import sys
import unittest
from pathlib import Path

from bad_input import Place, Programs, messages, remedy_of, trade

PROGRAMS = Programs(Path(sys.argv.pop()).resolve())
NAMESPACES = (("unshare", "--mount"), ("unshare", "--map-root-user", "--mount"))
MOUNTED = "mount -o bind \"$1\" \"$1\" && mount -o remount,bind,ro \"$1\" && cd \"$1\" && shift && exec \"$@\""

# What is shown is the log's, and the same everywhere.
OF_THE_LOG = [
    "event list", "event list --stream order-1 -o json", "event list --type OrderPaid,OrderPlaced --reverse", "event show @4",
    "event show order-2@2 -o json", "event count --by type", "stream list", "stream show order-2", "trace @1",
    "sql -c 'SELECT position, type FROM events'", "sql -c 'SELECT count(*) AS n FROM events' -o json",
]
WITH_TYPES = ["stream state order-2", "stream diff order-2 1 2"]
# These tell also of the files: of them it is said what the answer has to hold.
OF_THE_FILES = {
    "inspect -o json": {"head": 8},
    "log verify -o json": {"events": 8, "head": 8},
    "doctor -o json": {"events": 8, "read": 8},
}
OF_THE_MODELS = ["projection list -o json", "projection status -o json"]
READERS = ["show 1", "show 1 -o json", "report", "report -o json"]
WRITERS = ["place 9 --line TEA:1:4.50", "pay 4", "ship 1", "cancel 4 --reason 'too late'", "import sales.csv", "simulate --orders 1"]


def holds(found, wanted):
    """Somewhere in the document there is such a member."""
    if isinstance(found, dict):
        return any((key, value) == wanted or holds(value, wanted) for key, value in found.items())
    return isinstance(found, list) and any(holds(value, wanted) for value in found)


def close_in_order(database):
    """As SQLite does when the last connection goes."""
    connection = sqlite3.connect(database)
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.execute("PRAGMA journal_mode=WAL")
    connection.close()


class ReadOnly(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.shop = Place()
        trade(PROGRAMS, cls.shop)
        cls.expected = {line: cls.must(line, cls.shop) for line in cls.lines()}

    @classmethod
    def tearDownClass(cls):
        cls.shop.close()

    @staticmethod
    def lines():
        return ([f"whence {line}" for line in OF_THE_LOG] + [f"order-service whence {line}" for line in OF_THE_LOG + WITH_TYPES] +
                [f"order-service {line}" for line in READERS])

    @staticmethod
    def must(line, place):
        return PROGRAMS.must(line, place)

    # How the log comes there.

    def as_left(self):
        place = Place()
        shutil.copytree(self.shop.folder, place.folder, dirs_exist_ok=True)
        return place

    def closed_in_order(self):
        place = self.as_left()
        for database in (place.folder / "shop.db", place.folder / "shop.db.index", *(place.folder / "shop.db.models").glob("*.db")):
            close_in_order(database)
        self.assertEqual([str(path) for path in place.folder.rglob("*-wal")] + [str(path) for path in place.folder.rglob("*-shm")], [])
        return place

    def alone(self):
        place = Place()
        for name in ("shop.db", "shop.db.witness", "sales.csv"):
            shutil.copy2(self.shop.folder / name, place.folder)
        close_in_order(place.folder / "shop.db")
        return place

    # Where it lies there.

    def in_a_folder(self, place):
        """Without the right to write in it."""
        for path in place.folder.rglob("*"):
            path.chmod(0o555 if path.is_dir() else 0o444)
        place.folder.chmod(0o555)
        place.as_nobody = True
        return lambda words: PROGRAMS.run(words, place)

    def on_media(self, place):
        for namespace in NAMESPACES:
            run = [*namespace, "sh", "-c", MOUNTED, "sh", str(place.folder)]
            if subprocess.run([*run, "true"], capture_output=True, check=False).returncode == 0:
                return lambda words: PROGRAMS.run([*run, *words], place)
        self.skipTest("neither root nor a user namespace may mount here")
        return None

    def check_reading(self, run, has_models):
        for line, said in self.expected.items():
            if not has_models:
                if line.removeprefix("order-service ") in READERS:
                    continue
                said = re.sub(r"\n.*PRJ (applied|passed) by .*", "", said)
            with self.subTest(line=line):
                ran = run(shlex.split(line))
                self.assertEqual((ran.returncode, ran.stderr), (0, ""))
                self.assertEqual(ran.stdout, said)
        for line, wanted in OF_THE_FILES.items():
            with self.subTest(line=line):
                ran = run(["whence", *shlex.split(line)])
                self.assertEqual((ran.returncode, ran.stderr), (0, ""))
                for member in wanted.items():
                    self.assertTrue(holds(json.loads(ran.stdout), member), (member, ran.stdout))
        for line in OF_THE_MODELS:
            with self.subTest(line=line):
                ran = run(["whence", *shlex.split(line)])
                self.assertEqual((ran.returncode, ran.stderr), (0, ""))
                models = json.loads(ran.stdout)["items"]
                self.assertEqual([model["checkpoint"] for model in models], [8, 8, 8] if has_models else [])
                self.assertEqual({model["state"] for model in models}, {"live"} if has_models else set())
        with self.subTest("SQL on a read model"):
            ran = run(["whence", "sql", "-c", "SELECT count(*) AS n FROM order_summary.order_line"])
            self.assertEqual(ran.returncode, 0 if has_models else 2, ran.stderr)

    def check_readers_without_models(self, run, place_to_be):
        """Nobody can make the models there: it is said where they could be."""
        for line in READERS:
            with self.subTest(line=line):
                ran = run(["order-service", *shlex.split(line), "--wait", "0"])
                said = messages(ran.stderr, notes_before=False)
                self.assertEqual([(each["code"], each["exit"]) for each in said], [("read_model.behind", "5")], ran.stderr)
                self.assertIn(place_to_be, remedy_of(said[0]))
                self.assertEqual(ran.returncode, 5)

    def check_writing(self, run, what, code, why):
        for line in WRITERS:
            with self.subTest(line=line):
                ran = run(["order-service", *shlex.split(line)])
                said = messages(ran.stderr, notes_before=False)
                self.assertEqual([(each["what"], each["why"], each["code"], each["exit"]) for each in said],
                                 [(what + "; nothing was written", why, code, "5")], ran.stderr)
                self.assertTrue(said[0]["do"])
                self.assertEqual((ran.returncode, ran.stdout), (5, ""))

    def check_all(self, where, code, why, place_to_be):
        for how in (self.as_left, self.closed_in_order, self.alone):
            place = how()
            self.addCleanup(place.close)
            with self.subTest(how=how.__name__):
                run = where(place)
                before = place.fingerprint()
                has_models = how.__name__ != "alone"
                self.check_reading(run, has_models)
                if not has_models:
                    self.check_readers_without_models(run, place_to_be)
                self.check_writing(run, "cannot write to shop.db" if has_models else "cannot make files in this folder", code, why)
                self.assertEqual(place.fingerprint(), before, "files have changed")

    def test_in_a_folder_without_the_right_to_write(self):
        self.check_all(self.in_a_folder, "file.no_permission", "Permission denied", "# for a user who may write in .:\norder-service ")

    def test_on_a_file_system_mounted_for_reading_only(self):
        self.check_all(self.on_media, "file.read_only", "Read-only file system", "cp -r shop.db* /var/tmp\n# then repeat the command there")


if __name__ == "__main__":
    try:
        unittest.main(argv=sys.argv[:1], verbosity=2)
    finally:
        PROGRAMS.close()
