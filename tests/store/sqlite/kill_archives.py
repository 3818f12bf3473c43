#!/usr/bin/env python3
"""Kills archives and compactions of a log with SIGKILL, at each visit of a phase, and looks at what each has left behind.

Given a log of some streams, of which some are archived already, when an archive of others, or a compaction, is killed,
  - what is read is what was read before, and a verification finds nothing,
  - the same command, repeated, comes to its end; then, too, all is read as before,
  - every event that was to be moved is a stub then, once, and no file is left but the log's own and its archives.

Prints `figure: value` lines; exits 1 at the first thing that is wrong.
"""
import argparse
import collections
import os
import sys
import tempfile

from killed_lives import OWN, Bench, Wrong


class Archives(Bench):
    def kills_of(self, words, step):
        """Kills the command at its first visit of the phase, its second and so on, until it comes to its end."""
        before, _ = self.look(self.template)
        undisturbed = self.copy()
        self.run(undisturbed, *words)
        after, stubs = self.look(undisturbed)
        if after != before:
            raise Wrong(f"{words}, undisturbed: {after}, before {before}")
        kills, left = 0, collections.Counter()
        for visit in range(1, 1_000_000, step):
            life = self.copy()
            if self.run(life, *words, kill_at=f"archive:{visit}").returncode == 0:
                break
            kills += 1
            left.update("partial" if name.endswith(".partial") else "archive"
                        for name in os.listdir(life) if ".archive." in name and name not in os.listdir(self.template))
            for attempt in ("as it was left", "repeated"):
                if attempt == "repeated":
                    self.run(life, *words)
                found, now = self.look(life)
                if found != before:
                    raise Wrong(f"{words}, killed at visit {visit}, {attempt}: {found}, before {before}")
            if now != stubs:
                raise Wrong(f"{words}, killed at visit {visit}, repeated: {now} stubs, undisturbed {stubs}")
            if set(os.listdir(life)) - OWN != set(os.listdir(undisturbed)) - OWN:
                raise Wrong(f"{words}, killed at visit {visit}: left {sorted(os.listdir(life))}")
        return kills, left


def main():
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("worker")
    options.add_argument("--events", type=int, default=3_000)
    options.add_argument("--streams", type=int, default=60)
    options.add_argument("--step", type=int, default=1)
    given = options.parse_args()
    with tempfile.TemporaryDirectory(prefix="whence-kill-archives-") as folder:
        bench = Archives(given.worker, folder)
        try:
            bench.run(bench.template, "make", given.events, given.streams)
            third = given.streams // 3
            kills, left = bench.kills_of(("archive", 0, third - 1), given.step)
            print(f"archives killed, and finished by the next: {kills}")
            print(f"of these, left as .partial: {left['partial']}")
            bench.run(bench.template, "archive", 0, third - 1)
            again, _ = bench.kills_of(("archive", 0, 2 * third - 1), given.step)
            print(f"second archives killed, and finished by the next: {again}")
            compactions, _ = bench.kills_of(("compact",), 1)
            print(f"compactions killed: {compactions}")
            if min(kills, again) < 5 or left["partial"] == 0 or left["archive"] == 0 or compactions < 2:
                raise Wrong("the kills did not land where they should")
        except Wrong as wrong:
            print(wrong, file=sys.stderr)
            return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
