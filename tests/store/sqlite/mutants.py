#!/usr/bin/env python3
"""Plants bugs, one at a time, and requires of each that the test that is named for it fails.

Given a test build of the log, when it runs with WHENCE_MUTANT=n, then the killer of mutant n fails, and says what it missed; and
without a planted bug it passes. docs/mutants.md has the same table, row by row; and each mutant that core knows stands in it.

    mutants.py FOLDER [NUMBER…]      the folder of the test programs
    mutants.py --document            prints the table as it has to stand in docs/mutants.md
"""
import os
import pathlib
import re
import subprocess
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parents[3]
CONTRACT = "the SQLite log, opened without options, honours the contract"


def doctest(program, **filters):
    return program, *(f"--{name.replace('_', '-')}={text.replace(',', chr(92) + ',')}" for name, text in filters.items())


def clause(name):
    """A clause of the contract, on the SQLite log."""
    return f"log_contract: {CONTRACT}: {name}", doctest("mutants_of_log_contract", test_case=CONTRACT, subcase=name)


def case(name, of="store"):
    return f"{of}: {name}", doctest(f"mutants_of_{of}", test_case=name)


def damage(*arguments):
    return "sqlite log: damage is told, and takes nothing else away", ("damage_log_faults", *arguments)


def own(name):
    """A test that plants the bug itself, and requires that it is found."""
    return name, None


# number, where it was seen, the bug, its killer
MUTANTS = [
    (1, "etcd-io/etcd#14370", "an append is acknowledged before its COMMIT",
     own("sqlite log: a build that acknowledges before COMMIT is found by power cuts")),
    (2, "nats-io/nats-server#7564", "a commit is not synced", own("sqlite log: a build that does not sync is found")),
    (3, "etcd-io/etcd#13766", "a read model's checkpoint is written in a transaction of its own",
     own("crash: a build that writes checkpoints in a transaction of their own is found")),
    (4, "nats-io/nats-server#7549", "the log is taken to end at an event that is damaged", damage("150", "0", "0", "13")),
    (5, "nats-io/nats-server#7556", "a witness that cannot be read is taken for none that was ever needed",
     case("a log that is not empty is refused without its witness, or with one that is not its own")),
    (6, "rabbitmq/rabbitmq-server#12367", "a log whose file was cut short is taken for none, and made anew",
     damage("0", "200", "0", "13")),
    (7, "NEventStore/NEventStore#415", '"the stream must not exist" is taken for "any version"',
     clause("exactly version 0 means that the stream must not exist")),
    (8, "kurrent-io/KurrentDB#1898", "known event ids are taken again where the version is right",
     clause("the same batch again returns the first result, whatever versions are expected")),
    (9, "kurrent-io/KurrentDB#1697", "known event ids with another content are called a repeat",
     clause("a known event id with another content is refused")),
    (10, "kurrent-io/KurrentDB-Client-Dotnet#159", "a batch with an event id twice is refused, and a part of it is written",
     clause("an event id that stands twice in a batch is refused, and nothing is written")),
    (11, "tursodatabase/turso#8926", "after a refusal the last position is given again",
     clause("appends that fail leave no hole and give no position twice")),
    (12, "JasperFx/marten#1629", "the events of a group become visible out of their order",
     clause("with eight writers no reader ever sees a position before all below it")),
    (17, "PaulGrimshaw/dcb-event-store#89", "each stream of a group is committed by itself",
     clause("writers under disjoint tags are not refused, and become visible in order")),
    (34, "commanded/commanded#196", "a snapshot is taken for one of the version after its own",
     case("a load begins at the snapshot, and comes to what it would have come to without", of="modelling")),
    (35, "NickTsitlakidis/event-nest#64", "a snapshot is taken for one of the version before its own",
     case("a load begins at the snapshot, and comes to what it would have come to without", of="modelling")),
    (36, "dogganidhal/noddde#152, proteanhq/protean#1518", "a snapshot is believed whatever fold it is of",
     case("an `apply` that was changed in any of twenty ways never sees a snapshot of the one before", of="modelling")),
    (37, "SpineEventEngine/core-jvm#838", "what was folded before a read failed is kept as the snapshot of the whole stream",
     case("what was folded before a read failed leaves no snapshot", of="modelling")),
    (63, "ours", "an error from COMMIT is called a refusal",
     own("sqlite log: a build that calls an error from COMMIT a refusal is found")),
    (64, "ours", "after a sync that failed, a later one is relied on",
     own("sqlite log: a build that relies on the sync after a failed one is found")),
    (65, "ours", "the witness is not asked", own("sqlite log: a build that does not ask the witness is found")),
    (66, "ours", "a commit is synced only when the WAL is copied (synchronous=NORMAL)",
     own("sqlite log: a build that syncs only when the WAL is copied is found by power cuts")),
    (67, "ours", "the index's checkpoint is committed before its entries",
     own("sqlite log: a build whose index's checkpoint is ahead of its entries is found by power cuts")),
    (68, "ours", "a version that is one beyond the expected one is let through",
     own("sqlite log: a build with an error of one in its version check is found by histories")),
    (69, "ours", "a reader goes on with a snapshot that it should have ended",
     own("sqlite log: a build that serves a stale snapshot is found by histories")),
    (70, "ours", "a search in the writer's process does not see what is committed and not confirmed yet",
     own("sqlite log: a build whose searches lag behind its log is found by histories")),
    (71, "ours", "the number of a block is not in its checksum",
     case("a block that is not as it was written is never taken for one")),
    (72, "ours", "a group of positions is read from its second on",
     case("events of types are found wherever groups, runs and the index end")),
    (73, "ours", "the page of a filter is the one that its fences make likely",
     case("the page of a key is that of the last fence that is not beyond it, however the keys are spread")),
    (74, "ours", "the room that a WAL is given begins before the end of what was written",
     case("a small commit that makes the WAL longer makes room for those that follow, in zeros")),
    (75, "ours", "a run whose merging was cut short is not thrown away",
     case("a merge that was cut short leaves what was there, and is done again")),
    (76, "ours", "a log that is read as unchanging is not looked at again",
     case("what a writer adds meanwhile is seen at the next look")),
    (77, "ours", "a condition is looked at before it is known that the append is a repeat",
     clause("a repeat is recognised before its conditions are looked at")),
    (78, "ours", "a condition does not see what is queued before it",
     clause("a condition sees the appends that are queued before it")),
    (79, "ours", "a condition that is older than what is in memory is decided by memory alone",
     clause("a condition after an old position sees all that came since")),
    (80, "ours", "a condition lets the first event behind its position through",
     clause("writers that append under what they read by query lose no update")),
]


def table():
    rows = ["| mutant | seen in | the bug | found by |", "|---|---|---|---|"]
    return rows + [f"| {number} | {seen} | {bug} | {killer} |" for number, seen, bug, (killer, _) in MUTANTS]


def check_document():
    """The document, and the list beside the code, say the same as the table here."""
    document = (ROOT / "docs/mutants.md").read_text()
    missing = [row for row in table() if row not in document.splitlines()]
    known = (ROOT / "framework/whence/core/detail/fault_points.hpp").read_text()
    listed = {int(number): bug for number, bug in re.findall(r"^///   (\d+) +(\S.*)$", known, re.M)}
    missing += [f"{number}: {bug}" for number, bug in listed.items()
                if bug not in {each[2] for each in MUTANTS if each[0] == number}]
    rules = "\n".join(path.read_text() for path in (ROOT / "tests").rglob("CMakeLists.txt"))
    missing += [f"no test {name!r}" for *_, (name, command) in MUTANTS
                if command is None and name.partition(": ")[2] not in rules]
    return missing


def fails(folder, command, mutant):
    """How the killer ends: True if it fails as a test does, by saying what is wrong."""
    environment = {**os.environ, "WHENCE_MUTANT": str(mutant)} if mutant else dict(os.environ)
    program = [str(pathlib.Path(folder) / command[0]), *command[1:]]
    done = subprocess.run(program, env=environment, capture_output=True, text=True, timeout=200)
    said = done.stdout + done.stderr
    if done.returncode == 0:
        return None
    wrong = re.search(r"ERROR: (.*?)(?=\n\n|\Z)", said, re.S)  # as doctest says it
    return " ".join(wrong[1].split())[:200] if wrong else said.strip().splitlines()[-1]


def main():
    if sys.argv[1:] == ["--document"]:
        print("\n".join(table()))
        return 0
    folder, *wanted = sys.argv[1:]
    wrong = check_document()
    for line in wrong:
        print(f"docs/mutants.md, fault_points.hpp and mutants.py differ: {line}")
    sound = {}  # by command: whether it passes without a planted bug
    for number, _, bug, (name, command) in MUTANTS:
        if command is None or (wanted and str(number) not in wanted):
            continue
        begun = time.monotonic()
        if command not in sound:
            sound[command] = not fails(folder, command, 0)
        if not sound[command]:
            wrong.append(number)
            print(f"{name}: fails without a planted bug")
        found = fails(folder, command, number)
        print(f"{number} {bug}: {found or 'SURVIVES'} ({time.monotonic() - begun:.1f} s)")
        if not found:
            wrong.append(number)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
