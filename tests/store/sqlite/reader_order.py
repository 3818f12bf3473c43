#!/usr/bin/env python3
"""Eight threads write, eight readers read, four of them in the same process and four in processes of their own.

Each reader requires that every position it sees is the next one, to the end of the log.

Prints `figure: value` lines; exits 1 when a reader saw a position before one below it, or did not see all.
"""
import argparse
import os
import pathlib
import sys
import tempfile
import time

from log_work import Worker, Wrong, require


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("worker")
    parser.add_argument("--appends", type=int, default=200, help="of each of the eight threads")
    parser.add_argument("--batch", type=int, default=2, help="events in an append")
    parser.add_argument("--expect-red", type=int, metavar="MUTANT", help="plant this bug, and require that it is found")
    options = parser.parse_args()
    if options.expect_red:
        os.environ["WHENCE_MUTANT"] = str(options.expect_red)
    events = 8 * options.appends * options.batch
    begun = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        log = pathlib.Path(folder) / "shop.db"
        # Checkpoints go on underneath.
        writer = Worker(options.worker, "write", log, threads=8, readers=4, count=options.appends, batch=options.batch,
                        streams=50, checkpoint=1 << 20)
        others = []
        try:
            writer.until("ready")
            others += [Worker(options.worker, "follow", log, until=events) for _ in range(4)]
            for other in others:
                require(other.end() == 0 and other.said("read ") == [["read", str(events)]], f"a reader: {other.lines}")
                require(other.said("changes") == [["changes", "0", "0"]], f"a reader wrote: {other.lines}")
            code = writer.end("close")
            require(code == 0 and not writer.said("failed"), f"the writing process: {code}, {writer.lines}")
            require(writer.said("read ") == [["read", str(events)]] * 4, f"the readers beside the writers: {writer.lines}")
            require(writer.said("head") == [["head", str(events)]], f"the head: {writer.lines}")
        except Wrong as wrong:
            print(wrong, file=sys.stderr)
            return 0 if options.expect_red else 1
        finally:
            for worker in [writer, *others]:
                worker.process.kill()
                worker.process.wait()
    if options.expect_red:
        print(f"bug {options.expect_red} was not found", file=sys.stderr)
        return 1
    print("writing threads: 8")
    print("readers: 4 in the same process, 4 in others")
    print(f"events, each seen by each reader in order: {events}")
    print(f"seconds: {time.monotonic() - begun:.1f}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
