"""Every released schema compiles alone in ajv's strict mode, and takes its golden samples.

    released_ajv_test.py SCHEMAS FOLDER

FOLDER gets the node_modules that npm makes of the package.json of the shapes, once. Ends with 77 where there is no Node.js, or npm gets
nothing.
"""
import pathlib
import shutil
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
PACKAGE = HERE.parent / "serialization" / "shapes" / "package.json"
SKIPPED = 77


def install(folder):
    """Whether ajv is there."""
    folder.mkdir(parents=True, exist_ok=True)
    shutil.copy(PACKAGE, folder)
    shutil.copy(HERE / "released.mjs", folder)
    if (folder / "node_modules" / "ajv" / "package.json").exists():
        return True
    try:
        done = subprocess.run(["npm", "install", "--no-audit", "--no-fund", "--silent", "--ignore-scripts"], cwd=folder, stdout=sys.stderr,
                              timeout=90, check=False)
    except subprocess.TimeoutExpired:
        return False
    return done.returncode == 0


def main():
    schemas, folder = pathlib.Path(sys.argv[1]).resolve(), pathlib.Path(sys.argv[2])
    if shutil.which("node") is None or shutil.which("npm") is None:
        print("skipped: there is no Node.js here")
        return SKIPPED
    if not install(folder):
        print("skipped: npm did not get ajv")
        return SKIPPED
    released = sorted(str(path) for path in schemas.glob("*/*.v*.schema.json"))
    if len(released) < 7:
        print(f"{len(released)} released schemas are too few")
        return 1
    return subprocess.run(["node", "released.mjs", *released], cwd=folder, check=False).returncode


sys.exit(main())
