"""Of the inputs that a merge has looked at, the few that are worth keeping: again and again the one that leads to the most places
to which none of those before leads, the smaller of two alike.

    fewest.py CONTROL_FILE FOLDER

CONTROL_FILE: libFuzzer's, of -set_cover_merge=1: how many inputs, how many are of the first folder, their names; then, of each by its
number, `STARTED <number> <size>`, and `FT <number>` with what it covers. FOLDER: where the inputs are copied to.
"""
import pathlib
import shutil
import sys

INPUTS_MAX = 180


def main():
    control, folder = map(pathlib.Path, sys.argv[1:])
    lines = control.read_text(encoding="utf-8").splitlines()
    count = int(lines[0])
    names = lines[2 : 2 + count]
    sizes, covers = {}, {}
    for line in lines[2 + count :]:
        what, number, *rest = line.split()
        if what == "STARTED":
            sizes[int(number)] = int(rest[0])
        elif what == "FT":
            covers[int(number)] = set(rest)
    kept, covered = [], set()
    while covers and len(kept) < INPUTS_MAX:
        best = max(covers, key=lambda number: (len(covers[number] - covered), -sizes[number]))
        if covers[best] <= covered:
            break
        covered |= covers.pop(best)
        kept.append(names[best])
    for name in kept:
        shutil.copy(name, folder)


main()
