#!/usr/bin/env python3
"""Exports a log, imports it, exports that again: the same bytes. And kills imports with SIGKILL, at random moments and behind random
bytes of their input, repeats them, and compares in the same way.

Given a log of many events of all kinds,
  - export, import and export again give the same bytes, in both forms, in bounded memory,
  - an import that was killed is a beginning of the log; repeated, and killed again now and then, it becomes the same log,
    which log verify finds sound, and whose export has the same bytes,
  - a killed import that is not repeated says that it is unfinished, unless it has all; and some are (so that the kills do hit something).

Prints `figure: value` lines; exits 1 at the first difference.
"""
import argparse
import hashlib
import json
import os
import pathlib
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time

CHUNK = 1 << 20
KILLS_OF_ONE_IMPORT = 3


class Difference(Exception):
    """Something is not as in the log that was exported."""


def digest_of(stream):
    sum = hashlib.blake2b()
    size = 0
    while chunk := stream.read(CHUNK):
        sum.update(chunk)
        size += len(chunk)
    return sum.hexdigest(), size


class Bench:
    def __init__(self, options, folder):
        self.whence, self.maker, self.folder = options.whence, options.maker, folder
        self.peak_kib = 0

    def command(self, *words):
        return [self.whence, *map(str, words)]

    def run(self, *words, **more):
        """The command to its end: how long it took. Its memory is looked at."""
        begun = time.monotonic()
        process = subprocess.Popen(self.command(*words), stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, **more)
        said = process.stderr.read()
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        self.peak_kib = max(self.peak_kib, usage.ru_maxrss)
        if process.returncode != 0:
            raise Difference(f"{words}: exit {process.returncode}: {said.decode(errors='replace')}")
        return time.monotonic() - begun

    def digest(self, store, form="events"):
        process = subprocess.Popen(self.command("export", "--store", store, "--as", form), stdout=subprocess.PIPE)
        digest, size = digest_of(process.stdout)
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        self.peak_kib = max(self.peak_kib, usage.ru_maxrss)
        if process.returncode != 0:
            raise Difference(f"export of {store}: exit {process.returncode}")
        return digest, size

    def is_unfinished(self, store):
        """Whether the log says that an import into it has not come to its end. All that it has can be read."""
        verified = subprocess.run(self.command("log", "verify", "--store", store, "-o", "json"), stdout=subprocess.PIPE,
                                  stderr=subprocess.PIPE, check=False)
        kinds = {finding["kind"] for finding in json.loads(verified.stdout)["data"]["findings"]}
        if kinds - {"unfinished"} or verified.returncode != (6 if kinds else 0):
            raise Difference(f"{store}: exit {verified.returncode}, {sorted(kinds)}")
        return bool(kinds)

    def remove(self, store):
        for path in store.parent.glob(store.name + "*"):
            shutil.rmtree(path) if path.is_dir() else path.unlink()

    def kill_at_a_moment(self, store, export, seconds, chance):
        """Whether it was killed, and not done before."""
        process = subprocess.Popen(self.command("import", export, "--store", store), stdout=subprocess.DEVNULL,
                                   stderr=subprocess.DEVNULL)
        try:
            process.wait(chance.uniform(0, seconds))
        except subprocess.TimeoutExpired:
            process.send_signal(signal.SIGKILL)
        return process.wait() == -signal.SIGKILL

    def kill_behind_a_byte(self, store, export, chance):
        size = export.stat().st_size
        process = subprocess.Popen(self.command("import", "-", "--store", store), stdin=subprocess.PIPE,
                                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        left = chance.randrange(size)
        with open(export, "rb") as file:
            try:
                while left > 0:
                    left -= process.stdin.write(file.read(min(left, CHUNK)))
                process.stdin.flush()
            except BrokenPipeError:
                raise Difference(f"{store}: an import ended before its input did") from None
        time.sleep(chance.choice([0, 0.001, 0.01, 0.05]))
        process.send_signal(signal.SIGKILL)
        status = process.wait()
        try:
            process.stdin.close()
        except BrokenPipeError:
            pass
        return status == -signal.SIGKILL


def round_trips(bench, events, streams, events_as_cloud_events):
    origin, export = bench.folder / "origin.db", bench.folder / "origin.jsonl"
    subprocess.run([bench.maker, origin, str(events), str(streams)], check=True)
    expected = {}
    for form, count in (("events", events), ("cloudevents", min(events, events_as_cloud_events))):
        seconds = bench.run("export", export, "--store", origin, "--as", form, "--to", count)
        with open(export, "rb") as file:
            expected[form], size = digest_of(file)
        print(f"{form}, events: {count}")
        print(f"{form}, bytes of the export: {size}")
        print(f"{form}, exported: {count / seconds:.0f} events/s")
        copy = bench.folder / f"{form}.db"
        seconds = bench.run("import", export, "--store", copy)
        print(f"{form}, imported: {count / seconds:.0f} events/s")
        if bench.digest(copy, form)[0] != expected[form]:
            raise Difference(f"{form}: another export than the one that was imported")
        seconds = bench.run("import", export, "--store", copy)
        print(f"{form}, imported again, all of it recognised: {count / seconds:.0f} events/s")
        if bench.digest(copy, form)[0] != expected[form]:
            raise Difference(f"{form}: the second import changed something")
        bench.run("log", "verify", "--store", copy)
        bench.remove(copy)
        export.unlink()
    print("export, import, export again: the same bytes, in both forms")
    print(f"largest memory of a program: {bench.peak_kib / 1024:.0f} MiB")
    bench.remove(origin)


def kills(bench, events, streams, count, chance):
    origin, export = bench.folder / "small.db", bench.folder / "small.jsonl"
    subprocess.run([bench.maker, origin, str(events), str(streams)], check=True)
    bench.run("export", export, "--store", origin)
    with open(export, "rb") as file:
        expected = digest_of(file)[0]
    seconds = bench.run("import", export, "--store", bench.folder / "measure.db")
    bench.remove(bench.folder / "measure.db")
    killed = imports = unfinished = 0
    while killed < count:
        imports += 1
        store = bench.folder / f"copy-{imports}.db"
        for _ in range(chance.randint(1, KILLS_OF_ONE_IMPORT)):
            hit = (bench.kill_at_a_moment(store, export, seconds, chance) if chance.random() < 0.5
                   else bench.kill_behind_a_byte(store, export, chance))
            killed += hit
            if not store.exists():
                continue
            left = bench.is_unfinished(store)
            if not left and bench.digest(store)[0] != expected:
                raise Difference(f"{store}: half an import is taken for whole")
            unfinished += left
            if left and not hit:
                raise Difference(f"{store}: an import that nobody killed is not whole")
        bench.run("import", export, "--store", store)
        if bench.digest(store)[0] != expected:
            raise Difference(f"{store}: another log, after {killed} kills")
        bench.run("log", "verify", "--store", store)
        bench.remove(store)
    if unfinished == 0:
        raise Difference("no kill left anything unfinished: they show nothing")
    print(f"imports killed: {killed}")
    print(f"of them, left unfinished, and named so: {unfinished}")
    print(f"imports that became the same log when they were repeated: {imports}")


def main():
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--whence", required=True)
    options.add_argument("--maker", required=True)
    options.add_argument("--events", type=int, default=20_000)
    options.add_argument("--events-as-cloud-events", type=int, default=1_000_000)
    options.add_argument("--kill-events", type=int, default=5_000)
    options.add_argument("--streams", type=int, default=1_000)
    options.add_argument("--kills", type=int, default=12)
    options.add_argument("--memory-max", type=int, default=160, help="MiB")
    options.add_argument("--seed", type=int, default=random.SystemRandom().randrange(1 << 31))
    given = options.parse_args()
    folder = pathlib.Path(tempfile.mkdtemp(prefix="whence-transfers-"))
    try:
        bench = Bench(given, folder)
        round_trips(bench, given.events, given.streams, given.events_as_cloud_events)
        kills(bench, given.kill_events, given.streams, given.kills, random.Random(given.seed))
        if bench.peak_kib > given.memory_max * 1024:
            raise Difference(f"a program took {bench.peak_kib} KiB")
        print(f"seed: {given.seed}")
    except Difference as found:
        print(f"seed {given.seed}: {found}", file=sys.stderr)
        return 1
    finally:
        shutil.rmtree(folder)
    return 0


if __name__ == "__main__":
    sys.exit(main())
