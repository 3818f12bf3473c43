"""Runs log_worker processes (log_worker.cpp) for the tests that treat the SQLite log from outside."""
import hashlib
import pathlib
import queue
import signal
import subprocess
import threading

TIMEOUT = 120  # seconds; nothing here should come near it


class Wrong(Exception):
    """The log did what it must not do."""


class DoesNotWork(Exception):
    """The program that is tried does nothing at all: that is no find, where one is expected."""


def require(condition, sentence):
    if not condition:
        raise Wrong(sentence)


class Worker:
    """One running process: its lines as they come, orders to it, and how it ended."""

    def __init__(self, program, command, log, before=(), words=(), **options):
        words = [*before, str(program), command, str(log), *words, *(f"{name}={value}" for name, value in options.items())]
        self.process = subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1)
        self.lines = []
        self._coming = queue.Queue()
        self._reading = threading.Thread(target=self._read, daemon=True)
        self._reading.start()

    def _read(self):
        for line in self.process.stdout:
            self._coming.put(line.rstrip("\n"))
        self._coming.put(None)

    def next(self):
        """The next line; None at the end."""
        line = self._coming.get(timeout=TIMEOUT)
        if line is not None:
            self.lines.append(line)
        return line

    def until(self, beginning):
        """Reads on to the line that begins so."""
        while (line := self.next()) is not None:
            if line.startswith(beginning):
                return line
        if not self.lines:
            raise DoesNotWork(f"it says nothing, and ends with {self.process.wait()}")
        raise Wrong(f"no line {beginning!r}, only: {self.lines[-5:]} (exit {self.process.wait()})")

    def order(self, line):
        try:
            self.process.stdin.write(line + "\n")
            self.process.stdin.flush()
        except BrokenPipeError:
            pass  # it has ended; how, the caller will see

    def kill(self):
        self.process.send_signal(signal.SIGKILL)
        return self.end()

    def end(self, last_order=None):
        """Gives the last order, reads to the end, and returns the exit code."""
        if last_order is not None:
            self.order(last_order)
        if not self.process.stdin.closed:
            try:
                self.process.stdin.close()
            except BrokenPipeError:
                pass
        while self.next() is not None:
            pass
        code = self.process.wait(timeout=TIMEOUT)
        self._reading.join()
        self.process.stdout.close()
        return code

    def said(self, beginning):
        """All lines that begin so, split into words."""
        return [line.split() for line in self.lines if line.startswith(beginning)]

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.kill()


def run(program, command, log, orders=(), **options):
    """A process from beginning to end; returns it, and its exit code."""
    worker = Worker(program, command, log, **options)
    for line in orders:
        worker.order(line)
    return worker, worker.end()


class Outcomes:
    """What a worker was told of each event, in the end."""

    def __init__(self, worker):
        self.last = {}       # id -> committed, refused or unknown: the last word
        self.positions = {}  # id of a batch's events -> the position of its last
        for line in worker.lines:
            what, _, rest = line.partition(" ")
            if what in ("committed", "refused", "unknown"):
                detail, *ids = rest.split()
                for event_id in ids:
                    require(self.last.get(event_id) != "committed" or what == "committed",
                            f"{event_id} was committed, and when sent again: {what}")
                    self.last[event_id] = what
                    if what == "committed":
                        self.positions[event_id] = int(detail)

    def of(self, what):
        return [event_id for event_id, last in self.last.items() if last == what]


def fingerprint(log):
    """What must not change under a visitor or a refused writer."""
    prints = {}
    for end in ("", "-wal", ".witness"):
        path = pathlib.Path(str(log) + end)
        if path.exists():
            status = path.stat()
            prints[path.name] = (hashlib.sha256(path.read_bytes()).hexdigest(), status.st_size, status.st_mtime_ns)
    return prints
