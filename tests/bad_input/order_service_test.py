"""Every command of `order-service` on bad input."""

import json
import re
import shlex
import shutil
import signal
import sys
import time
import unittest
from pathlib import Path

from bad_input import PATIENCE_SECONDS, Programs, Table, case, messages, refused_by_rule, remedy_of

PROGRAMS = Programs(Path(sys.argv.pop()).resolve())
HELP = "order-service {} --help$"
LIST = "order-service whence stream list --aggregate Order --store shop.db$"

# How each command is typed on a log that is as it should be.
RUNNABLE = {
    "import": "sales.csv", "place": "9 --line TEA:1:4.50", "pay": "4", "ship": "1", "cancel": "4 --reason 'too late'",
    "show": "1", "report": "", "simulate": "--orders 1",
}
WRITERS = {"import", "place", "pay", "ship", "cancel", "simulate"}
MAKERS = {"import", "place", "simulate"}  # make a log where there is none

LOGS = [
    case("", "log.not_a_log", 6, "empty.db is not a Whence log; nothing was changed$", "the file is empty$", at="empty file"),
    case("", "log.not_a_log", 6, "folder.db is not a Whence log; nothing was changed$", "it is a directory$", at="directory"),
    case("", "log.not_a_log", 6, "noise.db is not a Whence log; nothing was changed$", "it is no SQLite database$", at="noise"),
    case("", "log.not_a_log", 6, "cats.db is not a Whence log; nothing was changed$",
         "it is a database of another application$", "ls -l .\n# then give the path of a log with --store$", at="another application"),
    case("", "log.not_a_log", 6, "shop.db is not a Whence log; nothing was changed$", "the file is cut short$", at="cut short"),
    case("", "log.newer_format", 6, "shop.db has format 99, ", "order-service whence --version --json\n# that is what this program knows; use the one that wrote the log, or a newer one$",
         at="newer format"),
    case("", "log.older_format", 6, "shop.db has format 0, ", "order-service whence --version --json\n# that is what this program knows; use the one that wrote the log$",
         at="older format"),
    case("", "file.no_permission", 5, "cannot read shop.db", "Permission denied$", "ls -ld . shop.db\n# give this user the right to it$",
         at="not readable"),
    case("", "file.link_loop", 6, "cannot look at loop.db", "Too many levels of symbolic links$",
         "ls -l .\n# a link there leads back to itself: name the file that it should lead to$", at="link loop"),
    case("", "log.checksum", 6, "shop.db is damaged$", "tar -cf $(mktemp saved.XXXXXX.tar) shop.db*\n# then see whether it can be repaired, or restore a backup:\norder-service whence log repair --dry-run --store shop.db$", at="cut after a page"),
]
FOR_WRITERS = [
    case("", "file.no_permission", 5, "cannot write to shop.db; nothing was written$", "shop.db.lock$", "Permission denied$",
         "ls -ld . shop.db.lock\n# give this user the right to it$", at="only readable"),
    case("", "file.is_a_directory", 6, "cannot write to shop.db; nothing was written$", "shop.db.lock$", "Is a directory$",
         "mv shop.db.lock shop.db.lock.old\n# whoever writes makes the file; then repeat the command$", at="folder for a lock"),
    case("", "file.is_a_directory", 6, "cannot read shop.db.witness; nothing was written$", "Is a directory$",
         "mv shop.db.witness shop.db.witness.old\n# then bring the file back from where the log came from$", at="folder for a witness"),
    case("", "store.other_application", 4, "bank.db is the log of another application; nothing was written$",
         "it has events, and none of a shop; the first is Deposited of Account$",
         "order-service whence event list --limit 5 --store bank.db\n# so it begins; name a log of this shop, or a new one, with --store$",
         at="other shop"),
    case("", "log.busy", 5, "shop.db is held for writing by process ", "nothing was touched$", "\n# when it has ended, repeat the command$",
         at="written by another"),
    case("", "log.tail_missing", 6, "shop.db ends at event 7, but event 8 was acknowledged; nothing was changed$",
         "tar -cf $(mktemp saved.XXXXXX.tar) shop.db*\n# then put the newest copies of these files in their place, shop.db-wal above all; what a repair would do:\norder-service whence log repair --dry-run --store shop.db\n"
         "# to go on without what is lost:\n#   order-service ", at="tail missing"),
    case("", "log.witness_missing", 6, "shop.db has no usable witness beside it; nothing was changed$",
         "bring shop.db.witness back from where the log came from; what is intact, and what a repair would do:\norder-service whence log verify --store shop.db\n"
         "order-service whence log repair --dry-run --store shop.db\n"
         "# to go on without what is lost:\n#   order-service ", " --accept-missing-tail$", at="witness missing"),
    case("", "log.checksum", 6, "event 4 in shop.db cannot be trusted$", at="damaged event"),
    case("", "log.checksum", 6, "event 8 in shop.db cannot be trusted$", at="damaged end"),
]
FOR_VISITORS = [
    case("", "log.checksum", 6, "event 8 in shop.db cannot be trusted; what is shown is what stands before it$", at="damaged end",
         out=".+"),
    case("", "file.no_permission", 5, "cannot make shop.db-shm$", "Permission denied$", at="without shm"),
    case("", "file.not_a_directory", 5, "shop.db.models/", "Not a directory$",
         "mv shop.db.models shop.db.models.old\n# the folder is made anew, and what is in it; then repeat the command$", at="file for the models"),
]
FOR_OTHERS = [
    case("", "log.missing", 3, "there is no log missing.db$", "ls -l .\n# then give the path of a log with --store; place, import and simulate make a new one$", at="missing"),
    case("", "log.missing", 3, "there is no log nowhere/shop.db$", at="no folder"),
]

OWN = {
    "": [
        case("buy 1", "usage.command", 2, "there is no command \"buy\"$", "order-service --help$"),
        case("palce 1 --help", "usage.command", 2, "; did you mean place?$", "order-service place 1 --help$"),
        case("imprt sales.csv", "usage.command", 2, "; did you mean import?$", "order-service import sales.csv$"),
        case("--fast", "usage.option", 2, "there is no option --fast$", "order-service --help$"),
        case("--store", "usage.value", 2, "--store needs a value$"),
        case("--store a.db --store b.db pay 1", "usage.option", 2, "--store is given more than once$"),
        case("-o xml report", "usage.value", 2, "--output: \"xml\" is none of: table, json$"),
        case("--stor x pay 1", "usage.option", 2, "there is no option --stor of `pay`; did you mean --store?$",
             "order-service --store x pay 1$"),
    ],
    "import": [
        case("", "usage.argument", 2, "`import` needs FILE$", HELP.format("import")),
        case("sales.csv more.csv", "usage.argument", 2, "`import` has no place for \"more.csv\"$"),
        case("sales.csv --reject x.csv", "usage.option", 2, "there is no option --reject of `import`; did you mean --rejects?$",
             "order-service import sales.csv --rejects x.csv$"),
        case("''", "usage.argument", 2, "the name of the file of sales is empty$", HELP.format("import")),
        case("sales.csv --rejects ''", "usage.value", 2, "--rejects is empty$", HELP.format("import")),
        case("sales.csv --rejects=", "usage.value", 2, "--rejects ", HELP.format("import")),
        case("none.csv", "file.missing", 3, "cannot read none.csv$", "ls -l .\n# name a file that is there$"),
        case("folder.csv", "file.is_a_directory", 6, "cannot read folder.csv$", "ls -l folder.csv\n# name a file$"),
        case("empty.csv", "import.header", 6, "empty.csv is no file of sales; nothing was written$", "head -n 1 empty.csv$"),
        case("noise.csv", "import.header", 6, "noise.csv is no file of sales; nothing was written$", "head -n 1 noise.csv$"),
        case("cut-header.csv", "import.header", 6, "its first record, which has to name eight columns: "),
        case("shop.db", "import.header", 6, "shop.db is no file of sales; nothing was written$"),
        case("sales.csv --rejects sales.csv", "import.rejects", 2, "it is the file of sales itself$",
             "order-service --store shop.db import sales.csv --rejects rejects.csv$"),
        case("sales.csv --rejects shop.db", "import.rejects", 2, "names that begin with shop.db belong to the log$"),
        case("sales.csv --rejects out.csv/", "import.rejects", 2, "the rejected records cannot go to out.csv/; nothing was written$",
             "a name that ends with / is a folder's, and they are one file$"),
        case("sales.csv --rejects nowhere/out.csv", "file.missing", 3, "there is no folder ", "/nowhere; nothing was written$", "mkdir -p ",
             "/nowhere\n# then repeat the command$"),
        case("sales.csv --rejects out.csv", "file.no_permission", 5, "cannot write into ", at="only readable"),
        # Making a log fails as a whole: nothing lies in the folder afterwards.
        case("none.csv", "file.missing", 3, at="missing"),
        case("none.csv", "file.missing", 3, at="no folder"),
    ],
    "place": [
        case("", "usage.argument", 2, "`place` needs ORDER$", HELP.format("place")),
        case("9", "usage.argument", 2, "`place` needs --line$", HELP.format("place")),
        case("9 --line", "usage.value", 2, "--line needs a value$", HELP.format("place")),
        case("9 --line TEA:1:4.50 CUP:1:1", "usage.argument", 2, "`place` has no place for \"CUP:1:1\"$", HELP.format("place")),
        case("--line TEA:1:4.50 -- -9 8", "usage.argument", 2, "`place` has no place for \"8\"$", HELP.format("place")),
        case("9 --line TEA:1", "usage.line", 2, "\"TEA:1\" is no line: ITEM:QUANTITY:PRICE", HELP.format("place")),
        case("9 --line TEA:1:4.50 --speed 9", "usage.option", 2, "there is no option --speed of `place`$"),
        case("'' --line TEA:1:4.50", "usage.order", 2, "an order's id is not empty$"),
        refused_by_rule("1 --line TEA:1:4.50", "order.exists", 4, "cannot place order-1: it is placed already; nothing was written$",
             "order-service --store shop.db show order-1$"),
        refused_by_rule("9 --line TEA:0:4.50", "line.quantity", 4, "nothing was written$", HELP.format("place")),
        refused_by_rule("9 --line TEA:999999999:999999999999", "amount.overflow", 4, "the total does not fit into 64 bits"),
        # What no order allows makes no log either.
        case("9 --line TEA:0:4.50", "line.quantity", 4, "nothing was written$", at="missing"),
        case("9 --line TEA:-1:4.50", "line.quantity", 4, at="missing"),
        case("9 --line TEA:1:4.50", "file.no_permission", 5, "cannot make files in this folder; nothing was written$", "Permission denied$",
             "ls -ld .\n# give this user the right to write there$", at="folder not writable"),
        case("9 --line TEA:1:4.50", "file.missing", 3, "there is no folder nowhere; nothing was written$", "mkdir -p nowhere\n# then repeat the command$",
             at="no folder"),
    ],
    "pay": [
        case("", "usage.argument", 2, "`pay` needs ORDER$", HELP.format("pay")),
        case("1 2", "usage.argument", 2, "`pay` has no place for \"2\"$"),
        case("1 --twice", "usage.option", 2, "there is no option --twice of `pay`$"),
        refused_by_rule("1", "payment.taken", 4, "cannot pay order-1: it is paid already; nothing was written$",
             "order-service --store shop.db show order-1$"),
        refused_by_rule("2", "order.cancelled", 4, "cannot pay order-2: it is cancelled; nothing was written$"),
        refused_by_rule("9", "order.missing", 3, "cannot pay order-9: there is no such order; nothing was written$", LIST),
        case("''", "usage.order", 2, "an order's id is not empty$"),
    ],
    "ship": [
        case("", "usage.argument", 2, "`ship` needs ORDER$", HELP.format("ship")),
        case("1 2", "usage.argument", 2, "`ship` has no place for \"2\"$"),
        refused_by_rule("4", "order.unpaid", 4, "cannot ship order-4: it is not paid; nothing was written$"),
        refused_by_rule("3", "order.shipped", 4, "cannot ship order-3: it is shipped already; nothing was written$"),
        refused_by_rule("9", "order.missing", 3, "cannot ship order-9: there is no such order; nothing was written$", LIST),
        case("1 -o yaml", "usage.value", 2, "--output: \"yaml\" is none of: table, json$"),
    ],
    "cancel": [
        case("", "usage.argument", 2, "`cancel` needs ORDER$", HELP.format("cancel")),
        case("1", "usage.argument", 2, "`cancel` needs --reason$", HELP.format("cancel")),
        refused_by_rule("1 --reason ''", "order.reason", 4, "a cancellation needs a reason; nothing was written$",
             "order-service --store shop.db cancel order-1 --reason 'no longer wanted'$"),
        refused_by_rule("3 --reason late", "order.shipped", 4, "cannot cancel order-3: it is shipped already; nothing was written$"),
        refused_by_rule("2 --reason late", "order.cancelled", 4, "cannot cancel order-2: it is cancelled; nothing was written$"),
        refused_by_rule("9 --reason late", "order.missing", 3, "cannot cancel order-9: there is no such order; nothing was written$", LIST),
    ],
    "show": [
        case("", "usage.argument", 2, "`show` needs ORDER$", HELP.format("show")),
        case("1 2", "usage.argument", 2, "`show` has no place for \"2\"$"),
        case("9", "order.missing", 3, "there is no order order-9$", LIST),
        case("1 --wait soon", "usage.value", 2, "--wait: \"soon\" is no whole number from 0 to 1000000000$"),
        case("1 --json=maybe", "usage.value", 2, HELP.format("show")),
        case("1", "read_model.damaged", 6, "it was left as it is$", 'mv -t "$(mktemp -d shop.db.models.old.XXXXXX)" shop.db.models/', at="model damaged"),
        case("1 --wait 0", "read_model.behind", 5, "order_summary is at position 0 and does not include position 8 yet$",
             "cannot make the directory shop.db.models: Permission denied$",
             "# for a user who may write in .:\norder-service --store shop.db report$", at="models not there"),
    ],
    "report": [
        case("now", "usage.argument", 2, "`report` has no place for \"now\"$", HELP.format("report")),
        case("--fast", "usage.option", 2, "there is no option --fast of `report`$", HELP.format("report")),
        case("--wait", "usage.value", 2, "--wait needs a value$"),
        case("--wait -1", "usage.value", 2, "--wait: \"-1\" is no whole number from 0 to 1000000000$"),
        case("--store ''", "usage.value", 2, "--store is empty$", "ls -l .\n# then give the path of a log with --store$", at="empty folder"),
        case("", "read_model.damaged", 6, "it was left as it is$", 'mv -t "$(mktemp -d shop.db.models.old.XXXXXX)" shop.db.models/', at="model damaged"),
        case("--wait 0", "read_model.behind", 5, "# for a user who may write in .:\norder-service --store shop.db report$",
             at="models not there"),
    ],
    "simulate": [
        case("", "usage.argument", 2, "`simulate` needs --orders$", HELP.format("simulate")),
        case("--orders 0", "usage.value", 2, "--orders: \"0\" is no whole number from 1 to 1000000000$"),
        case("--orders many", "usage.value", 2, "--orders: \"many\" is no whole number from 1 to 1000000000$"),
        case("--orders 1 --orders 2", "usage.option", 2, "--orders is given more than once$"),
        case("--orders 1 --seed -3", "usage.value", 2, "--seed: \"-3\" is no whole number from 0 to "),
        case("--orders 1 now", "usage.argument", 2, "`simulate` has no place for \"now\"$"),
        case("--orders 1", "file.missing", 3, "there is no folder nowhere; nothing was written$", at="no folder"),
    ],
}


class OrderService(Table):
    program = ("order-service",)
    programs = PROGRAMS
    own = OWN

    def listed_commands(self):
        help_text = self.programs.run(["order-service", "--help"], self.setups["empty folder"]).stdout
        return re.findall(r"^  (\w+) ", help_text.partition("\nSubcommands:\n")[2], re.MULTILINE)

    def test_every_command_has_cases_of_its_own(self):
        self.check_own_cases()

    def test_every_command_can_be_typed(self):
        self.assertEqual(sorted(RUNNABLE), sorted(self.listed_commands()))

    def test_what_is_typed_wrong(self):
        self.check_all((command, one) for command, cases in self.own.items() for one in cases)

    def test_what_is_no_log_not_a_whole_one_or_not_to_be_had(self):
        for command, arguments in RUNNABLE.items():
            cases = LOGS + (FOR_WRITERS if command in WRITERS else FOR_VISITORS) + (FOR_OTHERS if command not in MAKERS else [])
            for one in cases:
                line = arguments
                if command == "import" and one.at not in ("only readable", "written by another"):
                    (self.setups[one.at].folder / "sales.csv").write_text((self.setups["shop"].folder / "sales.csv").read_text())
                # The lock is taken before the log is looked at; in it stands who took it last.
                changes = (r"shop\.db\.lock",) if command in WRITERS and (one.code.startswith("log.") or one.at == "folder for a witness") else ()
                # Who holds it goes on with what is its own: the index, and the read models.
                changes += (r"shop\.db\.index.*", r"shop\.db\.models/.*") if one.at == "written by another" else ()
                self.check_all([(command, case(line, one.code, one.exit, *one.says, at=one.at, changes=changes, out=one.out))])

    def test_a_path_in_a_file_is_told_by_its_own_name(self):
        for command in ("place 1 --line A:1:1", "pay 1", "report", "simulate --orders 1"):
            ran = self.programs.run(["order-service", "--store", "shop.db/x", *command.split()], self.setups["shop"])
            said = messages(ran.stderr, notes_before=False)
            self.assertEqual((said[0]["code"], said[0]["where"]), ("file.not_a_directory", "shop.db/x"), ran.stderr)
            self.assertTrue(said[0]["what"].startswith("cannot look at shop.db/x"), ran.stderr)
            self.assertEqual(remedy_of(said[0]), "ls -l shop.db\n# that is a file, and no folder: name another path")

    def wait_for_handler(self, pid, told):
        end = time.monotonic() + PATIENCE_SECONDS
        while not int(re.search(r"^SigCgt:\s*(\w+)$", Path(f"/proc/{pid}/status").read_text(), re.MULTILINE)[1], 16) >> (told - 1) & 1:
            self.assertLess(time.monotonic(), end, "it listens to no signal")
            time.sleep(0.01)

    def test_an_import_that_waits_for_a_pipe_ends_when_it_is_told_to(self):
        for told, code in ((signal.SIGINT, 130), (signal.SIGTERM, 143)):
            place = self.setups.written_by_another()
            self.addCleanup(place.close)
            waiting = place.holder
            waiting.send_signal(signal.SIGCONT)
            self.wait_for_handler(waiting.pid, told)
            waiting.send_signal(told)
            with self.subTest(told=told):
                self.assertEqual(waiting.wait(timeout=PATIENCE_SECONDS), code)
                self.assertEqual(self.programs.run(["order-service", "--store", "shop.db", "pay", "4"], place).returncode, 0)
                place.feed.close()

    def test_bad_input_in_a_machine_form_leaves_one_document_on_stdout(self):
        document = r"\{[^\n]*\"diagnostics\":\[[^\n]*\]\}\n"
        for command, one in (("show", case("9 --json", "order.missing", 3, out=document)), ("report", case("now -o json", "usage.argument", 2, out=document)),
                             ("import", case("none.csv --output=json", "file.missing", 3, out=document))):
            self.check_all([(command, one)])

    def test_without_a_store_each_command_says_so(self):
        for command, arguments in RUNNABLE.items():
            self.check_all([(command, case(arguments, "store.unnamed", 2, "no store to open$", "this folder has no log$",
                                           " --store NEW.db$" if command in WRITERS else " --store PATH$",
                                           at="empty folder"))])

    def test_a_store_that_was_not_named_is_found_as_whence_finds_it_but_what_writes_takes_no_other_s(self):
        place = self.setups.copy_of_shop()
        self.addCleanup(place.close)
        place.store = ""
        self.assertTrue(self.programs.must("order-service show 1", place).startswith("order-1  "))
        ran = self.programs.run(["order-service", "pay", "4"], place)
        self.assertEqual((ran.returncode, ran.stderr), (2, (
            "order-service: no store to open\n"
            "  where: no --store, WHENCE_STORE or whence.toml; this folder has shop.db, and what writes takes no log that was not named\n"
            "  do:    order-service pay 4 --store shop.db  [store.unnamed, exit 2]\n")))
        (place.folder / "whence.toml").write_text('store = "shop.db"\n')
        self.assertEqual(self.programs.must("order-service pay 4", place), "order-4 is paid\n")
        place.store = "missing.db"  # the environment before whence.toml, and --store before both
        self.assertEqual(self.programs.run(["order-service", "show", "1"], place).returncode, 3)
        for line in ("order-service --store shop.db whence event count", "order-service whence event count --store shop.db"):
            self.assertEqual(self.programs.must(line, place), "EVENTS\n     9\n")

    def test_of_several_logs_none_is_taken_for_what_writes_and_none_stands_in_a_line_that_could_be_pasted(self):
        place = self.setups.copy_of_shop()
        self.addCleanup(place.close)
        place.store = ""
        for name in ("a b.db", "rm\n-r.db"):
            for end in ("", ".witness"):
                (place.folder / (name + end)).write_bytes((place.folder / ("shop.db" + end)).read_bytes())
        for command in sorted(WRITERS):
            with self.subTest(command=command):
                line = f"{command} {RUNNABLE[command]}"
                ran = self.programs.run(["order-service", *shlex.split(line)], place)
                said, = messages(ran.stderr, notes_before=False)
                self.assertEqual((said["code"], ran.returncode), ("store.unnamed", 2))
                self.assertEqual(remedy_of(said), "# choose one of: 'a b.db', $'rm\\x0a-r.db', shop.db\n"
                                                  f"#   order-service {line} --store PATH")
        ran = self.programs.run(["order-service", "show", "1"], place)  # to look at another one does no harm
        self.assertEqual(remedy_of(messages(ran.stderr, notes_before=False)[0]), "order-service show 1 --store 'a b.db'")
        for number in range(4):
            shutil.copy(place.folder / "shop.db", place.folder / f"more{number}.db")
        ran = self.programs.run(["order-service", "pay", "4"], place)
        self.assertIn("# choose one of: 'a b.db', more0.db, more1.db, more2.db, more3.db, …\n", ran.stderr)

    def test_an_order_whose_number_begins_with_a_dash_stands_behind_two(self):
        place = self.setups.copy_of_shop()
        self.addCleanup(place.close)
        for line, printed in (("place --line A:1:1 -- -dash", "order--dash is placed\n"), ("place --line A:1:1 --line B:1:1 -- --", "order--- is placed\n"),
                              ("pay -- -dash", "order--dash is paid\n")):
            self.assertEqual(self.programs.must(f"order-service {line}", place), printed)

    def test_what_cannot_be_printed_is_told_with_what_the_system_says_of_it(self):
        for line, do in (("report", "what was asked for is done: look (show, report) before you repeat a command that writes"),
                         ("--help", "what was printed is incomplete: repeat the command")):
            for nowhere, why in ((">/dev/full", "No space left on device"), (">&-", "Bad file descriptor")):
                with self.subTest(line=line, output=nowhere):
                    ran = self.programs.run(["sh", "-c", f"order-service {line} {nowhere}"], self.setups["shop"])
                    self.assertEqual((ran.returncode, ran.stderr), (5, (
                        "order-service: the output could not be written\n  where: standard output\n"
                        f"  why:   {why}\n  do:    {do}  [output.failed, exit 5]\n")))

    def test_a_cut_file_of_sales_is_imported_as_far_as_it_goes_and_it_is_said(self):
        place = self.setups.shop()
        try:
            ran = self.programs.run(["order-service", "import", "cut.csv"], place)
            self.assertEqual((ran.returncode, ran.stdout), (0, "2 records: 1 accepted, 1 rejected; 3 events added\n"))
            unended = ("order-service: the file has no line end behind its last record, and may have been cut there; "
                       "nothing of invoice 6 was written\n  where: cut.csv, line 3\n  do:    tail -n 1 cut.csv\n"
                       "         # if that is whole:\n         #   order-service {} --last-line-is-whole  [import.unended]\n")
            self.assertEqual(ran.stderr, "order-service: 1 record was rejected; nothing of it was written\n"
                                         "  do:    order-service --store shop.db import cut.csv --rejects rejects.csv"
                                         "  [import.rejected]\n" + unended.format("import cut.csv"))
            again = self.programs.run(["order-service", "--store", "shop.db", "import", "cut.csv", "--rejects", "rejects.csv"], place)
            self.assertEqual((again.returncode, again.stderr),
                             (0, unended.format("--store shop.db import cut.csv --rejects rejects.csv")))
            self.assertEqual(again.stdout, "2 records: 1 accepted, 1 rejected; 0 events added\n")
            self.assertEqual((place.folder / "rejects.csv").read_text(),
                             "line,reason,record\n3,record.quote_open,\"6,TEA,\"\"tea for tw\"\n")
            said = json.loads(self.programs.must("order-service import cut.csv -o json", place))
            self.assertEqual(said["unended"], {"line": 3, "held_back_invoices": ["6"]})
            said = json.loads(self.programs.must("order-service import cut.csv -o json --last-line-is-whole", place))
            self.assertEqual((said["rejected"], said["unended"]), (1, None))
        finally:
            place.close()


if __name__ == "__main__":
    try:
        unittest.main(argv=sys.argv[:1], verbosity=2)
    finally:
        PROGRAMS.close()
