#!/usr/bin/env python3
"""A shop that trades is asked over its control socket, among hostile peers of all kinds, and is killed and stopped while it is asked.

What a peer was told is held against the log afterwards:
  - what was said to be done is there once, with its audit event behind it, in one commit,
  - what was refused is not there, and has no audit event,
  - what nobody knows is there once with its audit event, or not at all,
  - no other event was written for an operator, and a verification finds nothing.
Operations are repeated with their ids, at the same time and after the next start. Archives and compactions go on meanwhile.

Prints `figure: value` lines; exits 1 at the first thing that is wrong.
"""
import argparse
import collections
import json
import os
import random
import signal
import socket
import subprocess
import tempfile
import threading
import time
import uuid

STREAM = "stock-operated"
counts = collections.Counter()
counting = threading.Lock()


def count(what, by=1):
    with counting:
        counts[what] += by


class Wrong(Exception):
    pass


def request(operation, arguments, dry_run=False, reason="a proof"):
    return (json.dumps({"whence": 1, "operation": operation, "arguments": arguments, "reason": reason, "program": "a proof",
                        "dryRun": dry_run}) + "\n").encode()


class Peer:
    """One connection. Nothing is thrown: what ends is ended."""

    def __init__(self, path):
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.settimeout(30)
        self.socket.connect(path)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.socket.close()

    def send(self, message):
        try:
            self.socket.sendall(message)
            return True
        except OSError:
            return False

    def answer(self):
        """The last line that is whole: done, failed, or nothing."""
        came = b""
        try:
            while more := self.socket.recv(65536):
                came += more
        except OSError:
            pass
        for line in reversed(came.split(b"\n")[:-1]):
            said = json.loads(line)
            if "progress" not in said:
                return said
        return None


class Operation:
    """An event that is to be appended once, and all that was said of it."""

    def __init__(self, is_fit):
        self.id, self.is_fit, self.said = str(uuid.uuid4()), is_fit, []
        data = {"item": "OPERATED", "quantity": 1 if is_fit else "many", "origin": self.id}
        event = {"eventId": self.id, "eventType": "StockAdjusted", "eventVersion": 2, "aggregateType": "StockItem", "data": data}
        self.request = request("event append", {"stream": STREAM, "event": json.dumps(event), "expected": "any"})

    def ask(self, path):
        try:
            with Peer(path) as peer:
                whole = peer.send(self.request)
                answer = peer.answer()
        except OSError:
            return  # nobody listens
        if answer is None:
            outcome = "unknown" if whole else "not sent"
        else:
            outcome = "done" if "done" in answer else answer["failed"]["code"]
        self.said.append(outcome)
        count(f"said {outcome}")


def crowd(path, operation):
    """A hundred at once, each with less than a request."""
    peers = []
    try:
        for _ in range(100):
            peers.append(Peer(path))
            peers[-1].send(operation[:random.randrange(len(operation))])
    finally:
        for peer in peers:
            peer.socket.close()
        count("hostile peers", len(peers))


def hostile(kind, path, operation):
    """Sends what no program of ours would. `operation`: a request that is never to be done."""
    if kind == "a crowd":
        return crowd(path, operation)
    with Peer(path) as peer:
        half = operation[:len(operation) // 2]
        sent = {
            "garbage": lambda: peer.send(random.randbytes(300) + b"\n"),
            "no JSON": lambda: peer.send(b"[" * 100_000 + b"\n"),
            "ten megabytes": lambda: peer.send(b"x" * 10_000_000),
            "large, as it should begin": lambda: peer.send(b'{"whence":1,' + b" " * 5_000_000),
            "half a request": lambda: peer.send(half),
            "all but its end": lambda: peer.send(operation[:-1]),
            "two requests": lambda: peer.send(operation + operation),
            "another version": lambda: peer.send(operation.replace(b'"whence": 1', b'"whence": 9')),
            "no word": lambda: True,
        }[kind]()
        if sent and random.random() < 0.3 and kind not in ("no word", "half a request", "all but its end"):
            answer = peer.answer()
            if answer and "done" in answer:
                raise Wrong(f"{kind} was answered with {answer}")
        elif random.random() < 0.1:
            time.sleep(0.2)
    count("hostile peers")


KINDS = ("garbage", "no JSON", "ten megabytes", "large, as it should begin", "half a request", "all but its end", "two requests",
         "another version", "no word", "a crowd")


class Shop:
    def __init__(self, programs, folder):
        self.service_program, self.whence_program = programs
        self.store = os.path.join(folder, "shop.db")
        self.path = self.store + ".ctl"
        self.over = threading.Event()
        self.operations, self.never, self.wrong = [], [], []
        self.lock = threading.Lock()

    def start(self, seed):
        self.service = subprocess.Popen(
            [self.service_program, "simulate", "--orders", "100000000", "--seed", str(seed), "--at-once", "4", "--store", self.store],
            stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
        while True:
            try:
                Peer(self.path).socket.close()
                return
            except OSError:
                if self.service.poll() is not None:
                    raise Wrong(f"the service did not start: {self.service.stderr.read().decode()}") from None
                time.sleep(0.005)

    def end(self, how):
        with open(f"/proc/{self.service.pid}/status", encoding="ascii") as status:
            peak = next((int(line.split()[1]) for line in status if line.startswith("VmHWM")), 0)
        with counting:
            counts["peak"] = max(counts["peak"], peak)
        self.service.send_signal(how)
        try:
            code = self.service.wait(40)
        except subprocess.TimeoutExpired:
            self.service.kill()
            raise Wrong(f"the service did not end after {how.name}") from None
        if code not in ((-9,) if how is signal.SIGKILL else (0, 143, -15)):
            raise Wrong(f"the service ended with {code} after {how.name}: {self.service.stderr.read().decode()}")
        count(f"ended by {how.name}")

    def guarded(self, what):
        """A thread that does it until all is over."""
        def run():
            try:
                while not self.over.is_set():
                    try:
                        what()
                    except OSError:
                        time.sleep(0.01)  # nobody listens, or as many wait as may
            except Exception as failure:  # pylint: disable=broad-except
                self.wrong.append(failure)
                self.over.set()
        thread = threading.Thread(target=run)
        thread.start()
        return thread

    def operate(self):
        operation = Operation(is_fit=random.random() < 0.8)
        with self.lock:
            self.operations.append(operation)
            again = random.choice(self.operations)
        asks = [threading.Thread(target=each.ask, args=(self.path,))
                for each in ([operation, operation, again] if random.random() < 0.3 else [operation])]
        for ask in asks:
            ask.start()
        for ask in asks:
            ask.join()
        if not operation.said:
            time.sleep(0.01)

    def harm(self):
        never = Operation(is_fit=True)
        with self.lock:
            self.never.append(never)
        hostile(random.choice(KINDS), self.path, never.request)

    def keep_house(self):
        with Peer(self.path) as peer:
            which = random.choice(("log archive", "log archive", "log compact"))
            peer.send(request(which, {"aggregates": '["Order", "Payment"]'} if which == "log archive" else {}))
            if random.random() < 0.3:
                time.sleep(random.random() * 0.05)
                return count(f"{which}: hung up")
            answer = peer.answer()
        said = "unknown" if answer is None else "done" if "done" in answer else answer["failed"]["code"]
        count(f"{which}: {said}")
        time.sleep(0.02)

    def as_nobody(self, requests):
        """Another user, whom the file lets in as far as it goes: how often he was told that he may not."""
        os.chmod(self.path, 0o666)
        read, write = os.pipe()
        child = os.fork()
        if child == 0:
            os.setgid(65534)
            os.setuid(65534)
            told = 0
            for each in requests:
                try:
                    with Peer(self.path) as peer:
                        peer.send(each)
                        answer = peer.answer()
                    told += bool(answer and answer.get("failed", {}).get("code") in ("control.not_allowed", "control.busy"))
                except OSError:
                    told += 1
            os.write(write, str(told).encode())
            os._exit(0)
        os.waitpid(child, 0)
        told = int(os.read(read, 20))
        os.close(read)
        os.close(write)
        if told != len(requests):
            raise Wrong(f"another user: {told} of {len(requests)} requests were refused")
        count("requests of another user, all refused", told)

    def events(self, *words):
        done = subprocess.run([self.whence_program, "event", "list", *words, "-o", "jsonl", "--store", self.store],
                              capture_output=True, text=True, check=False)
        if done.returncode != 0:
            raise Wrong(f"event list: {done.stderr}")
        return [json.loads(line) for line in done.stdout.splitlines()]

    def judge(self):
        verified = subprocess.run([self.whence_program, "log", "verify", "--store", self.store], capture_output=True, text=True,
                                  check=False)
        if verified.returncode != 0:
            raise Wrong(f"log verify: {verified.stdout}{verified.stderr}")
        written, audited = collections.defaultdict(list), collections.defaultdict(list)
        for event in self.events("--stream", STREAM):
            written[event["eventId"]].append(event["globalPosition"])
        for event in self.events("--stream", "whence-operations"):
            if event["data"]["operation"] == "event append":
                audited[event["data"]["arguments"]["eventId"]].append(event["globalPosition"])
        asked = {operation.id: operation for operation in self.operations}
        for one in (written.keys() | audited.keys()) - asked.keys():
            raise Wrong(f"{one} was never asked for in whole, and is there")
        for one, operation in asked.items():
            there, audits = written[one], audited[one]
            about = f"{one}, of which was said {operation.said}: events {there}, audit events {audits}"
            if len(there) > 1 or [position + 1 for position in there] != audits:
                raise Wrong(f"not once, or not with its audit event in one commit: {about}")
            if "done" in operation.said and not there:
                raise Wrong(f"said to be done, and not there: {about}")
            if there and not {"done", "unknown"} & set(operation.said):
                raise Wrong(f"refused, and there: {about}")
            if there and not operation.is_fit:
                raise Wrong(f"no event of the shop, and there: {about}")
            kind = "done" if "done" in operation.said else "unknown" if "unknown" in operation.said else "refused"
            count(f"{kind}, {'there with its audit event' if there else 'not there'}")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("service")
    parser.add_argument("whence")
    parser.add_argument("--ends", type=int, default=6, help="how often the service is killed or stopped")
    parser.add_argument("--life", type=float, default=0.4, help="seconds of a life, at most")
    options = parser.parse_args()
    random.seed(7)
    with tempfile.TemporaryDirectory() as folder:
        os.chmod(folder, 0o711)
        shop = Shop((options.service, options.whence), folder)
        shop.start(0)
        if os.geteuid() == 0:
            shop.as_nobody([Operation(is_fit=True).request for _ in range(20)])
            os.chmod(shop.path, 0o600)
        threads = [shop.guarded(what) for what in 3 * [shop.operate] + 3 * [shop.harm] + [shop.keep_house]]
        try:
            for life in range(1, options.ends + 1):
                shop.over.wait(options.life * random.random())
                shop.end(signal.SIGKILL if life % 2 else signal.SIGTERM)
                if shop.over.is_set():
                    break
                shop.start(life)
                again = [each for each in shop.operations[-50:] if each.said[-1:] == ["unknown"]]
                for operation in again[::2]:
                    operation.ask(shop.path)
            shop.over.wait(options.life)
        finally:
            shop.over.set()
            for thread in threads:
                thread.join()
        if shop.service.poll() is None:
            shop.end(signal.SIGTERM)
        if shop.wrong:
            raise shop.wrong[0]
        shop.judge()
        peak = counts.pop("peak")
        for what, many in sorted(counts.items()):
            print(f"{what.replace(': ', ', ')}: {many}")
        head = len(shop.events("--stream", STREAM))
        print(f"events appended for operators: {head}")
        print(f"memory of the service, at most: {peak / 1024:.0f} MiB")
        if counts["done, there with its audit event"] == 0 or counts["hostile peers"] == 0:
            raise Wrong("nothing was proven: no operation was done, or no hostile peer came")


if __name__ == "__main__":
    try:
        main()
    except Wrong as wrong:
        raise SystemExit(f"hostile_socket.py: {wrong}") from None
