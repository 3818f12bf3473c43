#!/usr/bin/env python3
"""Opens the files of a log in every way that people have, from inside and outside of its writer, under load; then SIGKILL.

Given a writer that appends as fast as it can and looks at its own log in every way that Whence has (reads, lookups, a visitor, a
verification, a second writer), while `sqlite3`, `whence` and `cp` come and go from outside, when it is killed, then
  - every event that was acknowledged is there,
  - the WAL was the same file all the time, and the writer never stopped,
  - as strace saw it, in the writer nobody but SQLite opened a file of the log, and none whose closing drops locks was closed.
A writer that opens and closes its log as anybody would (--expect-red) must be found out instead.

Prints `figure: value` lines; exits 1 at the first thing that is wrong.
"""
import argparse
import collections
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import threading
import time

from log_work import Worker, Wrong, require, run

SHAPE = {"batch": 2, "bytes": 400, "checkpoint": 400_000, "streams": 20}


class Outsiders:
    """Programs that open the log, one after the other, each kind in a loop of its own, until they are stopped."""

    def __init__(self, log, whence, copies):
        self.log = log
        self.counts = collections.Counter()
        self.failed = []
        self.stopped = threading.Event()
        store = [str(whence), "--store", str(log)]
        writable = ["sqlite3", str(log)]
        loops = {
            "sqlite3": [[*writable, "SELECT count(*) FROM events"], [*writable, "PRAGMA quick_check"],
                        [*writable, ".tables"], ["sqlite3", "-readonly", str(log), "SELECT max(position) FROM entries"]],
            "whence": [[*store, "event", "list", "--limit", "3"], [*store, "event", "count"], [*store, "log", "verify"],
                       [*store, "stream", "show", "thing-1"], [*store, "stream", "list", "--limit", "3"],
                       [*store, "event", "list", "--reverse", "--limit", "3"]],
            "cp": [["sh", "-c", f"cp '{log}'* '{copies}'"]],
        }
        self.threads = [threading.Thread(target=self._loop, args=item, daemon=True) for item in loops.items()]
        for thread in self.threads:
            thread.start()

    def _loop(self, name, commands):
        while not self.stopped.is_set():
            for command in commands:
                done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
                self.counts[name] += 1
                # Whence is never in anybody's way, and nobody in its. SQLite may be busy.
                if name == "whence" and done.returncode != 0:
                    self.failed.append(f"{' '.join(command)} ended with {done.returncode}: {done.stderr.strip()[:300]}")

    def stop(self):
        self.stopped.set()
        for thread in self.threads:
            thread.join()


class Trace:
    """What the writer opened and closed, as strace has written it down."""

    LINE = re.compile(r"^(\d+) +(\w+)\((.*)\) += (-?\d+)")

    def __init__(self, path, log):
        self.opened = collections.Counter()
        self.wrong = []
        ends = {f"{log}{end}": end or "the database" for end in ("", "-wal", "-shm")}
        for line in path.read_text().splitlines():
            found = self.LINE.match(line)
            if not found or int(found[4]) < 0:
                continue
            _, call, arguments, _ = found.groups()
            if call == "close":
                end = ends.get(arguments.partition("<")[2].rpartition(">")[0].removesuffix(" (deleted)"))
                # Of the WAL each connection has a descriptor of its own, and no locks are on it.
                if end and end != "-wal":
                    self.wrong.append(line)
            else:
                end = next((end for name, end in ends.items() if f'"{name}"' in arguments), None)
                if end:
                    self.opened[end] += 1
                    if "O_NOFOLLOW" not in arguments:  # as SQLite opens them, and nobody else
                        self.wrong.append(line)


def inode_of(path):
    try:
        return path.stat().st_ino
    except FileNotFoundError:
        return 0


def round_of(options, folder, traced):
    log = folder / "shop.db"
    copies = folder / "copies"
    copies.mkdir(parents=True)
    trace = folder / "trace"
    before = ["strace", "-f", "-y", "-qq", "-e", "trace=open,openat,close", "-o", str(trace)] if traced else []
    extra = {"stray": 1} if options.expect_red else {}
    writer = Worker(options.worker, "load", log, before=before, **SHAPE, **extra)
    pid = int(writer.until("ready").split()[1])
    wal = pathlib.Path(f"{log}-wal")
    writer.until("committed")
    inodes = {inode_of(wal)}
    outsiders = Outsiders(log, options.whence, copies)
    end = time.monotonic() + options.seconds
    try:
        while time.monotonic() < end and writer.process.poll() is None:
            inodes.add(inode_of(wal))
            time.sleep(0.002)
    finally:
        subprocess.run(["kill", "-KILL", str(pid)], capture_output=True, check=False)
        outsiders.stop()
    writer.end()
    seen = Trace(trace, log) if traced else None
    require(not seen or not seen.wrong, f"in the writer: {seen and seen.wrong[:2]}")
    committed = writer.said("committed")
    require(not writer.said("unknown") and not writer.said("refused"), f"the writer had to stop: {writer.said('#')[-1:]}")
    require(not writer.said("failed"), f"from inside: {writer.said('failed')[:1]}")
    require(len(inodes) == 1, f"the WAL was {len(inodes)} files")
    require(options.expect_red or not outsiders.failed, f"from outside: {outsiders.failed[:1]}")
    checked, code = run(options.worker, "look", log)
    require(code == 0 and not checked.said("finding"), f"after the kill: {checked.said('finding')[:1]} {checked.lines[-1:]}")
    there = {words[1] for words in checked.said("there")}
    lost = [event for _, _, *ids in committed for event in ids if event not in there]
    require(not lost, f"{len(lost)} acknowledged events are not there")
    require(writer.said("looked") and all(outsiders.counts.values()), f"nobody came: {outsiders.counts}")
    require(not seen or min(seen.opened.values(), default=0) > 0, "strace has seen nothing")
    return len(there), len(writer.said("looked")), outsiders.counts, seen


def may_trace():
    """Not everywhere is a process allowed to look at another one."""
    return subprocess.run(["strace", "-qq", "-o", "/dev/null", "true"], capture_output=True, check=False).returncode == 0


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("worker")
    parser.add_argument("whence")
    parser.add_argument("--rounds", type=int, default=2, help="every second one under strace, which takes its time")
    parser.add_argument("--seconds", type=float, default=1.5, help="of one round")
    parser.add_argument("--expect-red", action="store_true", help="a writer with a stray open and close must be found out")
    options = parser.parse_args()
    total = collections.Counter()
    traces = may_trace()
    outside = collections.Counter()
    opened = collections.Counter()
    for number in range(options.rounds):
        folder = pathlib.Path(tempfile.mkdtemp(prefix="whence-open-"))
        try:
            events, looks, counts, seen = round_of(options, folder, traced=traces and number % 2 == 1)
        except Wrong as wrong:
            print(f"round {number + 1}: {wrong}", file=sys.stdout if options.expect_red else sys.stderr)
            if options.expect_red and number + 1 < options.rounds:
                total["red"] += 1
                continue
            return 0 if options.expect_red and total["red"] == number else 1
        finally:
            shutil.rmtree(folder, ignore_errors=True)
        total += collections.Counter(events=events, looks=looks)
        outside += counts
        opened += seen.opened if seen else collections.Counter()
    if options.expect_red:
        print("the stray open was not found", file=sys.stderr)
        return 1
    print(f"writers that were killed: {options.rounds}")
    print(f"events acknowledged before, each there: {total['events']}")
    print("acknowledged events lost: 0")
    print("WALs that were exchanged: 0")
    print(f"looks from inside the writer: {total['looks']}")
    for name, count in outside.items():
        print(f"runs of {name} from outside: {count}")
    if not traces:
        print("strace is not allowed to look here: what the writer opened was not seen", file=sys.stderr)
        return 0
    for name, count in opened.items():
        print(f"openings by SQLite that strace saw, {name}: {count}")
    print("other openings, and closings that drop locks: 0")
    return 0


if __name__ == "__main__":
    sys.exit(main())
