"""What a worker has left behind when it was killed: used by what kills archives, and forks."""
import os
import pathlib
import shutil
import subprocess

OWN = {"shop.db" + end for end in ("", "-shm", "-wal", ".index", ".index-shm", ".index-wal", ".lock", ".witness")}


class Wrong(Exception):
    pass


class Bench:
    """A log, shop.db, in a folder of its own, and copies of that which are spoilt."""

    def __init__(self, program, folder):
        self.program, self.folder = program, pathlib.Path(folder)
        self.template = self.folder / "template"
        self.template.mkdir()

    def run(self, folder, *words, log="shop.db", kill_at=None, more={}):
        """Has the worker do something. `kill_at`: a phase and a visit at which it dies, if it comes so far."""
        environment = dict(os.environ) | more
        if kill_at:
            environment |= {"WHENCE_KILL_AT": kill_at, "WHENCE_CHECKPOINT_BYTES": "1000000"}
        done = subprocess.run([self.program, folder / log, *map(str, words)], env=environment, capture_output=True, text=True)
        if done.returncode not in (0, -9):
            raise Wrong(f"{words}: exit {done.returncode}: {done.stdout}{done.stderr}")
        if done.returncode == -9 and not kill_at:
            raise Wrong(f"{words}: killed by nobody")
        return done

    def look(self, folder, log="shop.db"):
        """What is read, and how many stubs there are. Whatever a verification finds is wrong."""
        read, _, stubs = self.run(folder, "look", log=log).stdout.partition(" stubs ")
        return read, int(stubs)

    def copy(self, of=None):
        place = self.folder / "life"
        shutil.rmtree(place, ignore_errors=True)
        shutil.copytree(of or self.template, place)
        return place
