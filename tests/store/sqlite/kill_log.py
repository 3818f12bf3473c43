#!/usr/bin/env python3
"""Kills writers of a log with SIGKILL, one after the other, and looks at what each has left behind.

Given a log with runs of the index that are due to be merged, when its writers are killed, half of them at a random moment and half
at a random visit of a named phase, then after each kill, before any writer has touched the files again,
  - every event that was acknowledged is there, and each append is there whole or not at all,
  - a verification finds nothing: the index has just what the log has, as far as it goes (a new index may be half made: then it is
    known as such), and every event is found by its id,
and after some kills in a row a writer opens the log, reads everything, closes it, and its index has the whole log.

Prints `figure: value` lines; exits 1 at the first thing that is wrong. A build that is broken on purpose (--expect-red) must be
found out instead.
"""
import argparse
import collections
import itertools
import os
import pathlib
import random
import shutil
import sys
import tempfile
import time

from log_work import Outcomes, Worker, Wrong, require, run

PHASES = ["queue", "insert", "commit", "witness", "checkpoint", "index", "merge"]
VISITS = {"queue": 24, "insert": 72, "commit": 24, "witness": 12, "checkpoint": 2, "index": 1, "merge": 3}
WORK = {"count": 12, "group": 2, "batch": 3, "bytes": 1500, "checkpoint": 100_000}
KILLS_OF_A_LOG = 8
KILLS_MEANT_FOR_ALL = 48  # of fewer, none may land at one phase or another
RUNS = 8  # as many of one size are merged


class Bench:
    def __init__(self, options, folder, dice):
        self.program = options.worker
        self.mutant = options.expect_red
        self.folder = pathlib.Path(folder)
        self.dice = dice
        self.template = self.folder / "template"
        self.landed = collections.Counter()
        self.acknowledged = 0
        self.events = 0
        self.half_made = 0
        self.numbers = itertools.count(1000)

    def make_template(self):
        """A log with events that the index does not have, and with all runs but that of these that are to be merged."""
        self.template.mkdir()
        log = self.template / "shop.db"
        self.known = {}
        begun = time.monotonic()
        for number in range(RUNS):
            worker = Worker(self.program, "append", log, seed=number, **WORK)
            worker.until("done")
            self.known |= self.batches(worker)
            code = worker.end("close" if number + 1 < RUNS else "kill")
            require(code == (0 if number + 1 < RUNS else -9), f"the template: {worker.lines}")
        self.seconds = (time.monotonic() - begun) / RUNS

    @staticmethod
    def batches(worker):
        """Of each append that was acknowledged: its ids."""
        return {ids[0]: ids for _, _, *ids in worker.said("committed")}

    def life(self, kills):
        """Kills writers of one log; returns how many."""
        folder = self.folder / f"life-{next(self.numbers)}"
        shutil.copytree(self.template, folder)
        log = folder / "shop.db"
        known = dict(self.known)
        killed = 0
        while killed < kills:
            # At first there is something to merge.
            aimed = self.dice.choice(PHASES[:-1]) if killed > 0 else "merge"
            if killed % 2 == 1:
                aimed = None
            if self.mutant and aimed:
                aimed = {1: "commit", 67: "index"}[self.mutant]
            acknowledged = self.kill(log, aimed)
            known |= acknowledged
            killed += 1
            self.look(log, known)
        checked, code = run(self.program, "check", log)
        require(code == 0, f"no writer can open it: {checked.lines[-3:]}")
        self.look(log, known, closed=True)
        shutil.rmtree(folder)
        return killed

    def kill(self, log, aimed):
        """One writer to its end; returns what it has acknowledged."""
        report, acknowledged = log.parent / "landed", log.parent / "acknowledged"
        report.unlink(missing_ok=True)
        os.environ["WHENCE_ACKNOWLEDGED_REPORT"] = str(acknowledged)
        os.environ["WHENCE_KILL_REPORT"] = str(report)
        if aimed:
            os.environ["WHENCE_KILL_AT"] = f"{aimed}:{self.dice.randint(1, VISITS[aimed])}"
        worker = Worker(self.program, "append", log, seed=next(self.numbers), **WORK)
        line = ""
        if aimed:
            while line not in (None, "done"):
                line = worker.next()
        else:
            time.sleep(self.dice.uniform(0, self.seconds))
        code = worker.kill() if line is not None else worker.process.wait()
        require(code == -9, f"a writer that was to be killed ended with {code}: {worker.lines[-3:]}")
        self.landed[report.read_text().strip().removeprefix("killed ") if report.exists() else
                    "at random" if ["done"] not in worker.said("done") else "after the last append"] += 1
        os.environ.pop("WHENCE_KILL_AT", None)
        require(not worker.said("refused") and not worker.said("unknown"), f"an append failed: {worker.lines[-3:]}")
        self.last_acknowledged = max((int(line) for line in acknowledged.read_text().split()), default=0) \
            if acknowledged.exists() else 0
        return self.batches(worker)

    def look(self, log, known, closed=False):
        worker, code = run(self.program, "look", log)
        require(code == 0, f"a visitor cannot look: {worker.lines[-3:]}")
        require(not worker.said("astray"), "an event is not found by its id")
        there = [words[1] for words in worker.said("there")]
        everything = set(there)
        require(len(there) == len(everything), "an event is there twice")
        require(len(there) >= self.last_acknowledged,
                f"event {self.last_acknowledged} was acknowledged, and the log ends at {len(there)}")
        for ids in known.values():
            require(everything.issuperset(ids), f"an append was acknowledged, and is not there: {ids}")
        # All appends have as many events; the one that a check adds is alone.
        others = len(there) - sum(len(ids) for ids in known.values()) - closed
        require(others % WORK["batch"] == 0, "an append is half there")
        for finding in worker.said("finding"):
            text = " ".join(finding)
            require(finding[1] == "index" and "no such table" in text and not closed, f"a verification finds: {text}")
            self.half_made += 1
        _, head, _, indexed = worker.said("head")[0]
        require(not closed or indexed == head, f"the index goes to {indexed}, the log to {head}")
        self.acknowledged += sum(len(ids) for ids in known.values())
        self.events += len(there)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("worker")
    parser.add_argument("--kills", type=int, default=100)
    parser.add_argument("--expect-red", type=int, metavar="MUTANT", help="plant this bug, and require that it is found")
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(1 << 31))
    options = parser.parse_args()
    if options.expect_red:
        os.environ["WHENCE_MUTANT"] = str(options.expect_red)
    begun = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="whence-kills-") as folder:
        bench = Bench(options, folder, random.Random(options.seed))
        killed = 0
        try:
            bench.make_template()
            while killed < options.kills:
                killed += bench.life(min(KILLS_OF_A_LOG, options.kills - killed))
            require(options.expect_red or options.kills < KILLS_MEANT_FOR_ALL or bench.landed["at merge"] > 0,
                    "no writer was killed while it merged runs: their logs had none to be merged")
        except Wrong as wrong:
            print(f"seed {options.seed}, kill {sum(bench.landed.values())}: {wrong}",
                  file=sys.stdout if options.expect_red else sys.stderr)
            return 0 if options.expect_red else 1
    if options.expect_red:
        print(f"seed {options.seed}: bug {options.expect_red} was not found by {killed} kills", file=sys.stderr)
        return 1
    print(f"kills: {killed}")
    for where, count in sorted(bench.landed.items()):
        print(f"landed {where}: {count}")
    print(f"events that were acknowledged, each there: {bench.acknowledged}")
    print("acknowledged events lost: 0")
    print("appends half there: 0")
    print(f"events found by their ids: {bench.events}")
    print(f"indexes that were half made, known as such: {bench.half_made}")
    print(f"seconds: {time.monotonic() - begun:.0f}")
    print(f"seed: {options.seed}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
