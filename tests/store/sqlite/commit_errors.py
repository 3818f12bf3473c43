#!/usr/bin/env python3
"""Injects an error into one call of a commit after the other, crashes, and compares what was said with what is there.

Given a writer of which the n-th call to the log or its WAL fails (a write, sync, truncation, read, look at the size, or an
opening; before it does anything, half-way, or after it has done all; once or for good; as an I/O error or as a full disk), with
and without a visitor attached, when it is killed or the power is cut (what was not synced is gone, and a failed sync has marked
its pages clean), at once or after the same process has opened the log anew and sent again what was not committed, then after a
restart
  - every event that was called committed is there,
  - no event that was called refused is there,
  - the log opens, and the same batches sent again are all committed, each event once.

Prints `figure: value` lines; exits 1 at the first thing that is wrong. A build that is broken on purpose (--expect-red) must
be found out instead.
"""
import argparse
import collections
import itertools
import os
import pathlib
import random
import sys
import tempfile
import time

from log_work import Outcomes, Worker, Wrong, require, run

COUNT, AFTER, GROUP, BATCH = 6, 3, 2, 2  # groups of two batches of two events; the first three groups are undisturbed
SHAPES = ({"checkpoint": 64 << 20}, {"checkpoint": 40_000})  # without and with checkpoints in between


class Round:
    """One fault, one crash, one restart."""

    def __init__(self, program, folder, dice, shape, fault, visitor, end):
        self.program = program
        self.log = pathlib.Path(folder) / "shop.db"
        self.dice = dice
        self.work = {"count": COUNT, "group": GROUP, "batch": BATCH, "bytes": 3000, **shape}
        self.fault = fault
        self.visitor = visitor
        self.end = end

    def __str__(self):
        return f"{self.work} {self.fault} visitor={self.visitor} end={self.end}"

    def disturb(self):
        """The writer with the fault, to its crash. Returns it, and whether the fault was met."""
        power = int(self.end != "kill")
        undisturbed, code = run(self.program, "append", self.log, orders=["close"], **{**self.work, "count": AFTER})
        require(code == 0, f"the undisturbed appends failed: {undisturbed.lines}")
        self.known = Outcomes(undisturbed).of("committed")
        watching = self.visitor and Worker(self.program, "visit", self.log, stay=1)
        if watching:
            watching.until("ready")
        writer = Worker(self.program, "append", self.log, after=AFTER, again=1, power=power, **self.work, **self.fault)
        writer.until("done")
        if watching and power:
            watching.kill()
        code = writer.end(self.end)
        require(code == -9, f"the writer was to be killed, and ended with {code}")
        if watching and not power:
            self.restart(writer)
            require(watching.end() == 0 and watching.said("changes") == [["changes", "0", "0"]] and not watching.said("failed"),
                    f"the visitor: {watching.lines[-4:]}")
        else:
            self.scramble_shm(power)
            self.restart(writer)
        return writer.said("calls")[0][3] == "1", Outcomes(writer)

    def scramble_shm(self, power):
        """After a power cut the memory that connections shared is gone, or anything."""
        shm = pathlib.Path(f"{self.log}-shm")
        if power and shm.exists():
            shm.unlink() if self.dice.random() < 0.5 else shm.write_bytes(self.dice.randbytes(32_768))

    def restart(self, writer):
        outcomes = Outcomes(writer)
        checked, code = run(self.program, "check", self.log, orders=[*self.known, *outcomes.last])
        require(code == 0, f"the log does not open after a crash: {checked.lines}")
        there = {words[1] for words in checked.said("there")}
        for event_id in self.known:
            require(event_id in there, f"{event_id} was committed before the fault, and is gone")
        for event_id in outcomes.of("committed"):
            require(event_id in there, f"{event_id} was called committed, and is not there")
        for event_id in outcomes.of("refused"):
            require(event_id not in there, f"{event_id} was called refused, and is there")
        repeated, code = run(self.program, "append", self.log, orders=["close"], **self.work)
        require(code == 0 and len(Outcomes(repeated).of("committed")) == COUNT * GROUP * BATCH,
                f"the same batches again were not all committed: {repeated.lines}")
        final, _ = run(self.program, "check", self.log)
        require(final.said("head")[0][1] == str(COUNT * GROUP * BATCH + 1), f"the log has not each event once: {final.lines}")


def count_calls(program, shape, call):
    """How many calls of a kind the disturbed part makes when nothing fails."""
    with tempfile.TemporaryDirectory() as folder:
        log = pathlib.Path(folder) / "shop.db"
        work = {"count": COUNT, "group": GROUP, "batch": BATCH, "bytes": 3000, **shape}
        run(program, "append", log, orders=["close"], **{**work, "count": AFTER})
        options = {"call": call, "number": 1_000_000} if call else {"number": 1_000_000}
        worker, _ = run(program, "append", log, orders=["close"], after=AFTER, **work, **options)
        return int(worker.said("calls")[0][1])


def plan(program, dice, thorough):
    """All rounds; or, not thorough, each call once, with everything else left to the dice."""
    endings = ("kill", "cut 0", f"cut {dice.randrange(1, 1 << 40)}")
    for shape in SHAPES:
        for call in (None, "read", "open", "size"):
            # A few more than an undisturbed run has: what is done to recover makes calls of its own.
            for number in range(1, count_calls(program, shape, call) + 6):
                choices = [("before",) if call else ("before", "after", "half"), (0, 1), (0, 1), (0, 1), (False, True), endings]
                combinations = itertools.product(*choices) if thorough else [[dice.choice(choice) for choice in choices]]
                for how, for_good, no_space, reopen, visitor, end in combinations:
                    fault = {"number": number, "how": how, "for_good": for_good, "no_space": no_space, "reopen": reopen}
                    if call:
                        fault["call"] = call
                    yield shape, fault, visitor, end


def plan_for_planted_bugs(program, dice):
    """The rounds in which a planted bug shows, among others: syncs that fail, in any order."""
    rounds = [(shape, {"call": "sync", "number": number, "how": how, "for_good": for_good, "reopen": reopen}, False, end)
              for shape in SHAPES for number in range(1, count_calls(program, shape, "sync") + 2)
              for how in ("before", "after") for for_good in (0, 1) for reopen in (0, 1) for end in ("kill", "cut 0")]
    return dice.sample(rounds, len(rounds))


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("worker")
    parser.add_argument("--rounds", type=int, default=0, help="at most so many, chosen by the seed; 0: all")
    parser.add_argument("--thorough", action="store_true", help="every call with every kind of failure and crash")
    parser.add_argument("--expect-red", type=int, metavar="MUTANT", help="plant this bug, and require that it is found")
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(1 << 31))
    options = parser.parse_args()
    dice = random.Random(options.seed)
    if options.expect_red:
        os.environ["WHENCE_MUTANT"] = str(options.expect_red)
    begun = time.monotonic()
    said = collections.Counter()
    if options.expect_red:
        rounds = plan_for_planted_bugs(options.worker, dice)
    else:
        rounds = list(plan(options.worker, dice, options.thorough))
    if options.rounds and options.rounds < len(rounds):
        rounds = dice.sample(rounds, options.rounds)
    for shape, fault, visitor, end in rounds:
        with tempfile.TemporaryDirectory() as folder:
            one = Round(options.worker, folder, dice, shape, fault, visitor, end)
            try:
                fired, outcomes = one.disturb()
            except Wrong as wrong:
                print(f"seed {options.seed}, {one}: {wrong}", file=sys.stderr)
                return 0 if options.expect_red else 1
        said["rounds"] += 1
        said["met"] += fired
        said["with visitor"] += visitor
        said["power cuts"] += end != "kill"
        for what in ("committed", "refused", "unknown"):
            said[what] += len(outcomes.of(what))
    if options.expect_red:
        print(f"seed {options.seed}: bug {options.expect_red} was not found in {said['rounds']} rounds", file=sys.stderr)
        return 1
    require(said["met"] > said["rounds"] // 3, "most faults were never met")
    print(f"rounds: {said['rounds']}")
    print(f"rounds in which the fault was met: {said['met']}")
    print(f"rounds with a visitor attached: {said['with visitor']}")
    print(f"rounds ended by a power cut instead of SIGKILL: {said['power cuts']}")
    print(f"events called committed, each there: {said['committed']}")
    print(f"events called refused, none there: {said['refused']}")
    print(f"events left unknown: {said['unknown']}")
    print(f"seconds: {time.monotonic() - begun:.0f}")
    print(f"seed: {options.seed}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
