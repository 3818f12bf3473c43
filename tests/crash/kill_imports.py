#!/usr/bin/env python3
"""Kills imports with SIGKILL, repeats them, and compares everything with an import that nobody disturbed.

Given a CSV of sales, when `order-service import` is killed (half of the times at a random moment, half at a random
visit of a named phase), repeated, sometimes killed again, and at last left alone, then
  - every event that was acknowledged before the kill is in the log,
  - the log after each kill is a prefix of the undisturbed one, positions included,
  - the log after the last repeat is the undisturbed one, in file order, positions included,
  - the read models after the repeat have the undisturbed rows, and stand at the head.
A build that is broken on purpose (--expect-red) has to fail the same comparison; that a program refuses to work is no find.
The WAL is copied into the database after every 64 KiB, so that this is met in the middle of an import too.

Prints `figure: value` lines; exits 1 at the first difference (or, with --expect-red, when none was found).
"""
import argparse
import json
import os
import pathlib
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time

PHASES = ["queue", "insert", "commit", "witness", "checkpoint", "projection", "index"]
CHECKPOINTS = {"WHENCE_CHECKPOINT_BYTES": "65536"}
KILLS_OF_ONE_IMPORT = 3
MODELS = ["order_summary", "sales_by_country", "stock_levels"]


class Difference(Exception):
    """Something is not as in the undisturbed import."""


class Failure(Exception):
    """A program does not do what it is asked to."""


def log_lines(whence, store):
    """The log as JSON lines, without what the committer's clock wrote."""
    if not store.exists():
        return []
    listed = subprocess.run([whence, "--store", store, "event", "list", "-o", "jsonl"], capture_output=True, text=True)
    if listed.returncode != 0:
        raise Failure(f"event list: exit {listed.returncode}: {listed.stderr.strip()}")
    lines = []
    for line in listed.stdout.splitlines():
        event = json.loads(line)
        event.pop("recordedAt", None)
        lines.append(json.dumps(event, sort_keys=True))
    return lines


def model_rows(store, name):
    """The dump of one read model without its checkpoint's row, and the position of that checkpoint."""
    folder = pathlib.Path(f"{store}.models")
    current = (folder / f"{name}.current").read_text().strip()
    database = sqlite3.connect(f"file:{folder / current}?mode=ro", uri=True)
    try:
        rows = [line for line in database.iterdump() if "whence_checkpoint" not in line]
        position = database.execute("SELECT position FROM whence_checkpoint").fetchone()[0]
    finally:
        database.close()
    return rows, position


def first_difference(found, expected):
    for ours, theirs in zip(found + ["(the end)"], expected + ["(the end)"]):
        if ours != theirs:
            return f"{ours[:200]} instead of {theirs[:200]}"
    return "the same, and one goes on"


class Bench:
    """The programs under test and a folder to run them in."""

    def __init__(self, options, folder):
        self.options = options
        self.folder = folder
        self.reference_log = []
        self.reference_models = {}
        self.visits = {}
        self.seconds = 0.0

    def importing(self, store, extra_environment):
        environment = {**os.environ, **CHECKPOINTS, **extra_environment}
        return subprocess.Popen([self.options.service, "--store", store, "import", self.options.csv, "-o", "json"],
                                env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)

    def finish(self, process, allowed=(0,)):
        _, errors = process.communicate(timeout=120)
        if process.returncode not in allowed:
            raise Failure(f"import: exit {process.returncode}: {errors.decode(errors='replace').strip()}")
        return process.returncode

    def ask(self, store, *question):
        done = subprocess.run([self.options.service, "--store", store, *question, "-o", "json"], capture_output=True, text=True)
        if done.returncode != 0:
            raise Failure(f"{question[0]}: exit {done.returncode}: {done.stderr.strip()}")
        return done.stdout

    def report(self, store):
        """Brings the read models up that it shows: `report` and `show`."""
        order = next(event["aggregateId"] for event in map(json.loads, self.reference_log) if event["aggregateType"] == "Order")
        return self.ask(store, "report") + self.ask(store, "show", order)

    def undisturbed(self):
        store = self.folder / "reference" / "shop.db"
        store.parent.mkdir()
        counts = self.folder / "visits"
        begun = time.monotonic()
        self.finish(self.importing(store, {"WHENCE_VISIT_REPORT": str(counts)}))
        self.seconds = time.monotonic() - begun
        self.reference_log = log_lines(self.options.whence, store)
        self.reference_report = self.report(store)
        self.reference_models = {name: model_rows(store, name) for name in MODELS}
        self.visits = {phase: int(count) for phase, count in (line.split() for line in counts.read_text().splitlines())}
        missing = [phase for phase in PHASES if self.visits.get(phase, 0) == 0]
        if missing:
            raise Failure(f"the undisturbed import never visits: {', '.join(missing)}")

    def killed(self, number, dice, mutant):
        """Kills one import, and now and then its repeats; returns the phases or moments that the kills landed in."""
        store = self.folder / f"kill-{number}" / "shop.db"
        store.parent.mkdir()
        landed = []
        while len(landed) < KILLS_OF_ONE_IMPORT:
            where = self.kill(store, number + len(landed), dice, mutant)
            self.compare_log(store)
            if where is None:
                break
            landed.append(where)
            if dice.random() < 0.5:
                break
        self.compare_repeat(store)
        shutil.rmtree(store.parent)
        return landed

    def kill(self, store, number, dice, mutant):
        """Where the kill landed; None when the import ended first."""
        report = store.parent / "landed"
        report.unlink(missing_ok=True)
        environment = {"WHENCE_ACKNOWLEDGED_REPORT": str(store.parent / "acknowledged"), "WHENCE_KILL_REPORT": str(report)}
        if mutant:
            environment["WHENCE_MUTANT"] = str(mutant)
        if number % 2 == 0:
            phase = PHASES[(number // 2) % len(PHASES)]
            if mutant:
                phase = {1: "commit", 3: "projection"}[mutant]
            environment["WHENCE_KILL_AT"] = f"{phase}:{dice.randint(1, self.visits[phase])}"
        process = self.importing(store, environment)
        if number % 2 == 1:
            try:
                process.wait(dice.uniform(0.0, self.seconds))
            except subprocess.TimeoutExpired:
                process.send_signal(signal.SIGKILL)
        if self.finish(process, allowed=(0, -signal.SIGKILL)) == 0:
            return None
        return report.read_text().strip() if report.exists() else "at random"

    def compare_log(self, store):
        acknowledged = store.parent / "acknowledged"
        log = log_lines(self.options.whence, store)
        last = max((int(line) for line in acknowledged.read_text().split()), default=0) if acknowledged.exists() else 0
        if last > len(log):
            raise Difference(f"event #{last} was acknowledged, but the log ends at #{len(log)}")
        if log != self.reference_log[: len(log)]:
            raise Difference("the log after the kill is no prefix of the undisturbed one")

    def caught_up(self, store, name):
        """A service that stops leaves its models at the end of the page in hand; the next one goes on from there."""
        for _ in range(20):
            rows, position = model_rows(store, name)
            if position == len(self.reference_log):
                break
            self.finish(self.importing(store, {}))
        return rows, position

    def compare_repeat(self, store):
        self.finish(self.importing(store, {}))
        if log_lines(self.options.whence, store) != self.reference_log:
            raise Difference("the log after the repeat is not the undisturbed one")
        if self.report(store) != self.reference_report:
            raise Difference("the report after the repeat is not the undisturbed one")
        for name in MODELS:
            rows, position = self.caught_up(store, name)
            if position != len(self.reference_log):
                raise Difference(f"{name} stands at #{position}, the log at #{len(self.reference_log)}")
            if rows != self.reference_models[name][0]:
                raise Difference(f"{name} after the repeat is not the undisturbed one: {first_difference(rows, self.reference_models[name][0])}")


def rare(landed):
    """The phases that fewer than three kills landed in."""
    return [phase for phase in PHASES if landed.get(f"killed at {phase}", 0) < 3]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--service", required=True, help="order-service in its test build")
    parser.add_argument("--whence", required=True)
    parser.add_argument("--csv", required=True)
    parser.add_argument("--kills", type=int, default=48, help="at least 48: three aimed at each phase")
    parser.add_argument("--seed", type=int, default=None)
    parser.add_argument("--expect-red", type=int, default=0, metavar="MUTANT",
                        help="run the build that is broken in this way, and fail unless a difference is found")
    options = parser.parse_args()
    seed = options.seed if options.seed is not None else random.SystemRandom().randrange(1 << 32)
    dice = random.Random(seed)
    print(f"seed: {seed}")

    landed = {}
    ended_first = kills = attempts = 0
    folder = pathlib.Path(tempfile.mkdtemp(prefix="whence-kills-"))
    try:
        bench = Bench(options, folder)
        bench.undisturbed()
        print(f"events in the undisturbed log: {len(bench.reference_log)}")
        # A kill that was aimed may come after the end of its import: then there are more, until each phase was met.
        while kills < options.kills or (rare(landed) and not options.expect_red):
            if attempts >= 4 * options.kills:
                raise Failure(f"{kills} kills in {attempts} imports; too few in: {', '.join(rare(landed)) or 'all'}")
            try:
                places = bench.killed(attempts, dice, options.expect_red)
            except Difference as difference:
                if options.expect_red:
                    print(f"broken build {options.expect_red} found by kill: {kills + 1}")
                    print(f"found: {difference}")
                    return 0
                print(f"kill {kills + 1} (attempt {attempts}): {difference}", file=sys.stderr)
                return 1
            attempts += 1
            ended_first += not places
            kills += len(places)
            for where in places:
                landed[where] = landed.get(where, 0) + 1
    except Failure as failure:
        print(f"after {kills} kills: {failure}", file=sys.stderr)
        return 1
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    if options.expect_red:
        print(f"broken build {options.expect_red} was not found by {kills} kills", file=sys.stderr)
        return 1
    print(f"kills: {kills}")
    print(f"imports that ended before their kill: {ended_first}")
    for where in sorted(landed):
        print(f"landed {where}: {landed[where]}")
    print("acknowledged events lost: 0")
    return 0


if __name__ == "__main__":
    sys.exit(main())
