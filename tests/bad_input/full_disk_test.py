"""The commands of `order-service` that write, on a disk that becomes full under them.

The disk is a small file system in memory, in a mount namespace of this test; where neither root nor a user namespace may make
one, a limit on the size of files takes its place. At whatever size it becomes full: the failure is one message that says what to
do, the log is whole as far as it goes, and when there is room the same command does the rest, to the letter as if nothing had
been.
"""

import json
import os
import re
import resource
import shutil
import subprocess
import sys
import unittest
from pathlib import Path

from bad_input import Place, Programs, messages, remedy_of

INSIDE = "--inside"
NAMESPACES = (("unshare", "--mount"), ("unshare", "--map-root-user", "--mount"))
SIZES_KB = (16, 36, 64, 84, 100, 128, 180, 256, 400, 900, 1800, 16000)
INVOICES = 80
ORDERS = 20
EXIT_NOT_NOW = 5
LEFT_WITHOUT_A_LOG = {".lock", ".witness"}
LEFT_WITH_AN_EMPTY_LOG = {"", "-wal", "-shm", ".lock", ".witness", ".index", ".index-wal", ".index-shm", ".models"}
AT_A_FULL_DISK = {"sql.full", "file.no_space", "append.not_written", "append.unknown", "append.closed"}
AT_A_LIMIT = AT_A_FULL_DISK | {"sql.io", "file.too_large"}
COMMANDS = {"place": "place 1 --line TEA:2:4.50", "import": "import ../sales.csv", "simulate": f"simulate --orders {ORDERS}"}


class SmallDisk:
    """A folder of its own size."""

    def __init__(self, size_kb):
        self.place = Place()
        self.disk = self.place.folder / "disk"
        self.disk.mkdir()
        subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size_kb}k", "none", str(self.disk)], check=True)
        self.codes = AT_A_FULL_DISK

    def limit(self):
        """In the child: nothing, the disk is small by itself."""

    def fill(self, but_for_kb=0):
        with open(self.disk / "fill", "ab", buffering=0) as file:
            while True:
                try:
                    file.write(b"x" * 4096)
                except OSError:
                    break
            file.truncate(max(file.tell() - but_for_kb * 1024, 0))

    def make_room(self):
        (self.disk / "fill").unlink(missing_ok=True)
        subprocess.run(["mount", "-o", "remount,size=64m", str(self.disk)], check=True)

    def close(self):
        subprocess.run(["umount", str(self.disk)], check=True)
        self.place.close()


class SmallFiles:
    """A folder in which a file cannot be longer than that."""

    def __init__(self, size_kb):
        self.place = Place()
        self.disk = self.place.folder / "disk"
        self.disk.mkdir()
        self.size = size_kb * 1024
        self.codes = AT_A_LIMIT

    def limit(self):
        resource.setrlimit(resource.RLIMIT_FSIZE, (self.size, self.size))

    def fill(self):
        self.limit = lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))

    def make_room(self):
        self.limit = lambda: None

    def close(self):
        self.place.close()


def sales():
    header = "InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country\n"
    return header + "".join(f"{number},TEA,tea for two,1,12/1/2010 8:26,4.50,7,France\n" for number in range(1, INVOICES + 1))


class FullDisk(unittest.TestCase):
    def setUp(self):
        self.programs = Programs(PROGRAMS)
        self.addCleanup(self.programs.close)

    def run_in(self, disk, line):
        return subprocess.run(line.split(), cwd=disk.disk, preexec_fn=disk.limit, capture_output=True, text=True, check=False,
                              timeout=60, env={"PATH": f"{self.programs.folder}:/usr/bin:/bin", "WHENCE_STORE": "shop.db"})

    def events(self, disk):
        """The log's events, without what differs from run to run; None if there is no log yet."""
        ran = self.run_in(disk, "whence event list -o jsonl")
        if ran.returncode == 3:
            return None
        self.assertEqual((ran.returncode, ran.stderr), (0, ""))
        events = [json.loads(line) for line in ran.stdout.splitlines()]
        return [(event["eventType"], event["aggregateId"], event["streamVersion"], event["data"]) for event in events]

    def whole(self, line):
        """What the command comes to where there is room: its events, and the report."""
        disk = DISK(1 << 16)
        self.addCleanup(disk.close)
        (disk.place.folder / "sales.csv").write_text(sales())
        self.assertEqual(self.run_in(disk, f"order-service {line}").returncode, 0)
        return self.events(disk), self.run_in(disk, "order-service report").stdout

    def check_failure(self, disk, ran, note_before=None):
        said = messages(re.sub(rf"\A{note_before}[^\n]*\n", "", ran.stderr) if note_before else ran.stderr, notes_before=False)
        self.assertEqual(len(said), 1, ran.stderr)
        self.assertEqual((ran.returncode, said[0]["exit"], ran.stdout), (EXIT_NOT_NOW, str(EXIT_NOT_NOW), ""), ran.stderr)
        self.assertIn(said[0]["code"], disk.codes, ran.stderr)
        self.assertTrue(said[0]["do"], ran.stderr)
        if disk.codes == AT_A_FULL_DISK:
            self.assertRegex(remedy_of(said[0]), rf"^df -h (\.|shop\.db\.models|{disk.disk})\n# make room there, then repeat the command", ran.stderr)
        if said[0]["code"].startswith("append.") and ran.args[0] == "order-service" and ran.args[1] != "place":
            self.assertRegex(said[0]["what"], r"^stopped at (invoice|order) \d+; what was recorded before it is kept$")
            self.assertTrue(said[0]["do"].endswith("repeat the command: it goes on there"), ran.stderr)

    def check_sizes(self, kind, name):
        line = COMMANDS[name]
        events, report = self.whole(line)
        failed = 0
        for size in SIZES_KB:
            disk = kind(size)
            try:
                with self.subTest(command=name, size_kb=size):
                    (disk.place.folder / "sales.csv").write_text(sales())
                    ran = self.run_in(disk, f"order-service {line}")
                    if ran.returncode != 0:
                        failed += 1
                        self.check_failure(disk, ran)
                        again = self.run_in(disk, f"order-service {line}")  # it stays so, and nothing gets worse
                        if again.returncode != 0 and "[order.exists, exit 4]" not in again.stderr:
                            self.check_failure(disk, again)
                    disk.make_room()
                    kept = self.events(disk)
                    if kept is None:  # there is no log: only what docs/errors.md says may stay of the attempt
                        left = {path.name.removeprefix("shop.db") for path in disk.disk.iterdir()}
                        self.assertLessEqual(left, LEFT_WITHOUT_A_LOG)
                    if kept == [] and ran.returncode != 0:
                        left = {path.name.removeprefix("shop.db") for path in disk.disk.iterdir()}
                        self.assertLessEqual(left, LEFT_WITH_AN_EMPTY_LOG)
                    if kept is not None:
                        self.assertEqual(kept, events[:len(kept)], "what was kept is no beginning of it")
                    last = self.run_in(disk, f"order-service {line}")
                    there_already = name == "place" and kept and "[order.exists, exit 4]" in last.stderr
                    self.assertTrue(last.returncode == 0 or there_already, last.stderr)
                    self.assertEqual(self.events(disk), events)
                    self.assertEqual([path.name for path in disk.disk.glob("*.draft*")], [])
                    self.assertEqual(self.run_in(disk, "order-service report").stdout, report)
            finally:
                disk.close()
        self.assertGreater(failed, 2, "there was too little room at too few sizes")
        self.assertLess(failed, len(SIZES_KB), "at no size was there enough")

    def test_the_document_says_what_may_stay(self):
        text = (Path(__file__).resolve().parents[2] / "docs" / "errors.md").read_text()
        where = text.index("Where a log could not be made")
        self.assertEqual(set(re.findall(r"`(\.\w+)`", text[where:text.index("\n\n", where)])), LEFT_WITHOUT_A_LOG)
        where = text.index("an empty log is left")
        self.assertEqual(set(re.findall(r"`([-.][\w-]+)`", text[where:text.index("\n\n", where)])), LEFT_WITH_AN_EMPTY_LOG - {""})

    def test_place(self):
        self.check_sizes(DISK, "place")

    def test_import(self):
        self.check_sizes(DISK, "import")

    def test_simulate(self):
        self.check_sizes(DISK, "simulate")

    def test_an_import_of_another_log(self):
        origin = DISK(1 << 16)
        self.addCleanup(origin.close)
        self.assertEqual(self.run_in(origin, "order-service simulate --orders 60").returncode, 0)
        events = self.events(origin)
        export = self.run_in(origin, "whence export").stdout
        failed = 0
        for size in SIZES_KB:
            disk = DISK(size)
            try:
                with self.subTest(size_kb=size):
                    (disk.place.folder / "shop.jsonl").write_text(export)
                    ran = self.run_in(disk, "whence import ../shop.jsonl")
                    if ran.returncode != 0:
                        failed += 1
                        self.check_failure(disk, ran, note_before="what was appended before that stays, ")
                    disk.make_room()
                    last = self.run_in(disk, "whence import ../shop.jsonl")
                    self.assertEqual(last.returncode, 0, last.stderr)
                    self.assertEqual(self.events(disk), events)
            finally:
                disk.close()
        self.assertGreater(failed, 2, "there was too little room at too few sizes")
        self.assertLess(failed, len(SIZES_KB), "at no size was there enough")

    def test_an_archive(self):
        failed = 0
        for room in (0, 16, 40, 100, 180, 256, 400, 900, 16000):
            disk = DISK(1 << 15)
            if not isinstance(disk, SmallDisk):
                disk.close()
                self.skipTest("a limit on the size of files leaves no room to some only")
            try:
                with self.subTest(room_kb=room):
                    self.assertEqual(self.run_in(disk, "order-service simulate --orders 60").returncode, 0)
                    events = self.events(disk)
                    disk.fill(but_for_kb=room)
                    ran = self.run_in(disk, "whence log archive --aggregate Order --yes")
                    if ran.returncode != 0:
                        failed += 1
                        self.check_failure(disk, ran)
                    disk.make_room()
                    last = self.run_in(disk, "whence log archive --aggregate Order --yes")
                    self.assertEqual((last.returncode, last.stderr), (0, ""))
                    kept = [event for event in self.events(disk) if event[1] != "whence-operations"]
                    self.assertEqual(kept, events)
                    self.assertEqual(self.run_in(disk, "whence log verify").returncode, 0)
            finally:
                disk.close()
        self.assertGreater(failed, 2, "there was too little room at too few sizes")
        self.assertLess(failed, 9, "at no size was there enough")

    def test_a_limit_on_the_size_of_files_is_no_end_without_a_word(self):
        self.check_sizes(SmallFiles, "place")

    def test_a_full_folder_for_temporary_files_is_named(self):
        disk = DISK(64)
        self.addCleanup(disk.close)
        if not isinstance(disk, SmallDisk):
            self.skipTest("a limit on the size of files is none on a folder")
        shop = Place()
        self.addCleanup(shop.close)
        rows = "".join(f"{number},TEA,{'tea for two ' * 200},1,12/1/2010 8:26,4.50,7,France\n" for number in range(9000))
        (shop.folder / "sales.csv").write_text(sales().splitlines()[0] + "\n" + rows)
        made = self.programs.run(["order-service", "place", "1", "--line", "TEA:2:4.50"], shop)
        self.assertEqual(made.returncode, 0)
        statement = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT 40000) " \
                    "SELECT sum(length(r)) FROM (SELECT randomblob(500) AS r FROM n ORDER BY r)"
        (disk.disk / "rest").write_bytes(b"x" * 40 * 1024)  # a log of one order is small, too
        for words in (["order-service", "import", "sales.csv"], ["whence", "log", "compact", "--yes"],
                      ["whence", "sql", "-c", statement]):
            ran = self.programs.run(words, shop, environment={"SQLITE_TMPDIR": str(disk.disk)})
            said = messages(ran.stderr, notes_before=False)
            self.assertEqual((ran.returncode, len(said)), (EXIT_NOT_NOW, 1), ran.stderr)
            self.assertEqual((said[0]["code"], said[0]["where"]), ("sql.full", str(disk.disk)), ran.stderr)
            self.assertIn(f"make room in {disk.disk}, or set SQLITE_TMPDIR to a folder that has it", said[0]["do"], ran.stderr)
        ran = self.programs.run(words, shop)
        self.assertEqual((ran.returncode, ran.stderr), (0, ""))

    def test_a_query_at_a_full_disk_is_told_of_the_disk_and_not_to_wait(self):
        for command in ("show 1", "report", "show 1 --wait 0"):
            disk = DISK(1 << 10)
            self.addCleanup(disk.close)
            self.assertEqual(self.run_in(disk, "order-service place 1 --line TEA:2:4.50").returncode, 0)
            shutil.rmtree(disk.disk / "shop.db.models")  # what is asked for is not there yet
            for locks in ([], ["order_summary.lock", "sales_by_country.lock"]):
                with self.subTest(command=command, locks=locks):
                    (disk.disk / "shop.db.models").mkdir()
                    for lock in locks:
                        (disk.disk / "shop.db.models" / lock).touch()
                    disk.fill()
                    ran = self.run_in(disk, f"order-service {command}")
                    self.check_failure(disk, ran)
                    self.assertNotIn("--wait", ran.stderr)
                    disk.make_room()
                    self.assertEqual(self.run_in(disk, f"order-service {command}").returncode, 0)
                    shutil.rmtree(disk.disk / "shop.db.models")

    def test_a_list_of_rejects_is_whole_or_not_there(self):
        disk = DISK(1400)
        self.addCleanup(disk.close)
        (disk.place.folder / "sales.csv").write_text(sales().splitlines()[0] + "\n" + ("1,TEA," + "x" * 1000 + "\n") * 3000)
        ran = self.run_in(disk, "order-service import ../sales.csv --rejects rejects.csv")
        self.check_failure(disk, ran)
        self.assertEqual([path.name for path in disk.disk.glob("rejects*")], [])
        disk.make_room()
        last = self.run_in(disk, "order-service import ../sales.csv --rejects rejects.csv")
        self.assertEqual((last.returncode, last.stderr), (0, ""))
        self.assertEqual((disk.disk / "rejects.csv").read_text().count("record.fields"), 3000)


if __name__ == "__main__":
    if INSIDE not in sys.argv:
        for namespace in NAMESPACES:
            trial = [*namespace, "mount", "-t", "tmpfs", "-o", "size=64k", "none", "/mnt"]
            if subprocess.run(trial, capture_output=True, check=False).returncode == 0:
                os.execvp(namespace[0], [*namespace, sys.executable, "-B", *sys.argv, INSIDE])
    DISK = SmallDisk if INSIDE in sys.argv else SmallFiles
    PROGRAMS = Path(sys.argv[1]).resolve()
    unittest.main(argv=sys.argv[:1], verbosity=2)
