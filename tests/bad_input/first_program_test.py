"""The program that README.md begins with, on logs that it cannot open: people copy it, so it says what is wrong in the one form."""

import sys
import unittest
from pathlib import Path

from bad_input import Place, Programs

PROGRAMS = Programs(Path(sys.argv.pop()).resolve())


class FirstProgram(unittest.TestCase):
    def setUp(self):
        self.place = Place(store="")
        self.addCleanup(self.place.close)

    def refusal(self):
        ran = PROGRAMS.run(["first-program"], self.place)
        return ran.returncode, ran.stdout, ran.stderr

    def test_an_empty_file_is_no_log(self):
        (self.place.folder / "bank.db").touch()
        self.assertEqual(self.refusal(), (6, "", "first-program: bank.db is not a Whence log; nothing was changed\n  where: bank.db\n"
                                                 "  why:   the file is empty\n  do:    give the path of a log  [log.not_a_log, exit 6]\n"))

    def test_a_log_without_its_witness_is_not_gone_on_with(self):
        PROGRAMS.must("first-program", self.place)
        (self.place.folder / "bank.db.witness").unlink()
        code, out, err = self.refusal()
        self.assertEqual((code, out), (6, ""))
        self.assertTrue(err.startswith("first-program: bank.db has no usable witness beside it; nothing was changed\n"), err)
        self.assertTrue(err.endswith("[log.witness_missing, exit 6]\n"), err)


if __name__ == "__main__":
    try:
        unittest.main(argv=sys.argv[:1], verbosity=2)
    finally:
        PROGRAMS.close()
