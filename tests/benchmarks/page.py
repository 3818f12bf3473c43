"""Makes docs/benchmarks.md and its plots of docs/benchmarks.jsonl: the machine in the first line, then a figure a line.

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

SETS = {
    "append": "Appending",
    "read": "Reading",
    "project": "Catching up",
    "log": "The log as a file",
}

# What is measured, and against what.
FIGURES = {
    "append/1": "One caller appends one event at a time and blocks in `.get()`; each commit is on the disk before it returns. "
                "The reference inserts the same payload into a table, one commit each.",
    "append/64-vs-single": "64 coroutines, on the two threads of an executor, await one append after the other, so that 64 are in "
                           "flight and share commits. The reference is the one of `append/1`: a commit for each event.",
    "append/1000-together": "Appends of 1,000 events, to some hundred streams each, blocking. The reference inserts 1,000 rows a "
                            "commit; it checks no version, recognises no id, keeps no checksum and no index.",
    "read/all": "A visitor reads the log from its first event to its last, page by page; each event is checked against the chain. "
                "The reference steps through the same rows and takes every column, and checks nothing.",
    "project/count": "An application with a projection in memory that counts events by type and decodes none, from its start until "
                     "the model includes the whole log. The reference steps through type and payload of the same rows, and counts.",
    "project/decode": "The same with a projection that decodes each event and adds up what is in it. The reference does so by hand "
                      "with nlohmann/json.",
    "log/open": "Opening a log that was closed in order, until it takes appends. The reference opens the same file with SQLite and "
                "reads its last row.",
    "log/index": "The index is deleted; from opening the log until a question that needs all of it is answered. The reference sorts "
                 "two keys of each row into a table.",
    "log/bytes": "Bytes in the log's file for each event. The reference has the payload, its id and five numbers.",
}
LOWER_IS_BETTER = {"log/open", "log/bytes"}


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
        goal = f"≥ {figure['goal']:g}" if "goal" in figure else ""
        lines.append(f"| `{figure['name']}` | {number(figure['ours'])} | {number(figure['reference'])} | {figure['unit']} "
                     f"| {ratio(figure['ratio'])} | {ratio(figure['low'])} – {ratio(figure['high'])} | {goal} |")
    return "\n".join(lines)


def section(key, title, figures):
    text = [f"## {title}", "", f"![{title}: ours beside the reference](benchmarks/{key}.svg)", "", table(figures), ""]
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
- Both sides write the same payloads: the life of orders, which are placed, paid and shipped; 240 bytes of JSON in the mean.
- Whence checks the expected version of each stream, recognises event ids that it has, chains a checksum over all events, bears
  witness beside the log and writes an index in the background. The reference does nothing of that.
- What both sides read must come out the same, or there is no figure.

`tools/bench append/1` measures one figure, `--dir` on another disk, `--cpu` in processor time. The sources are in
[tests/benchmarks](../tests/benchmarks): a file for each contender.
"""


def main():
    if sys.argv[1:] == ["--machine"]:
        print(json.dumps(machine(), ensure_ascii=False))
        return
    about, *figures = [json.loads(line) for line in (DOCS / "benchmarks.jsonl").read_text().splitlines()]
    plots = DOCS / "benchmarks"
    plots.mkdir(exist_ok=True)
    parts = [HEAD.format(**about)]
    for key, title in SETS.items():
        chosen = [figure for figure in figures if figure["name"].startswith(key + "/")]
        if chosen:
            parts.append(section(key, title, chosen))
            (plots / f"{key}.svg").write_text(bars(chosen, LOWER_IS_BETTER))
    (DOCS / "benchmarks.md").write_text("\n".join(part.rstrip("\n") + "\n" for part in parts))


if __name__ == "__main__":
    main()
