#!/usr/bin/env python3
"""Holds a log against the heads that its owner signed: check_proof.py LOG HEADS PUBLIC_KEY [KNOWN]. Needs openssl 3 beside Python."""
import base64, hashlib, json, sqlite3, struct, subprocess, sys, tempfile
from pathlib import Path

COLUMNS = """e.position, e.version, e.occurred_at, e.recorded_at, t.version, e.encoding, e.id, e.correlation, e.causation, e.name,
    t.aggregate_type, t.event_type, e.causation_type, e.source, e.traceparent, e.tags, e.data, typeof(e.data), f.name, f.version"""


def wrong(text):
    sys.exit(print(text) or 6)


def sha256(*parts):
    return hashlib.sha256(b"".join(parts)).digest()


def key_id(pem):                                                      # SubjectPublicKeyInfo ends with the 32 bytes
    return sha256(base64.b64decode("".join(line for line in pem.splitlines() if not line.startswith("-----")))[-32:])[:8].hex()


def is_signed(text, signature, key_file):
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "text").write_bytes(text)
        Path(folder, "signature").write_bytes(signature)
        return subprocess.run(["openssl", "pkeyutl", "-verify", "-pubin", "-inkey", key_file, "-rawin", "-in", f"{folder}/text",
                               "-sigfile", f"{folder}/signature"], capture_output=True).returncode == 0


def read_heads(path, key_file, known):
    """What was signed: the log's id, the last position, and (last position of a stretch, its digest) for all stretches."""
    lines = Path(path).read_bytes().split(b"\n")[:-1]                 # behind the last line end a head is not finished
    digests, stretches, log, position, before = set(), [], None, 0, bytes(32)
    for number, line in enumerate(lines, 1):
        text, _, signature = line.rpartition(b',"signature":"')
        if not is_signed(text, bytes.fromhex(signature[:-2].decode()), key_file):   # before anything is made of what it says
            wrong(f"heads, line {number}: the signature does not hold")
        head = json.loads(line)
        if head["format"] != 1 or head["key"] != key_id(Path(key_file).read_text()):
            wrong(f"heads, line {number}: another format, or another key")
        places = [*range(position + head["every"], head["position"], head["every"]), head["position"]]
        if head["previous"] != before.hex() or head["after"] != position or log not in (None, head["log"]) \
                or head["position"] <= position or len(places) != len(head["digests"]):
            wrong(f"heads, line {number}: it does not follow the line before")
        stretches += zip(places, map(bytes.fromhex, head["digests"]))
        log, position, before = head["log"], head["position"], sha256(line)
        digests.add(before.hex())
    if not lines or known and known not in digests:
        wrong("heads: there is none, or the one that was seen before is not among them")
    return log, position, stretches, before.hex()


def event_bytes(row):
    """The event as it is digested; None if this row is none."""
    numbers, ids, texts = row[:6], [one or bytes(16) for one in row[6:9]], [one or b"" for one in row[9:17]]
    if any(type(one) is not int for one in numbers) or any(type(one) is not bytes for one in ids + texts) \
            or any(len(one) != 16 for one in ids) or not 0 < row[4] < 1 << 32:
        return None
    if row[18:] != (row[9], 1) or (row[5], row[17]) not in ((0, b"text"), (1, b"blob")):
        return None                                                   # of another stream; or its data are not what it says
    out = struct.pack("<qqqq", *numbers[:4]) + b"".join(ids) + struct.pack("<II", *numbers[4:])
    return out + b"".join(struct.pack("<I", len(one)) + one for one in texts)


def check(path, log, position, stretches):
    """The stretches whose events are not those that were signed: (first, last)."""
    database = sqlite3.connect(Path(path).resolve(strict=True).as_uri() + "?mode=ro", uri=True)
    database.text_factory = bytes                                     # a text is the bytes that it has
    made = database.execute("SELECT sql FROM sqlite_master WHERE name IN ('entries', 'log', 'types') OR type IN ('index', 'trigger') ORDER BY name")
    if sha256(*(text or b"" for text, in made)).hex() != "b97fb7cbf1db7e4d4e778c10fa83cc8cd71e2a27651ef480cacee32de39f6d43":
        wrong("altered: all; the tables are not made as a log makes them")   # a view, or an index, would say what it likes
    if database.execute("SELECT id, format FROM log").fetchall() != [(bytes.fromhex(log.replace("-", "")), 1)]:
        wrong("it is another log, or has events in other files: take one that is restored from a backup of it")
    rows = database.execute(f"""SELECT {COLUMNS} FROM entries e LEFT JOIN types t ON t.number = e.type
        LEFT JOIN entries f ON f.position = e.stream WHERE e.position <= ? ORDER BY e.position""", (position,))
    altered, row, first, digest = [], next(rows, None), 1, sha256(b"whence proof 1\n", bytes.fromhex(log.replace("-", "")))
    for last, expected in stretches:
        expects, good = first, True
        while row and row[0] <= last:
            body = event_bytes(row) if row[0] == expects else None
            digest, good, expects = sha256(digest, body or b""), good and body is not None, expects + 1
            row = next(rows, None)
        if not good or expects != last + 1 or digest != expected:
            altered.append((first, last))
        first, digest = last + 1, expected                            # each stretch begins with what was signed
    return altered


if __name__ == "__main__":
    if len(sys.argv) not in (4, 5):
        print(__doc__, file=sys.stderr)
        sys.exit(2)
    try:
        log_id, signed_to, signed, newest = read_heads(sys.argv[2], sys.argv[3], sys.argv[4] if len(sys.argv) > 4 else "")
        found = check(sys.argv[1], log_id, signed_to, signed)
    except (ValueError, KeyError, TypeError, RecursionError, sqlite3.DatabaseError, OSError) as failure:
        wrong(f"cannot be read: {failure!r}")
    print(*(f"altered: {first} to {last}" for first, last in found), sep="\n", end="\n" if found else "")
    print(f"{signed_to} events signed, newest head {newest}")
    sys.exit(6 if found else 0)
