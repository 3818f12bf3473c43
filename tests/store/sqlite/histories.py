#!/usr/bin/env python3
"""64 threads append to 8 hot streams, others read from processes of their own; then all histories are checked.

What everybody asked and was told, and when, is compared with the log. It must be explained by one order of all operations in which
each takes place at one moment between its call and its return (Herlihy, Wing 1990): per stream (appends, conflicts, versions that
were read), and for the log as a whole (appends, positions that were read to). Since each event says what it is in the log, the order
of the appends is known, and with it which appends each read has seen: nothing has to be searched. An append on an exact version has
that version before it; a conflict names a version that is not the one expected; what was committed is in the log, what was refused
is not.

Prints `figure: value` lines; exits 1 at the first thing that is wrong. A build that is broken on purpose (--expect-red) must be
found out instead.
"""
import argparse
import collections
import os
import pathlib
import sys
import tempfile
import time

from log_work import Worker, Wrong, require, run

Operation = collections.namedtuple("Operation", "call end state writes text")  # state: what it leaves, or has read


class Log:
    """What is there in the end."""

    def __init__(self, lines):
        self.version, self.position, self.stream = {}, {}, {}
        for words in lines:
            if words[2] == "event":
                _, _, _, stream, version, event, position = words
                self.version[event], self.position[event], self.stream[event] = int(version), int(position), stream


def check_order(operations, what):
    """The only order that the states allow, each operation as early as it can be."""
    moment = 0
    operations = sorted(operations, key=lambda one: (one.state, not one.writes, one.call))
    last = 0
    for one in operations:
        if one.writes:
            last = one.state
        require(one.state == last, f"{what}: {one.text}: no append leaves it like that")
        moment = max(moment, one.call)
        require(moment <= one.end, f"{what}: {one.text}: it ended {(moment - one.end) / 1000:.0f} us before something that it "
                                   "has seen began, or began after something that it has not seen had ended")


def judge(lines):
    """Checks everything; returns what there was."""
    log = Log(lines)
    streams = collections.defaultdict(list)
    whole = []
    said = collections.Counter()
    for words in lines:
        call, end, what, stream = int(words[0]), int(words[1]), words[2], words[3]
        text = " ".join(words[2:])
        if what == "version":
            streams[stream].append(Operation(call, end, int(words[4]), False, text))
            said["versions read"] += 1
        elif what == "position":
            whole.append(Operation(call, end, int(words[4]), False, text))
            said["positions read"] += 1
        elif what == "append":
            expected, event, count, outcome = words[4], words[5], int(words[6]), words[7]
            said[outcome] += 1
            require(outcome in ("committed", "conflict"), f"{text}: nothing else was to be expected")
            require((event in log.version) == (outcome == "committed"), f"{text}: the log says otherwise")
            if outcome == "conflict":
                require(expected not in ("any", words[8]), f"{text}: it is no conflict")
                streams[stream].append(Operation(call, end, int(words[8]), False, text))
                continue
            first, position = log.version[event], log.position[event]
            require(expected == "any" or first == int(expected) + 1, f"{text}: it became version {first}")
            require(int(words[8]) == position and int(words[9]) == position + count - 1, f"{text}: it is at {position}")
            streams[stream].append(Operation(call, end, first + count - 1, True, text))
            whole.append(Operation(call, end, position + count - 1, True, text))
    for stream, operations in streams.items():
        check_order(operations, stream)
    check_order(whole, "the log")
    said["events"] = len(log.version)
    return said


def run_once(options, folder):
    log, files = folder / "shop.db", [folder / "writer"]
    shape = {"streams": options.streams}
    writer = Worker(options.worker, "write", log, words=[str(files[0])], threads=options.threads, operations=options.operations, **shape)
    writer.until("ready")
    readers = []
    for number in range(options.readers):
        files.append(folder / f"reader-{number}")
        readers.append(Worker(options.worker, "read", log, words=[str(files[-1])], **shape))
    for reader in readers:
        reader.until("ready")
    writer.until("done")
    for reader in readers:
        require(reader.end() == 0, f"a reader: {reader.lines}")
    require(writer.end() == 0, f"the writer: {writer.lines}")
    # By a reader without planted bugs.
    mutant = os.environ.pop("WHENCE_MUTANT", None)
    files.append(folder / "events")
    dump, code = run(options.worker, "dump", log, words=[str(files[-1])])
    require(code == 0, f"the events: {dump.lines}")
    if mutant:
        os.environ["WHENCE_MUTANT"] = mutant
    return [line.split() for file in files for line in file.read_text().splitlines()]


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("worker")
    parser.add_argument("--threads", type=int, default=64)
    parser.add_argument("--streams", type=int, default=8)
    parser.add_argument("--readers", type=int, default=3, help="processes")
    parser.add_argument("--operations", type=int, default=20, help="of each thread")
    parser.add_argument("--rounds", type=int, default=1)
    parser.add_argument("--expect-red", type=int, metavar="MUTANT", help="plant this bug, and require that it is found")
    options = parser.parse_args()
    if options.expect_red:
        os.environ["WHENCE_MUTANT"] = str(options.expect_red)
    said = collections.Counter()
    begun = time.monotonic()
    for number in range(options.rounds):
        with tempfile.TemporaryDirectory(prefix="whence-histories-") as folder:
            try:
                said += judge(run_once(options, pathlib.Path(folder)))
            except Wrong as wrong:
                print(f"round {number + 1}: {wrong}", file=sys.stdout if options.expect_red else sys.stderr)
                return 0 if options.expect_red else 1
    if options.expect_red:
        print(f"bug {options.expect_red} was not found", file=sys.stderr)
        return 1
    require(said["committed"] and said["conflict"] and said["positions read"], "nothing has happened")
    print(f"writing threads, hot streams, reading processes: {options.threads}, {options.streams}, {options.readers}")
    print(f"histories: {options.rounds}")
    for what in ("committed", "conflict"):
        print(f"appends, {what}: {said[what]}")
    for what in ("events", "versions read", "positions read"):
        print(f"{what}: {said[what]}")
    print("operations that no order explains: 0")
    print(f"seconds: {time.monotonic() - begun:.0f}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
