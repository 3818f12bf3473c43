#!/usr/bin/env python3
"""Damages the tail of a killed log's WAL at many places, and looks whether a loss is told.

Given the files of a log whose writer was killed, when its WAL is cut at a place (or zeros stand from there on, or one bit there
is another), then
  - a visitor shows what is intact, says when acknowledged events are missing (exit 6), and changes no byte,
  - a writer refuses a log of which acknowledged events are missing (exit 6), and changes no byte,
  - a log of which none is missing opens, with every acknowledged event.

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
MANNERS = ("cut", "cut", "zeros", "bit")


def killed_log(program, folder, shape):
    """A log whose writer was killed, and the ids that it had acknowledged."""
    log = pathlib.Path(folder) / "shop.db"
    writer = Worker(program, "append", log, **shape)
    writer.until("done")
    require(writer.end("kill") == -9, "the writer was to be killed")
    return log, Outcomes(writer).positions


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
    for path in log.parent.iterdir():
        if path.is_file():
            shutil.copy2(path, folder)
    return pathlib.Path(folder) / log.name


def intact_events(log):
    """How many events SQLite itself still shows, read from a copy."""
    with tempfile.TemporaryDirectory() as folder:
        copy = copy_log(log, folder)
        with sqlite3.connect(copy) as database:
            count = database.execute("SELECT coalesce(max(position), 0) FROM entries").fetchone()[0]
        database.close()
        return count


def try_place(program, original, acknowledged, place, manner, said):
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
    parser.add_argument("--places", type=int, default=100)
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
            size = pathlib.Path(f"{original}-wal").stat().st_size
            count = options.places // len(SHAPES) + (number < options.places % len(SHAPES))
            # The header and the very end are always tried.
            places = [0, 8, 31, size - 1][:count] + [dice.randrange(size) for _ in range(count - 4)]
            for turn, place in enumerate(places):
                manner = MANNERS[turn % len(MANNERS)] if turn >= 4 else "cut"
                try:
                    try_place(options.worker, original, acknowledged, place, manner, said)
                except Wrong as wrong:
                    print(f"seed {options.seed}, {shape}, {manner} at {place} of {size}: {wrong}", file=sys.stderr)
                    return 0 if options.expect_red else 1
    if options.expect_red:
        print(f"seed {options.seed}: bug {options.expect_red} was not found", file=sys.stderr)
        return 1
    print(f"places: {said['places']} (cut {said['cut']}, zeros {said['zeros']}, one bit {said['bit']})")
    print(f"places where acknowledged events were lost, each told: {said['lost']}")
    print("losses in silence: 0")
    print(f"seconds: {time.monotonic() - begun:.0f}")
    print(f"seed: {options.seed}")
    return 0 if said["lost"] > 0 else 1


if __name__ == "__main__":
    sys.exit(main())
