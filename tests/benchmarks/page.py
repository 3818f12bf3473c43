"""Makes docs/benchmarks.md and its plots of docs/benchmarks.jsonl and docs/benchmarks-peers.jsonl: the machine in the first line, then
a figure a line.

    page.py              makes the page
    page.py --machine    prints the line about this machine
"""

import datetime
import json
import os
import platform
import subprocess
import sys
from pathlib import Path

from plot import bars

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs"

# The sections of the page, and the figures of each.
SETS = {
    "append": ("Appending", ["append/1", "append/64", "append/256", "append/64-vs-single", "append/64-threads", "append/64-p99",
                             "append/query"]),
    "bulk": ("Appending in bulk", ["bulk/random", "bulk/local", "bulk/new"]),
    "read": ("Reading", ["scan", "load/100", "trace"]),
    "log": ("The log as it grows", ["grow", "bytes", "open/clean", "open/killed", "index"]),
    "project": ("Catching up", ["project/count", "project/decode", "project/upcast"]),
    "snapshot": ("Loading aggregates", ["snapshot/load"]),
    "peers": ("Beside other event stores", ["peers/emmett/1", "peers/emmett/100", "peers/emmett-kept/1", "peers/emmett-kept/100",
                                            "peers/act/1", "peers/act/100", "peers/act/64-callers"]),
}

# What is measured, and against what.
FIGURES = {
    "append/1": "One caller appends one event at a time and blocks in `.get()`; each commit is on the disk before it returns. "
                "The reference inserts the same event into a table, one commit each.",
    "append/64": "64 coroutines, on the two threads of an executor, await one append after the other, so that 64 are in flight and "
                 "share commits. The reference is a loop that inserts 64 rows a commit: it waits for nobody.",
    "append/256": "The same with 256 coroutines, and 256 rows a commit.",
    "append/64-vs-single": "What 64 in flight gain: the reference is the one of `append/1`, a commit for each event.",
    "append/64-threads": "64 threads, each of which blocks in `.get()`. The reference is a commit for each event.",
    "append/64-p99": "What 99 of 100 appends take at most, with 64 in flight. The reference is what 99 of 100 commits of 64 rows take.",
    "append/query": "64 coroutines, as in `append/64`, each append under the condition that no event with the tag of its order came since the "
                    "coroutine's last one; the events carry that tag. The reference is the same events on exact expected versions, in "
                    "another log of Whence.",
    "bulk/random": "Appends of 1,000 events to 100,000 streams in random order, one after the other, and on until no thread has "
                   "anything left to do: runs of the index and their merges included. The reference inserts 1,000 rows a commit.",
    "bulk/local": "The same, but nine in ten events go to a thousand of the streams.",
    "bulk/new": "The same, but every third event opens a stream with a random name.",
    "grow": "Appends of 1,000 events at the end of a log that has grown; the reference is the same log when it was new.",
    "bytes": "Bytes for each event, of the log and its index after merging. The reference has no index.",
    "scan": "A visitor reads the log from its first event to its last, page by page; each event is checked against the chain. "
            "The reference steps through the same rows and takes every column, and checks nothing.",
    "open/clean": "Opening the log after it was closed in order, until it takes appends. The reference opens its file and reads its "
                  "last row.",
    "load/100": "A stream of a hundred events, spread evenly over the log, is read. The reference is one query on an index by "
                "stream and version.",
    "trace": "A visitor comes, and finds ten events that have one cause, spread evenly over the log. The reference opens its file and "
             "asks an index by correlation.",
    "open/killed": "Opening the log after its writer was killed in the middle of 50,000 events, until it takes appends. The reference "
                   "opens its file after the same.",
    "index": "The index is deleted; from opening the log until a question that needs all of it is answered. The reference sorts "
             "two keys of each row into a table.",
    "project/count": "An application with a projection in memory that counts events by type and decodes none, from its start until "
                     "the model includes the whole log. The reference steps through type and payload of the same rows, and counts.",
    "project/decode": "The same with a projection that decodes each event and adds up what is in it. The reference does so by hand "
                      "with nlohmann/json.",
    "project/upcast": "The same projection over a log whose events are three versions old: each goes through three upcasters, which "
                      "rename a member, remove one, and read and set one. The reference is the same over a log of today's events.",
    "snapshot/load": "An aggregate of 100,000 events, whose snapshot is 99 events old, is loaded without anything in memory. The reference "
                     "is an aggregate of a hundred events, as far apart in the same log, loaded from the first.",
    "peers/emmett/1": "One event a call, appended by one caller to one of 100,000 streams. Emmett as it is shipped opens its file for "
                      "each call.",
    "peers/emmett/100": "The same with a hundred events a call.",
    "peers/emmett-kept/1": "The same, with Emmett's connection kept open through its lower-level function.",
    "peers/emmett-kept/100": "The same with a hundred events a call.",
    "peers/act/1": "One event a call, at the store of Act.",
    "peers/act/100": "The same with a hundred events a call.",
    "peers/act/64-callers": "64 callers at once, an event a call; with Whence, 64 threads that block. Whence refuses none.",
}
# What is behind figures that fall short of their goal, or nearly do.
NOTES = {
    "append": """**What holds `append/256`.** With 256 in flight an append took about 5 µs of processor where it was profiled (two Xeons; the ratio
was 0.37 there): 3.1 on the thread that commits, 1.1 on the two of the executor (checking the batch, queueing it, waking its
coroutine), 0.4 for the index, 0.3 for checkpoints. The reference takes 1.5, all in one loop. On two processors the thread that commits is the limit: of its time a third goes into judging
(stream, expected version, event id, checksum, most of it waiting for memory that another processor has written), a fifth each into
inserting the row and into writing and syncing the WAL, the rest into completing and freeing. Tried: two groups that take
turns, so that one is committed while the other queues: slower, since each half pays for a sync of its own.
What was gained instead is in [decision 18](decisions/0018-one-statement-a-group.md). `append/64` is bound
by the same: 0.45 there, where a commit of one row took 140 µs, and 0.54 on two faster processors, where it took 93.""",
    "peers": """**What holds `peers/act/1`.** Every side syncs each commit, so the disk decides: the reference of `append/1`, a loop that
inserts a row a commit and does nothing else, is some seven times as fast as Act with one event a call. Nobody reaches ten.""",
    "bulk": """**What `bulk/…` is made of.** The caller's thread takes 1.8 µs an event beside 1.1 of the reference's, the index 0.35 on another one;
each stream that was never seen costs about 1.5 µs more, for looking where it might be. Checkpoints make everybody wait, on both sides: a
round has one or none, which is why rounds differ.""",
}
LOWER_IS_BETTER = {"append/64-p99", "bytes", "open/clean", "open/killed", "load/100", "trace", "snapshot/load"}


def machine():
    model = next((line.split(":", 1)[1].strip() for line in Path("/proc/cpuinfo").read_text().splitlines()
                  if line.startswith("model name")), platform.machine())
    memory = int(Path("/proc/meminfo").read_text().split()[1]) / 2**20
    disk = subprocess.run(["stat", "-f", "-c", "%T", str(ROOT)], text=True, capture_output=True, check=True).stdout.strip()
    return {"machine": f"{os.cpu_count()} × {model}, {memory:.0f} GiB", "system": f"Linux {platform.release()}, {disk}",
            "date": datetime.date.today().isoformat(), "load": round(os.getloadavg()[0], 1)}


def number(value):
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"


def ratio(value):
    return f"{value:.1f}" if value >= 10 else f"{value:.2f}"


def table(figures):
    lines = ["| figure | ours | reference | unit | ratio | of the rounds | goal |", "|---|--:|--:|---|--:|---|--:|"]
    for figure in figures:
        sign = "≤" if figure["name"] in LOWER_IS_BETTER else "≥"
        goal = f"{sign} {figure['goal']:g}" if "goal" in figure else ""
        lines.append(f"| `{figure['name']}` | {number(figure['ours'])} | {number(figure['reference'])} | {figure['unit']} "
                     f"| {ratio(figure['ratio'])} | {ratio(figure['low'])} – {ratio(figure['high'])} | {goal} |")
    return "\n".join(lines)


def section(key, title, figures):
    text = [f"## {title}", "", f"![{title}: ours beside the reference](benchmarks/{key}.svg)", "", table(figures), ""]
    if key in NOTES:
        text += [NOTES[key], ""]
    for figure in figures:
        direction = " Less is better." if figure["name"] in LOWER_IS_BETTER else ""
        text.append(f"- `{figure['name']}`: {FIGURES[figure['name']]}{direction} (Here: {figure['against']}.)")
    return "\n".join(text)


HEAD = """# Benchmarks

How fast Whence is, beside SQLite alone: with nothing in between, in the same minute, on the same disk. `tools/bench --page` made
this page; run it on your machine.

**Only the ratios mean something.** The machine is what it is, others may use it too, and nobody can see from inside whether a disk
keeps what it says is written.

| machine | system | date | load when it began |
|---|---|---|---|
| {machine} | {system} | {date} | {load} |

## Method

- Ours and the reference take turns, a round each, in changing order. A figure is the median of the rounds; a ratio is the median
  of the ratios of each round, and beside it stand the lowest and the highest of these.
- The reference has the best of several page sizes and checkpoint intervals, and a WAL that has its blocks in place already. It
  takes no locks of its own (`SQLITE_OPEN_NOMUTEX`), and inserts into a table without any index.
- Every append is durable when it is acknowledged: `synchronous=FULL` on both sides.
- Both sides write the same events into the same columns: the life of orders, which are placed, paid and shipped, in 100,000 streams in
  random order unless it is said otherwise; 240 bytes of JSON in the mean, ids of event, correlation and causation, one tag.
- Whence checks the expected version of each stream, recognises event ids that it has, chains a checksum over all events, bears
  witness beside the log and writes an index in the background. The reference does nothing of that.
- What has grown has two million events; `--full` measures twenty million.
- Other stores for SQLite (`tools/bench peers`) play as they are shipped, through their own interface, with the same payload; there ids and
  JSON are made within the time that is measured, on both sides.
- What both sides read must come out the same, or there is no figure.

`tools/bench append/1` measures one figure, `--dir` on another disk, `--cpu` in processor time. The sources are in
[tests/benchmarks](../tests/benchmarks): a file for each contender.
"""


def kept(name):
    return [json.loads(line) for line in (DOCS / name).read_text().splitlines()]


def main():
    if sys.argv[1:] == ["--machine"]:
        print(json.dumps(machine(), ensure_ascii=False))
        return
    about, *figures = kept("benchmarks.jsonl")
    if (DOCS / "benchmarks-peers.jsonl").exists():
        figures += kept("benchmarks-peers.jsonl")[1:]
    plots = DOCS / "benchmarks"
    plots.mkdir(exist_ok=True)
    parts = [HEAD.format(**about)]
    for key, (title, names) in SETS.items():
        chosen = [figure for figure in figures if figure["name"] in names]
        if chosen:
            parts.append(section(key, title, chosen))
            (plots / f"{key}.svg").write_text(bars(chosen, LOWER_IS_BETTER))
    (DOCS / "benchmarks.md").write_text("\n".join(part.rstrip("\n") + "\n" for part in parts))


if __name__ == "__main__":
    main()
