"""The documents, and what stands in them: blocks, and commands with what they print.

The line above a block says what it is:

    <!-- samples/first-program/main.cpp -->            a region of that file
    <!-- desk.cpp: samples/tutorial/…/desk.cpp -->     the whole of that file, which the reader writes as desk.cpp
    <!-- run in an empty folder -->                    commands (`$ …`) and all that they print
    <!-- run in the same folder -->                    the same, where the session before it in the document left off;
                                                       in both $CLONE is the root of the sources
    <!-- run in a clone -->                            commands of a shell, at the root of the sources
    <!-- the installation -->                          the one way to install Whence, the same in each document
    <!-- for a developer -->                           commands for who changes Whence: scripts, presets and tests that are there
    <!-- a summary of help -->                         usage, as `order-service COMMAND --help` says it at length
    <!-- printed by … -->, <!-- shown by gdb -->,
    <!-- the demo -->                                  what a test of its own compares
    <!-- a picture -->                                 what nobody runs

A line of output that is `…` stands for any number of lines. What differs from run to run may differ: ids, times, durations.
"""

import os
import re
import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
BLOCK = re.compile(r"(?:^<!-- ([^\n]+) -->\n)?^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
NEW_SESSION, NEXT_SESSION = "run in an empty folder", "run in the same folder"
COMMAND = re.compile(r"^\$ (.*)\n", re.MULTILINE)
VARIABLE = [
    (re.compile(r"\d{4}-\d\d-\d\dT[\d:.]+Z"), "<time>"),
    (re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"), "<id>"),
    (re.compile(r"\b[0-9a-f]{64}\b"), "<digest>"),
    (re.compile(r"\b[0-9a-f]{32}\b"), "<hash>"),
    (re.compile(r"\b[0-9a-f]{16}\b"), "<key>"),
    (re.compile(r"\+?\b\d+(\.\d+)? m?s\b"), "<duration>"),
    (re.compile(r"last event .* ago"), "last event <duration> ago"),
]


def documents():
    names = subprocess.run(["git", "ls-files", "--cached", "--others", "--exclude-standard", "*.md"],
                           cwd=ROOT, text=True, capture_output=True, check=True).stdout.split()
    return [ROOT / name for name in names]


def blocks(document):
    """What the line above says, the language, the text."""
    return BLOCK.findall(document.read_text())


def commands(session):
    """Each command, with what is shown of it."""
    _, *parts = COMMAND.split(session)
    return list(zip(parts[::2], parts[1::2]))


def without_variables(text):
    for pattern, name in VARIABLE:
        text = pattern.sub(name, text)
    # A duration may be wider than another, and move its column.
    return "".join(re.sub(" +", " ", line) if "<duration>" in line else line for line in text.splitlines(keepends=True))


def is_shown(printed, shown):
    """Whether the document shows what was printed."""
    parts = re.split(r"^…\n", without_variables(shown), flags=re.MULTILINE)
    return re.fullmatch(r"(?:.*\n)*".join(re.escape(part) for part in parts), without_variables(printed)) is not None


def run(command, folder, programs, **environment):
    """What a reader sees who has the programs in his PATH."""
    return subprocess.run(command.replace("build/release/bin/", ""), shell=True, cwd=folder, text=True,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          env=os.environ | {"PATH": f"{programs}:{os.environ['PATH']}"} | environment).stdout
