#!/usr/bin/env python3
"""Measures Whence beside event stores for Node that stand on SQLite too, as they are shipped; prints a figure a line.

    peers.py WHENCE_PEER --dir DIR --modules FOLDER [--rounds N] [--seconds S] [--json]

In each round every side appends for some seconds to a store of its own, in changing order; a figure is the median of the rounds.
FOLDER has node_modules, made by npm of package.json; it is made if it is not there.
"""
import argparse
import json
import os
import pathlib
import shutil
import statistics
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent

# Of each figure: the peer, events a call, callers at once, and what is asked of Whence.
FIGURES = {
    "peers/emmett/1": ("emmett", 1, 1, 10),
    "peers/emmett/100": ("emmett", 100, 1, 5),
    "peers/emmett-kept/1": ("emmett-kept", 1, 1, 3.5),
    "peers/emmett-kept/100": ("emmett-kept", 100, 1, 3),
    "peers/act/1": ("act", 1, 1, 10),
    "peers/act/100": ("act", 100, 1, 5),
    "peers/act/64-callers": ("act", 1, 64, 10),
}


def install(modules):
    modules.mkdir(parents=True, exist_ok=True)
    shutil.copy(HERE / "package.json", modules)
    shutil.copy(HERE / "peer.mjs", modules)
    if not (modules / "node_modules").is_dir():
        subprocess.run(["npm", "install", "--no-audit", "--no-fund", "--silent"], cwd=modules, check=True, stdout=sys.stderr)


def play(command, modules, directory, events, callers, seconds):
    """One round of one side: what it says."""
    with tempfile.TemporaryDirectory(dir=directory, prefix="whence-peers-") as folder:
        file = str(pathlib.Path(folder) / "store.db")
        run = subprocess.run([*command, file, str(events), str(callers), str(seconds)], cwd=modules, text=True,
                             capture_output=True, env={**os.environ, "NODE_ENV": "production", "LOG_LEVEL": "error"})
    if run.returncode != 0:
        raise SystemExit(f"peers.py: {' '.join(command)} ended with {run.returncode}: {run.stderr.strip()[-500:]}")
    return json.loads(run.stdout.splitlines()[-1])


def measure(options, name):
    peer, events, callers, goal = FIGURES[name]
    sides = {"ours": [options.whence_peer, "whence"], "reference": ["node", "peer.mjs", peer]}
    said = {"ours": [], "reference": []}
    for number in range(options.rounds):
        for side in (list(sides) if number % 2 == 0 else list(sides)[::-1]):
            said[side].append(play(sides[side], options.modules, options.dir, events, callers, options.seconds))
    rates = {side: [one["events_per_s"] for one in ones] for side, ones in said.items()}
    refused = {side: sum(one["refused"] for one in ones) for side, ones in said.items()}
    if refused["ours"]:
        raise SystemExit(f"peers.py: {name}: Whence refused {refused['ours']} of its calls")
    ratios = [ours / max(reference, 1) for ours, reference in zip(rates["ours"], rates["reference"])]
    versions = json.loads((HERE / "package.json").read_text())["dependencies"]
    package = "@rotorsoft/act-sqlite" if peer == "act" else "@event-driven-io/emmett-sqlite"
    against = f"`{package}` {versions[package]}"
    if refused["reference"]:
        why = next(one["why"] for one in said["reference"] if one["refused"])
        against += f"; it refused {refused['reference']:,} calls: {why}"
    return {"name": name, "ours": statistics.median(rates["ours"]), "reference": statistics.median(rates["reference"]),
            "ratio": statistics.median(ratios), "low": min(ratios), "high": max(ratios), "unit": "events/s", "goal": goal,
            "against": against}


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("whence_peer", type=os.path.abspath)
    parser.add_argument("names", nargs="*", metavar="NAME", help="figures; all of them if none is given")
    parser.add_argument("--dir", type=os.path.abspath, required=True, help="on the disk whose commits are to be measured")
    parser.add_argument("--modules", type=lambda path: pathlib.Path(path).resolve(), required=True)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=2)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    unknown = set(options.names) - set(FIGURES)
    if unknown:
        parser.error(f"there is no {', '.join(sorted(unknown))}; there are {', '.join(FIGURES)}")
    install(options.modules)
    for name in options.names or FIGURES:
        figure = measure(options, name)
        if options.json:
            print(json.dumps(figure, ensure_ascii=False), flush=True)
        else:
            print(f"{name:24} {figure['ours']:>10,.0f} beside {figure['reference']:>8,.0f} events/s: {figure['ratio']:6.1f} times "
                  f"({figure['low']:.1f} to {figure['high']:.1f}); asked: {figure['goal']:g}; {figure['against']}", flush=True)


if __name__ == "__main__":
    main()
