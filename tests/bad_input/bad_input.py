"""Bad input, as a table: what is typed and what lies at the path, and how the program ends.

Every case runs the real program in a folder that one of the named setups has made. Whatever goes wrong, it is said in one form:

    program: what happened
      where: in which thing; always there, but where the command line itself is wrong
      why:   if that is known
      do:    what to do next  [the.code, exit N]

on stderr and nothing on stdout, with the exit code that docs/errors.md gives for the code, and no file has changed by a byte.
A table has at least OWN_CASES_MIN cases for each command that the program itself lists, so that a new command is not forgotten.
"""

import os
import re
import shlex
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
import unittest
from dataclasses import dataclass
from pathlib import Path

from contract_setups import ContractSetups
from export_setups import ExportSetups

ROOT = Path(__file__).resolve().parents[2]
OWN_CASES_MIN = 5
PATIENCE_SECONDS = 60
NOBODY = 65534
MESSAGE = re.compile(
    r"(?P<program>[\w-]+(?: whence)?): (?P<what>[^\n]+)"
    r"(?:\n  where: (?P<where>[^\n]+(?:\n         [^\n]+)*))?"
    r"(?:\n  why:   (?P<why>[^\n]+(?:\n         [^\n]+)*))?"
    r"(?:\n  do:    (?P<do>[^\n]+(?:\n         [^\n]+)*))?"
    r"\n?  \[(?P<code>[a-z_]+\.[a-z_]+)(?:, exit (?P<exit>\d+))?\]\n")
NOTE = re.compile(r"read model \w+ [^\n]+\n")
# What only who programs with Whence could follow, and what is no step at all.
NO_ADVICE = re.compile(r"::|accept_missing_tail|\(\)|check the path|(?<!projection )\brebuild |that version|^correct it$")
# A line of a remedy that is a command, and one in which a command stands in the middle of a sentence.
COMMAND = re.compile(r"(?:\./)?(?:whence|order-service|tar|ls|mv|cp|df|ps|rm|dmesg|ulimit|fuser|head|tail|mkdir|env) ")
MIXED = re.compile(r" ; |[:,;] (?:whence|order-service|tar|mv|ls) ")
NOTHING_TO_DO = {"condition.met"}  # an answer, and no fault
NOWHERE = re.compile(r"usage\.")  # the command line itself is wrong
TRACES_OF_A_WRITER = (r"shop\.db(-wal|\.lock|\.witness|\.index|\.index-wal)", r"shop\.db\.models/\w+\.\d+\.\d+\.db(-wal)?",
                      r"shop\.db\.models/\w+\.lock")
EXITS = {}  # by code, what docs/errors.md says
for code, exits in re.findall(r"^\| `([a-z_]+\.[a-z_]+)` \|.*\| ([^|]*) \|$", (ROOT / "docs" / "errors.md").read_text(),
                              re.MULTILINE):
    EXITS.setdefault(code, set()).update(int(exit) for exit in re.findall(r"\d+", exits))


@dataclass
class Case:
    """`says` stands in the message's lines (what, where, why or do); with a $ behind it, it is the end of one."""

    line: str
    code: str
    exit: int
    says: tuple = ()
    at: str = "shop"            # the setup
    out: str = ""               # a pattern for all of stdout
    also: tuple = ()            # codes of further messages
    changes: tuple = ()         # patterns of the names of files that may differ afterwards
    input: str = ""             # standard input


def case(line, code, exit, *says, **more):
    return Case(line, code, exit, says, **more)


def refused_by_rule(line, code, exit, *says, **more):
    """The log was opened for it, and that leaves traces in the files around it; its events and read models stay what they were."""
    return case(line, code, exit, *says, changes=TRACES_OF_A_WRITER, **more)


class Place:
    """A folder in which a program is run, as whom, and with which WHENCE_STORE."""

    def __init__(self, store="shop.db"):
        self.folder = Path(tempfile.mkdtemp(prefix="whence-"))
        self.folder.chmod(0o755)
        self.store = store
        self.as_nobody = False
        self.holder = None

    def fingerprint(self):
        """What is in each file, and when it was last written; in a -shm stands who reads, so that one has only to be there."""
        found = {}
        for path in sorted(self.folder.rglob("*")):
            status = path.lstat()
            name = str(path.relative_to(self.folder))
            if not path.is_file():
                found[name] = "other"
            elif name.endswith("-shm"):
                found[name] = "-shm"
            else:
                found[name] = (status.st_mtime_ns, status.st_mode, path.read_bytes())
        return found

    def close(self):
        if self.holder:
            self.holder.kill()
            self.holder.wait()
        shutil.rmtree(self.folder)


class Programs:
    """The programs, where everybody may run them."""

    def __init__(self, folder):
        self.folder = Path(tempfile.mkdtemp(prefix="whence-programs-"))
        self.folder.chmod(0o755)
        for name in ("whence", "order-service", "first-program"):
            shutil.copy2(folder / name, self.folder)
            (self.folder / name).chmod(0o755)

    def run(self, words, place, input="", environment=None):
        known = {"PATH": f"{self.folder}:/usr/bin:/bin", "HOME": "/", "LC_ALL": "C.UTF-8"}
        if place.store:
            known["WHENCE_STORE"] = place.store
        before = []
        if place.as_nobody and os.geteuid() == 0:
            before = ["setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups", "--no-new-privs"]
        return subprocess.run([*before, *words], cwd=place.folder, input=input, env=known | (environment or {}), text=True,
                              encoding="utf-8", errors="surrogateescape", capture_output=True, timeout=PATIENCE_SECONDS, check=False)

    def must(self, line, place):
        ran = self.run(shlex.split(line), place)
        if ran.returncode != 0:
            raise AssertionError(f"{line}: {ran.stderr}")
        return ran.stdout

    def close(self):
        shutil.rmtree(self.folder)


def trade(programs, place):
    """A shop of eight events: order 1 is paid, 2 is cancelled, 3 is shipped, 4 is placed, all read models are live."""
    for line in ("place 1 --line TEA:1:4.50 --customer ada", "pay 1", "place 2 --line CUP:2:3", "cancel 2 --reason 'too late'",
                 "place 3 --line TEA:1:4.50", "pay 3", "ship 3", "place 4 --line TEA:9:4.50", "report", "show 1"):
        programs.must(f"order-service {line}", place)
    for _ in range(100):  # a model may be some events behind where its process ended
        if programs.run(["whence", "projection", "status", "--fail-if", "lag>0"], place).returncode == 0:
            break
        programs.must("order-service report", place)
    header = "InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country\n"
    sale = "5,TEA,tea,1,12/1/2010 8:26,4.50,7,France\n"
    (place.folder / "sales.csv").write_text(header + sale)
    (place.folder / "cut.csv").write_text(header + sale + "6,TEA,\"tea for tw")
    (place.folder / "cut-header.csv").write_text("InvoiceNo,StockCode,Descr")
    (place.folder / "empty.csv").write_text("")
    (place.folder / "noise.csv").write_bytes(bytes(range(256)) * 16)
    (place.folder / "folder.csv").mkdir()


CHANGE = """
import os, sqlite3, sys
database = sqlite3.connect(sys.argv[1])
database.execute("PRAGMA wal_autocheckpoint=0")
for statement in sys.argv[3:]:
    database.execute(statement)
database.commit()
if sys.argv[2] == "empties-wal":
    database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
os._exit(0)  # without closing it, which would remove the -wal
"""


def change(path, *statements, empties_wal=True):
    """Behind the program's back."""
    subprocess.run([sys.executable, "-c", CHANGE, str(path), "empties-wal" if empties_wal else "fills-wal", *statements], check=True)


class Setups(ContractSetups, ExportSetups):
    """What can lie at the path of a log, by name. Each is made once, when it is first asked for."""

    def __init__(self, programs):
        self.programs = programs
        self.made = {}

    def __getitem__(self, name):
        if name not in self.made:
            self.made[name] = getattr(self, name.replace(" ", "_"))()
        return self.made[name]

    def close(self):
        for place in self.made.values():
            place.close()

    def shop(self):
        place = Place()
        trade(self.programs, place)
        return place

    def copy_of_shop(self):
        place = Place()
        shutil.copytree(self["shop"].folder, place.folder, dirs_exist_ok=True)
        return place

    def copy_of(self, name):
        """One that may change."""
        place = Place(self[name].store)
        shutil.copytree(self[name].folder, place.folder, symlinks=True, dirs_exist_ok=True)
        return place

    def empty_folder(self):
        return Place(store="")

    def missing(self):
        return Place(store="missing.db")

    def no_folder(self):
        return Place(store="nowhere/shop.db")

    def empty_file(self):
        place = Place(store="empty.db")
        (place.folder / "empty.db").write_bytes(b"")
        return place

    def directory(self):
        place = Place(store="folder.db")
        (place.folder / "folder.db").mkdir()
        return place

    def noise(self):
        place = Place(store="noise.db")
        (place.folder / "noise.db").write_bytes(bytes(range(256)) * 64)
        return place

    def another_application(self):
        place = Place(store="cats.db")
        change(place.folder / "cats.db", "CREATE TABLE cats(name TEXT)", "PRAGMA application_id = 77")
        return place

    def other_shop(self):
        """A log of Whence's first program, which knows accounts."""
        place = Place(store="bank.db")
        self.programs.must("first-program", place)
        return place

    def newer_format(self, number=99):
        place = self.copy_of_shop()
        change(place.folder / "shop.db", f"PRAGMA user_version = {number}")
        return place

    def older_format(self):
        return self.newer_format(0)

    def cut_short(self, bytes_left=60):
        place = self.copy_of_shop()
        os.truncate(place.folder / "shop.db", bytes_left)
        return place

    def cut_in_half(self):
        return self.cut_short((self["shop"].folder / "shop.db").stat().st_size // 2)

    def cut_after_a_page(self):
        return self.cut_short(8192)

    def tail_missing(self):
        place = self.copy_of_shop()
        change(place.folder / "shop.db", "DELETE FROM entries WHERE position > 7")
        return place

    def witness_missing(self):
        place = self.copy_of_shop()
        (place.folder / "shop.db.witness").unlink()
        return place

    def damaged_event(self):
        place = self.copy_of_shop()
        change(place.folder / "shop.db", "UPDATE entries SET data = '{\"reason\":\"no reason\"}' WHERE position = 4")
        return place

    def damaged_end(self):
        """The last event is not the one that the witness has seen there."""
        place = self.copy_of_shop()
        change(place.folder / "shop.db", "UPDATE entries SET data = '{\"reason\":\"no reason\"}', chain = zeroblob(16) WHERE position = 8")
        return place

    def backed_up(self):
        place = self.copy_of_shop()
        self.programs.must("whence backup new.backup", place)
        return place

    def backup_damaged(self):
        place = self.copy_of("backed up")
        change(place.folder / "new.backup", "UPDATE entries SET data = '{\"reason\":\"no reason\"}' WHERE position = 4")
        return place

    def backup_without_its_mark(self):
        place = self.copy_of("backed up")
        change(place.folder / "new.backup", "DELETE FROM backup")
        return place

    def not_readable(self):
        place = self.copy_of_shop()
        (place.folder / "shop.db").chmod(0)
        place.as_nobody = True
        return place

    def models_not_readable(self):
        place = self.only_readable()
        (place.folder / "shop.db.models").chmod(0)
        return place

    def witness_not_readable(self):
        place = self.only_readable()
        (place.folder / "shop.db.witness").chmod(0)
        return place

    def folder_not_writable(self):
        place = Place(store="new.db")
        place.folder.chmod(0o555)
        place.as_nobody = True
        return place

    def only_readable(self):
        place = self.copy_of_shop()
        for path in place.folder.rglob("*"):
            path.chmod(0o755 if path.is_dir() else 0o644)
        place.as_nobody = True
        return place

    def without_shm(self):
        """Its writer died, and somebody has copied the log without its -shm, to where this user may not write."""
        place = self.only_readable()
        change(place.folder / "shop.db", "UPDATE log SET markers = markers + 1", empties_wal=False)
        (place.folder / "shop.db-shm").unlink()
        place.folder.chmod(0o555)
        return place

    def link_loop(self):
        place = Place(store="loop.db")
        (place.folder / "loop.db").symlink_to("loop.db")
        return place

    def folder_for_a_lock(self):
        place = self.copy_of_shop()
        (place.folder / "shop.db.lock").unlink()
        (place.folder / "shop.db.lock").mkdir()
        return place

    def folder_for_a_witness(self):
        place = self.copy_of_shop()
        (place.folder / "shop.db.witness").unlink()
        (place.folder / "shop.db.witness").mkdir()
        return place

    def file_for_the_models(self):
        place = self.copy_of_shop()
        shutil.rmtree(place.folder / "shop.db.models")
        (place.folder / "shop.db.models").write_text("notes")
        return place

    def models_not_there(self):
        place = self.only_readable()
        shutil.rmtree(place.folder / "shop.db.models")
        return place

    def model_damaged(self):
        place = self.copy_of_shop()
        for model in (place.folder / "shop.db.models").glob("*.db*"):
            if model.name.endswith(".db"):
                model.write_bytes(b"x" * 4096)
            else:
                model.unlink()
        return place

    def written_by_another(self):
        """Another process has the log for writing: an import that waits for the rest of its file."""
        place = self.copy_of_shop()
        os.mkfifo(place.folder / "endless.csv")
        place.holder = subprocess.Popen(
            [self.programs.folder / "order-service", "--store", "shop.db", "import", "endless.csv"], cwd=place.folder,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        place.feed = open(place.folder / "endless.csv", "w", encoding="utf-8")  # pylint: disable=consider-using-with
        header, sale = (place.folder / "sales.csv").read_text().splitlines()
        place.feed.write(header + "\n" + (sale + "\n") * 3000)  # more than one block of what it reads
        place.feed.flush()
        (place.folder / "endless.csv").unlink()
        end = time.monotonic() + PATIENCE_SECONDS
        while str(place.holder.pid) != (place.folder / "shop.db.lock").read_text().strip() or not (place.folder / "shop.db.ctl").exists():
            if time.monotonic() > end:
                raise AssertionError("the other process does not come to write")
            time.sleep(0.01)
        place.holder.send_signal(signal.SIGSTOP)  # it holds the log, and changes no file from here on
        os.waitpid(place.holder.pid, os.WUNTRACED)
        return place


def messages(text, notes_before):
    """All that stands in stderr, as messages; nothing if it is anything else. What is shown may have notes before them."""
    found, at = [], 0
    while notes_before and (note := NOTE.match(text, at)):
        at = note.end()
    while match := MESSAGE.match(text, at):
        found.append(match)
        at = match.end()
    return found if at == len(text) else []


def remedy_of(said):
    """The lines behind do:, as they would be pasted."""
    return said["do"].replace("\n         ", "\n")


class Table(unittest.TestCase):
    """The cases of one program; `program` are the words that start it."""

    program = ()
    own = {}      # by command: its own cases
    shared = ()   # (command, case) of those that come of a rule
    programs = None
    setups = None

    @classmethod
    def setUpClass(cls):
        cls.setups = Setups(cls.programs)

    @classmethod
    def tearDownClass(cls):
        cls.setups.close()

    def listed_commands(self):
        raise NotImplementedError

    def check_own_cases(self):
        listed = self.listed_commands()
        self.assertGreater(len(listed), 5)
        self.assertEqual(sorted(set(self.own) - set(listed) - {""}), [], "there are no such commands")
        for command in [*listed, ""]:
            with self.subTest(program=self.program, command=command):
                cases = {(one.line, one.at, one.input) for one in self.own.get(command, ())}
                self.assertGreaterEqual(len(cases), OWN_CASES_MIN, "too few cases of bad input")

    def check_all(self, cases):
        for command, one in cases:
            with self.subTest(command=command, line=one.line, at=one.at):
                self.check(command, one)

    def check(self, command, one):
        place = self.setups[one.at]
        contents = self.contents(place) if one.changes == TRACES_OF_A_WRITER else None
        before = place.fingerprint()
        ran = self.programs.run([*self.program, *shlex.split(command), *shlex.split(one.line)], place, one.input)
        self.maxDiff = None
        said = messages(ran.stderr, notes_before=one.out != "")
        self.assertTrue(said, "this is no message in the one form, or none: " + repr(ran.stderr))
        first = said[0]
        self.assertEqual((first["code"], ran.returncode), (one.code, one.exit), ran.stderr)
        self.assertEqual(tuple(sorted(more["code"] for more in said[1:])), tuple(sorted(one.also)), ran.stderr)
        for each in said:
            self.assertEqual(each["program"], " ".join(self.program))
            if each["exit"]:
                self.assertEqual(int(each["exit"]), ran.returncode, "it ends with another exit code than it says")
            if each["exit"] or not any(other["exit"] for other in said):
                self.assertIn(int(each["exit"] or 0), EXITS[each["code"]], "docs/errors.md has another exit code")
            if each["code"] not in NOTHING_TO_DO:
                self.assertTrue(each["do"], "it says not what to do: " + ran.stderr)
                self.assertNotRegex(each["do"], NO_ADVICE)
                self.check_remedy(remedy_of(each))
            if not NOWHERE.match(each["code"]):
                self.assertTrue(each["where"], "it says not where: " + ran.stderr)
        for text in one.says:
            parts = [*first.group("what", "where", "why"), remedy_of(first) if first["do"] else ""]
            self.assertTrue(any(self.holds(part or "", text) for part in parts),
                            f"{text!r} is not said: {ran.stderr}")
        self.assertRegex(ran.stdout, re.compile(rf"\A(?:{one.out})\Z", re.DOTALL))
        after = place.fingerprint()
        changed = [name for name in sorted(before.keys() | after.keys()) if before.get(name) != after.get(name)]
        self.assertEqual([name for name in changed if not any(re.fullmatch(known, name) for known in one.changes)], [], "files have changed")
        if contents:
            self.assertEqual(self.contents(place), contents)

    def check_remedy(self, remedy):
        """Prose alone; or commands, each in a line of its own, and comments."""
        lines = remedy.split("\n")
        if len(lines) > 1 or COMMAND.match(remedy):
            for line in lines:
                self.assertTrue(line.startswith("# ") or COMMAND.match(line), f"no command and no comment: {line}")
            read = subprocess.run(["bash", "-n", "-c", remedy], capture_output=True, text=True, check=False)
            self.assertEqual((read.returncode, read.stderr), (0, ""), remedy)
        self.assertNotRegex(remedy, MIXED)

    def contents(self, place):
        return [self.programs.must(line, place) for line in ("whence event list -o jsonl", "order-service report", "order-service show 1")]

    def holds(self, part, text):
        text = self.as_started(text)
        return part.endswith(text[:-1]) if text.endswith("$") else text in part

    def as_started(self, text):
        return text
