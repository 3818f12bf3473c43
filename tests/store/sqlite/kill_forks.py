#!/usr/bin/env python3
"""Kills forks with SIGKILL, at each visit of a phase: while they are made, and while they are written for the first time.

Given a log with a WAL and an archive, when a fork of it is killed while it is made,
  - no byte of the log's files is another,
  - there is no fork, or it is whole; the same command makes it, or says that there is one,
  - it has what the log has up to the position, and a verification finds nothing; no draft is left.
When it is killed while it is first written, and its index filled,
  - it has what was acknowledged, behind the same past, and goes on; the log is as it was.

Prints `figure: value` lines; exits 1 at the first thing that is wrong.
"""
import argparse
import hashlib
import os
import sys
import tempfile

from killed_lives import OWN, Bench, Wrong

FORK = "what-if.db"
OF_FORK = {name.replace("shop.db", FORK) for name in OWN}
# Readers share memory, and lock it, in these.
MAY_CHANGE = {"shop.db-shm", "shop.db.index-shm"}


class Forks(Bench):
    def bytes_of_base(self, folder):
        return {name: hashlib.sha256((folder / name).read_bytes()).hexdigest() for name in sorted(os.listdir(folder))
                if not name.startswith(FORK) and name not in MAY_CHANGE}

    def must_be_untouched(self, folder, before, when):
        now = self.bytes_of_base(folder)
        if now != before:
            raise Wrong(f"{when}: the base was changed: {sorted(set(now.items()) ^ set(before.items()))}")

    def past(self, folder, position):
        return self.run(folder, "look-to", position, log=FORK).stdout

    def kills_of_making(self, position):
        """Kills the making at its first visit, its second and so on, until it comes to its end."""
        expected = self.run(self.template, "look-to", position).stdout
        kills = whole = 0
        for visit in range(1, 1_000):
            life = self.copy()
            before = self.bytes_of_base(life)
            when = f"fork at {position}, killed at visit {visit}"
            words = ("fork", life / FORK, position)
            if self.run(life, *words, kill_at=f"making:{visit}").returncode == 0:
                break
            kills += 1
            self.must_be_untouched(life, before, when)
            there = (life / FORK).exists()
            whole += there
            if not there:
                self.run(life, *words)
            for attempt in range(2):  # as it was left, or made; and with an index of its own
                if self.past(life, position) != expected:
                    raise Wrong(f"{when}: it has another past")
                self.look(life, log=FORK)
                self.run(life, "grow", 3, 3, log=FORK)
            self.must_be_untouched(life, before, when)
            if over := set(os.listdir(life)) - set(os.listdir(self.template)) - OF_FORK:
                raise Wrong(f"{when}: left {sorted(over)}")
        return kills, whole

    def kills_of_writing(self, position, phase, events, step):
        expected = self.run(self.template, "look-to", position).stdout
        forked = self.folder / "forked"
        if not forked.exists():
            os.rename(self.copy(), forked)
            self.run(forked, "fork", forked / FORK, position)
        before = self.bytes_of_base(forked)
        report = self.folder / "acknowledged"
        kills = 0
        for visit in range(1, 1_000_000, step):
            life = self.copy(forked)
            when = f"first written, killed at {phase} {visit}"
            report.write_text("")
            if self.run(life, "grow", events, 50, log=FORK, kill_at=f"{phase}:{visit}",
                        more={"WHENCE_ACKNOWLEDGED_REPORT": str(report)}).returncode == 0:
                break
            kills += 1
            acknowledged = max(map(int, report.read_text().split()), default=position)
            for attempt in ("as it was left", "gone on with"):
                if attempt == "gone on with":
                    self.run(life, "grow", 3, 3, log=FORK)
                if self.past(life, position) != expected:
                    raise Wrong(f"{when}, {attempt}: it has another past")
                head = int(self.look(life, log=FORK)[0].split()[1])
                if head < acknowledged:
                    raise Wrong(f"{when}, {attempt}: event {acknowledged} was acknowledged, and it ends at {head}")
            self.must_be_untouched(life, before, when)
        return kills


def main():
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("worker")
    options.add_argument("--events", type=int, default=4_000)
    options.add_argument("--streams", type=int, default=60)
    options.add_argument("--step", type=int, default=1)
    given = options.parse_args()
    with tempfile.TemporaryDirectory(prefix="whence-kill-forks-") as folder:
        try:
            bench = Forks(given.worker, folder)
            bench.run(bench.template, "make", given.events, given.streams)
            bench.run(bench.template, "archive", 0, given.streams // 3)
            bench.run(bench.template, "grow", given.events // 4, given.streams)
            position = given.events + given.events // 8
            kills, whole = bench.kills_of_making(position)
            print(f"forks killed while they were made: {kills}")
            print(f"of these, there already: {whole}")
            of_writing = {phase: bench.kills_of_writing(position, phase, given.events // 4, step)
                          for phase, step in (("insert", given.step), ("commit", 1), ("witness", 1),
                                              ("index", 1), ("merge", 1))}
            print("forks killed while they were first written: " +
                  ", ".join(f"{phase} {count}" for phase, count in of_writing.items()))
            if kills < 4 or not 0 < whole < kills or of_writing["index"] == 0 or min(
                    of_writing["insert"], of_writing["commit"], of_writing["witness"]) < 2:
                raise Wrong("the kills did not land where they should")
        except Wrong as wrong:
            print(wrong, file=sys.stderr)
            return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
