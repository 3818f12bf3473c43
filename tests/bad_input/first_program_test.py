"""The program that README.md begins with, run after run, on logs that it cannot open, and where it cannot print: people copy it, so
it says what is wrong in the one form."""

import sys
import unittest
from pathlib import Path

from bad_input import Place, Programs

PROGRAMS = Programs(Path(sys.argv.pop()).resolve())


class FirstProgram(unittest.TestCase):
    def setUp(self):
        self.place = Place(store="")
        self.addCleanup(self.place.close)

    def ended(self):
        ran = PROGRAMS.run(["first-program"], self.place)
        return ran.returncode, ran.stdout, ran.stderr

    def test_each_run_ends_well_whether_there_is_enough_to_withdraw_or_not(self):
        refused = "account.overdrawn: there is not that much in it\n"
        for printed in (refused + "100 cents, by 1 event(s)\n", refused + "200 cents, by 2 event(s)\n", "50 cents, by 4 event(s)\n",
                        refused + "150 cents, by 5 event(s)\n", "0 cents, by 7 event(s)\n"):
            self.assertEqual(self.ended(), (0, printed, ""))

    def test_what_cannot_be_printed_is_done_and_it_is_said(self):
        for number, nowhere in enumerate((">/dev/full", ">&-"), 1):
            with self.subTest(output=nowhere):
                ran = PROGRAMS.run(["sh", "-c", f"first-program {nowhere}"], self.place)
                self.assertEqual((ran.returncode, ran.stderr), (5, (
                    "first-program: what was asked for is done, and could not be printed\n  where: standard output\n"
                    "  do:    whence --store bank.db event list  [output.failed, exit 5]\n")))
                self.assertEqual(PROGRAMS.must("whence --store bank.db event count", self.place), f"EVENTS\n{number:6}\n")

    def test_an_empty_file_is_no_log(self):
        (self.place.folder / "bank.db").touch()
        self.assertEqual(self.ended(), (6, "", "first-program: bank.db is not a Whence log; nothing was changed\n  where: bank.db\n"
                                                 "  why:   the file is empty\n  do:    give the path of a log  [log.not_a_log, exit 6]\n"))

    def test_a_log_without_its_witness_is_not_gone_on_with(self):
        PROGRAMS.must("first-program", self.place)
        (self.place.folder / "bank.db.witness").unlink()
        code, out, err = self.ended()
        self.assertEqual((code, out), (6, ""))
        self.assertTrue(err.startswith("first-program: bank.db has no usable witness beside it; nothing was changed\n"), err)
        self.assertTrue(err.endswith("[log.witness_missing, exit 6]\n"), err)


if __name__ == "__main__":
    try:
        unittest.main(argv=sys.argv[:1], verbosity=2)
    finally:
        PROGRAMS.close()
