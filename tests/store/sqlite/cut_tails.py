#!/usr/bin/env python3
"""Damages the tail of a killed log's WAL at many places, and looks whether a loss is told.

Given the files of a log whose writer was killed, when its WAL is cut at a place (or zeros stand from there on, or one bit there
is another), then
  - a visitor shows what is intact, says when acknowledged events are missing (exit 6), and changes no byte,
  - a writer refuses a log of which acknowledged events are missing (exit 6), and changes no byte,
  - a log of which none is missing opens, with every acknowledged event,
  - an application's visitor (--application: `order-service`, with read models that have seen all of the log) says the same as
    the visitor above, at some of the places, and changes nothing either.

Prints `figure: value` lines; exits 1 at the first thing that is wrong. A build that is broken on purpose (--expect-red) must
be found out instead.
"""
import argparse
import collections
import os
import pathlib
import random
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import time

from log_work import Outcomes, Worker, Wrong, fingerprint, require, run

# A young log; one whose WAL has been copied into the database and begun anew, so that old frames lie behind the new ones; one
# with commits of many pages.
SHAPES = (
    {"count": 40, "group": 1, "batch": 3, "bytes": 300},
    {"count": 120, "group": 2, "batch": 2, "bytes": 2000, "checkpoint": 200_000},
    {"count": 12, "group": 4, "batch": 20, "bytes": 5000},
)
ASK_THE_APPLICATION = 4  # at each fourth place


def killed_log(program, folder, shape):
    """A log whose writer was killed, and the ids that it had acknowledged."""
    log = pathlib.Path(folder) / "shop.db"
    writer = Worker(program, "append", log, **shape)
    writer.until("done")
    require(writer.end("kill") == -9, "the writer was to be killed")
    return log, Outcomes(writer).positions


def end_of_frames(wal):
    """Behind the last frame of a WAL, zeros make room for more: nobody misses them."""
    header, frame = 32, 24 + int.from_bytes(wal[8:12], "big")
    return header + -(-(len(wal.rstrip(b"\0")) - header) // frame) * frame


def damage(wal, place, manner):
    content = bytearray(wal.read_bytes())
    if manner == "cut":
        del content[place:]
    elif manner == "zeros":
        content[place:] = bytes(len(content) - place)
    else:
        content[place] ^= 1 << (place % 8)
    wal.write_bytes(content)


def copy_log(log, folder):
    shutil.copytree(log.parent, folder, dirs_exist_ok=True)
    return pathlib.Path(folder) / log.name


def intact_events(log):
    """How many events SQLite itself still shows, read from a copy."""
    with tempfile.TemporaryDirectory() as folder:
        copy = copy_log(log, folder)
        with sqlite3.connect(copy) as database:
            count = database.execute("SELECT coalesce(max(position), 0) FROM entries").fetchone()[0]
        database.close()
        return count


def ask(application, log, *command):
    """An exit code and what was said."""
    asked = subprocess.run([application, "--store", log, *command], capture_output=True, text=True, timeout=120)
    return asked.returncode, asked.stdout, asked.stderr


def contents(log):
    """All files of the log and its read models but the -shm, which any reader may make."""
    return {path.relative_to(log.parent): path.read_bytes() for path in log.parent.rglob("*")
            if path.is_file() and not path.name.endswith("-shm")}


def ask_application(application, log, lost):
    before = contents(log)
    code, report, errors = ask(application, log, "report")
    require(code == (6 if lost else 0), f"report: exit {code}, {errors}")
    require(report.startswith("orders "), f"report shows nothing of what is intact: {report}")
    require(("[log.tail_missing, exit 6]" in errors) == lost, f"report: {errors}")
    require("mv " not in errors, f"report advises to move a witness away: {errors}")
    code, _, errors = ask(application, log, "show", "1")
    require(code == (6 if lost else 3), f"show: exit {code}, {errors}")
    require(("[log.tail_missing, exit 6]" in errors) == lost, f"show: {errors}")
    require(not lost or contents(log) == before, "an application's visitor changed a file")


def places_of(size, count, dice):
    """Cuts, and half as many places of other damage. The header and the very end are always cut."""
    cuts = [0, 8, 31, size - 1][:count] + [dice.randrange(size) for _ in range(count - 4)]
    others = [(manner, dice.randrange(size)) for manner in ("zeros", "bit") for _ in range(count // 4)]
    return [("cut", place) for place in cuts] + others


def try_place(program, application, original, acknowledged, place, manner, said):
    with tempfile.TemporaryDirectory() as folder:
        log = copy_log(original, folder)
        damage(pathlib.Path(f"{log}-wal"), place, manner)
        intact = intact_events(log)
        lost = intact < max(acknowledged.values())
        before = fingerprint(log)

        visitor, code = run(program, "visit", log)
        require(code == (6 if lost else 0), f"a visitor of {intact} intact events: exit {code}, {visitor.lines}")
        require(visitor.said("seen") == [["seen", str(intact)]], f"a visitor of {intact} intact events: {visitor.lines}")
        require(fingerprint(log) == before, "a visitor changed a file")
        if application:
            ask_application(application, log, lost)
            said["asked"] += 1
            said["asked and lost"] += lost

        writer, code = run(program, "check", log, orders=list(acknowledged))
        if lost:
            require(code == 6 and writer.said("error log.tail_missing"), f"a lost tail was not refused: {code}, {writer.lines}")
            require(fingerprint(log) == before, "a refused writer changed a file")
        else:
            require(code == 0, f"a log with all its events was refused: {writer.lines}")
            gone = writer.said("gone")
            require(not gone, f"{len(gone)} acknowledged events are gone in silence")
        said["places"] += 1
        said["lost"] += lost
        said[manner] += 1


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("worker")
    parser.add_argument("--places", type=int, default=100, help="of cuts; half as many of other damage come on top")
    parser.add_argument("--application", help="the order service")
    parser.add_argument("--expect-red", type=int, metavar="MUTANT", help="plant this bug, and require that it is found")
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(1 << 31))
    options = parser.parse_args()
    dice = random.Random(options.seed)
    if options.expect_red:
        os.environ["WHENCE_MUTANT"] = str(options.expect_red)
    begun = time.monotonic()
    said = collections.Counter()
    for number, shape in enumerate(SHAPES):
        with tempfile.TemporaryDirectory() as folder:
            original, acknowledged = killed_log(options.worker, folder, shape)
            if options.application:  # its read models have seen all
                code, _, errors = ask(options.application, original, "report")
                if code != 0:
                    print(f"report of a whole log: exit {code}, {errors}", file=sys.stderr)
                    return 1
            size = end_of_frames(pathlib.Path(f"{original}-wal").read_bytes())
            count = options.places // len(SHAPES) + (number < options.places % len(SHAPES))
            for turn, (manner, place) in enumerate(places_of(size, count, dice)):
                application = options.application if turn % ASK_THE_APPLICATION == 0 else None
                try:
                    try_place(options.worker, application, original, acknowledged, place, manner, said)
                except Wrong as wrong:
                    print(f"seed {options.seed}, {shape}, {manner} at {place} of {size}: {wrong}", file=sys.stderr)
                    return 0 if options.expect_red else 1
    if options.expect_red:
        print(f"seed {options.seed}: bug {options.expect_red} was not found", file=sys.stderr)
        return 1
    print(f"places: {said['places']} (cut {said['cut']}, zeros {said['zeros']}, one bit {said['bit']})")
    print(f"places where acknowledged events were lost, each told: {said['lost']}")
    if options.application:
        print(f"places looked at through an application: {said['asked']}, of which lost and told: {said['asked and lost']}")
    print("losses in silence: 0")
    print(f"seconds: {time.monotonic() - begun:.0f}")
    print(f"seed: {options.seed}")
    return 0 if said["lost"] > 0 and (not options.application or said["asked and lost"] > 0) else 1


if __name__ == "__main__":
    sys.exit(main())
