"""Every command of `whence` on bad input; and of `order-service whence`, which has the shop's types."""

import re
import sys
import unittest
from pathlib import Path

from archive_cases import ARCHIVE_CASES
from backup_cases import BACKUP_CASES
from bad_input import Programs, Table, case, messages, remedy_of
from operation_cases import OPERATION_CASES, OPERATION_CASES_OF_SHOP
from proof_cases import cases_of_proofs, sign_another_log

PROGRAMS = Programs(Path(sys.argv.pop()).resolve())
NO_LOG = {"man", "completion", "restore", "log make-key", "schema check", "schema release", "schema diff"}  # the commands that open none
# What these say of what lies at their path is among their own cases: one makes a log of a file, the others change what is in one.
WRITES_LOG = {"log archive", "log compact", "import", "log repair", "event append", "projection rebuild"}
ANYTHING = ".*"
SOMETHING = ".+"
HELP = "whence {} --help$"
KEY, PUBLIC_KEY, HEADS = sign_another_log(PROGRAMS)

# How each command is typed on a log that is as it should be.
RUNNABLE = {
    "inspect": "", "event list": "", "event show": "@1", "event count": "", "stream list": "", "stream show": "order-1",
    "stream state": "order-1", "stream diff": "order-2", "trace": "@1", "projection list": "", "projection status": "",
    "sql": "-c 'SELECT count(*) AS n FROM events'", "log verify": "", "log prove": f"{KEY} --heads new.heads",
    "log check-proof": f"{PUBLIC_KEY} {HEADS}", "doctor": "", "backup": "new.backup", "log fork": "x.db", "rehearse": "", "schema upcast": "", "export": "",
}

# What lies at the path, and what every command that opens a log says of it.
STORES = [
    case("", "store.unnamed", 2, "no store to open$", "this folder has no log", "--store PATH$", at="empty folder"),
    case("", "log.missing", 3, "there is no log missing.db$", "ls -l .\n# then give the path of a log with --store$", at="missing"),
    case("", "log.missing", 3, "there is no log nowhere/shop.db$", "ls -l .\n# then give the path of a log with --store$", at="no folder"),
    case("", "log.not_a_log", 6, "empty.db is not a Whence log; nothing was changed$", "the file is empty$", at="empty file"),
    case("", "log.not_a_log", 6, "folder.db is not a Whence log; nothing was changed$", "it is a directory$", at="directory"),
    case("", "log.not_a_log", 6, "noise.db is not a Whence log; nothing was changed$", "it is no SQLite database$", at="noise"),
    case("", "log.not_a_log", 6, "cats.db is not a Whence log; nothing was changed$",
         "it is a database of another application$", at="another application"),
    case("", "log.not_a_log", 6, "shop.db is not a Whence log; nothing was changed$", "the file is cut short$", at="cut short"),
    case("", "log.newer_format", 6, "shop.db has format 99, and this program knows formats up to 2; nothing was changed$",
         "a newer Whence wrote it$", "whence --version --json\n# that is what this program knows; use the one that wrote the log, or a newer one$", at="newer format"),
    case("", "log.older_format", 6, "shop.db has format 0, and this program knows formats from 1 on; nothing was changed$",
         "a Whence of before the first release wrote it$", "whence --version --json\n# that is what this program knows; use the one that wrote the log$", at="older format"),
    case("", "file.no_permission", 5, "cannot read shop.db$", "Permission denied$", "ls -ld . shop.db\n# give this user the right to it$",
         at="not readable"),
    case("", "file.no_permission", 5, "cannot make shop.db-shm$", "Permission denied$", "ls -ld .\n# give this user the right to it$", at="without shm"),
    case("", "log.checksum", 6, "shop.db is damaged$", "tar -cf $(mktemp saved.XXXXXX.tar) shop.db*\n# then see whether it can be repaired, or restore a backup:\nwhence log repair --dry-run$", at="cut after a page"),
    case("", "file.link_loop", 6, "cannot look at loop.db", "Too many levels of symbolic links$",
         "ls -l .\n# a link there leads back to itself: name the file that it should lead to$", at="link loop"),
    # What is intact is shown, then it is said what is wrong.
    case("", "log.witness_missing", 6, "shop.db has no usable witness beside it; nothing was changed$",
         "bring shop.db.witness back from where the log came from; what is intact, and what a repair would do:\nwhence log verify\nwhence log repair --dry-run$", at="witness missing", out=ANYTHING),
    case("", "log.tail_missing", 6, "shop.db ends at event 7, but event 8 was acknowledged; nothing was changed$",
         "tar -cf $(mktemp saved.XXXXXX.tar) shop.db*\n# then put the newest copies of these files in their place, shop.db-wal above all; what a repair would do:\nwhence log repair --dry-run$", at="tail missing", out=ANYTHING),
    case("", "file.no_permission", 5, "cannot open shop.db.witness$", "Permission denied$",
         "ls -ld . shop.db.witness\n# give this user the right to it$", at="witness not readable", out=SOMETHING),
    case("", "file.is_a_directory", 6, "cannot read shop.db.witness$", "Is a directory$",
         "mv shop.db.witness shop.db.witness.old\n# then bring the file back from where the log came from$", at="folder for a witness", out=SOMETHING),
    case("", "log.checksum", 6, "event 8 in shop.db cannot be trusted$", "tar -cf $(mktemp saved.XXXXXX.tar) shop.db*\n# ", at="damaged end", out=SOMETHING),
]
# They look at all of a log, or make nothing of one that is not whole: they have cases of their own for one that is damaged.
JUDGES = {"backup", "log archive", "log compact", "log fork", "log verify", "log prove", "log check-proof", "rehearse", "schema upcast", "export"}
LOOKS_AROUND = {"doctor"}  # what it says of the machine is there, whatever is wrong with the log
BEYOND_THE_LOG = {"inspect": 3, "doctor": 3, "projection list": 3, "projection status": 3}  # how many read models each command finds there

OWN = {
    "": [
        case("evnt list", "usage.command", 2, "there is no command \"evnt\"; did you mean event?$", "whence event list$"),
        case("xyzzy", "usage.command", 2, "there is no command \"xyzzy\"$", "whence --help$"),
        case("event lst", "usage.command", 2, "there is no command \"event lst\"; did you mean list?$", "whence event list$"),
        case("event purge", "usage.command", 2, "there is no command \"event purge\"$", "there are: list, show, count, append$", "whence event --help$"),
        case("--fast", "usage.option", 2, "there is no option --fast$", "whence --help$"),
        case("help xyzzy", "usage.command", 2, "there is no command \"xyzzy\"$"),
        case("--version -o csv", "usage.value", 2, "-o cannot be \"csv\"$", "choose one of: table, json, jsonl$"),
    ],
    "inspect": [
        case("--fast", "usage.option", 2, "there is no option --fast of `inspect`$", HELP.format("inspect")),
        case("order-1", "usage.argument", 2, "`inspect` has no place for \"order-1\"$", HELP.format("inspect")),
        case("--recent many", "usage.value", 2, "--recent cannot be \"many\"$", "give a whole number, 0 or more$"),
        case("--watch 0s", "usage.value", 2, "--watch cannot be \"0s\"$", "give 100ms or more$"),
        case("-o csv", "usage.value", 2, "-o cannot be \"csv\"$", "choose one of: table, json, jsonl$"),
        case("", "read_model.damaged", 6, "it was left as it is$", 'mv -t "$(mktemp -d shop.db.models.old.XXXXXX)" shop.db.models/',
             "# while the application is stopped, which builds it anew:\n", at="model damaged", out=ANYTHING, also=["read_model.damaged"] * 2),
        case("", "log.checksum", 6, "event 4 in shop.db cannot be trusted$", "whence log repair --dry-run$", at="damaged event",
             out=ANYTHING),
        case("", "file.no_permission", 5, "cannot list shop.db.models$", "Permission denied$",
             "ls -ld . shop.db.models\n# give this user the right to it$", at="models not readable", out="shop.db\n(.*\n)+events +8\n(.*\n)+"),
    ],
    "event list": [
        case("", "log.checksum", 6, "shop.db is damaged$", "database disk image is malformed", at="cut in half", out="POSITION .*\\n"),
        case("--typ Order", "usage.option", 2, "there is no option --typ of `event list`; did you mean --type?$", "whence event list --type Order$"),
        case("order-1", "usage.argument", 2, "`event list` has no place for \"order-1\"$", HELP.format("event list")),
        case("--limit -1", "usage.value", 2, "--limit cannot be \"-1\"$", "give a whole number, 0 or more$"),
        case("--limit 99999999999999999999", "usage.value", 2, "--limit cannot be \"99999999999999999999\"$"),
        case("--limit 1 --limit 2", "usage.option", 2, "--limit is given more than once$", HELP.format("event list")),
        case("--limit", "usage.value", 2, "--limit needs a value: N$", HELP.format("event list")),
        case("--since yesterday", "usage.value", 2, "--since cannot be \"yesterday\"$", "give 90s, 15m, 2h, 3d, 1w, a date"),
        case("-o xml", "usage.value", 2, "-o cannot be \"xml\"$", "choose one of: table, json, jsonl, csv, markdown$"),
        case("--columns tyype", "usage.value", 2, "there is no column \"tyype\"$", "did you mean type?"),
        case("--where 'total > 1'", "usage.condition", 2, "--where cannot be read$", "^ a JSON pointer is expected here"),
        case("--follow -o csv", "usage.value", 2, "--follow has no end, and -o csv needs one$"),
        case("--tail 3", "usage.option", 2, "--tail has no meaning without --follow$"),
        case("--time relative -o csv", "usage.option", 2, "--time has no meaning for -o csv$"),
        case("--event 12345", "usage.value", 2, "--event cannot be \"12345\"$", "give an id, or at least 8 characters"),
        case("--event 00000000-0000-7000-8000-000000000000", "event.missing", 3,
             "there is no event 00000000-0000-7000-8000-000000000000$", "whence event list --reverse --limit 10$"),
        case("--store ''", "usage.value", 2, "--store is empty$", "ls -l .\n# then give the path of a log with --store$"),
        case("--stream order-9 --store shop.db", "stream.missing", 3, "stream \"order-9\" does not exist$",
             "whence stream list --store shop.db$"),
        case("", "log.checksum", 6, "event 4 in shop.db cannot be trusted$", "stored chain hash ", "what is intact, and what a repair would do (--with FILE: a backup):\nwhence log verify\nwhence log repair --dry-run$",
             at="damaged event", out="POSITION[^\n]*(\n[^\n]+){3}\n"),
    ],
    "event show": [
        case("", "usage.argument", 2, "`event show` needs to know which: ID|@POSITION$", HELP.format("event show")),
        case("@1 @2", "usage.argument", 2, "`event show` has no place for \"@2\"$"),
        case("@99", "event.missing", 3, "there is no event #99$", "the log has #1 to #8$", "whence event show @8$"),
        case("@99 --store shop.db", "event.missing", 3, "whence event show @8 --store shop.db$"),
        case("order-1@9", "event.missing", 3, "there is no event order-1@9$", "whence stream show order-1$"),
        case("order-9@1", "stream.missing", 3, "stream \"order-9\" does not exist$", "whence stream list$"),
        case("@x", "usage.value", 2, "the event cannot be \"@x\"$", "give an id"),
        case("@1 --bare", "usage.option", 2, "there is no option --bare of `event show`$"),
        case("@1 -o xml", "usage.value", 2, "-o cannot be \"xml\"$"),
        case("@4", "log.checksum", 6, "event 4 in shop.db cannot be trusted$", at="damaged event"),
    ],
    "event count": [
        case("", "log.checksum", 6, "shop.db is damaged$", "database disk image is malformed", at="cut in half", out="EVENTS\\n +0\\n"),
        case("--by colour", "usage.value", 2, "--by cannot be \"colour\"$", "choose one of: type, aggregate, hour, day$"),
        case("--fail-if 5", "usage.condition", 2, "--fail-if cannot be read$", "^ an operator is expected here: = != < <= > >=$",
             "write it as: --fail-if '>0', with one of = != < <= > >=$"),
        case("--fail-if '>0'", "condition.met", 1, "8 events: --fail-if '>0' holds$", out="EVENTS\n     8\n"),
        case("Order", "usage.argument", 2, "`event count` has no place for \"Order\"$"),
        case("--limit 3", "usage.option", 2, "--limit has no meaning without --by$", "leave it out, or add --by$"),
        case("--form csv", "usage.option", 2, "there is no option --form of `event count`; did you mean --from?$", "whence event count --from csv$"),
        case("--where '/data/total >'", "usage.condition", 2, "a value is expected here"),
        case("--by type", "log.checksum", 6, "event 4 in shop.db cannot be trusted$", at="damaged event",
             out="TYPE  EVENTS\n"),
    ],
    "stream list": [
        case("order-1", "usage.argument", 2, "`stream list` has no place for \"order-1\"$"),
        case("--older-than long", "usage.value", 2, "--older-than cannot be \"long\"$"),
        case("--stream order-1", "usage.option", 2, "there is no option --stream of `stream list`$"),
        case("--limit x", "usage.value", 2, "--limit cannot be \"x\"$"),
        case("--columns nme", "usage.value", 2, "there is no column \"nme\"$", "there are: stream, type, events"),
        case("", "log.checksum", 6, "event 4 in shop.db cannot be trusted$", at="damaged event", out=ANYTHING),
    ],
    "stream show": [
        case("order-1", "log.checksum", 6, "shop.db is damaged$", at="cut in half", also=["log.checksum"]),
        case("", "usage.argument", 2, "`stream show` needs to know which: STREAM$", HELP.format("stream show")),
        case("''", "usage.argument", 2, "`stream show` needs to know which: STREAM$"),
        case("order-1 order-2", "usage.argument", 2, "`stream show` has no place for \"order-2\"$"),
        case("order-5", "stream.missing", 3, "stream \"order-5\" does not exist$", "closest names: ", "whence stream list$"),
        case("order-1 --at 3", "usage.option", 2, "there is no option --at of `stream show`$"),
        case("order-1 --to the-end", "usage.value", 2, "--to cannot be \"the-end\"$", "give a whole number, 0 or more$"),
        case("order-2", "log.checksum", 6, "event 4 in shop.db cannot be trusted$", at="damaged event", out=ANYTHING),
    ],
    "trace": [
        case("", "usage.argument", 2, "`trace` needs to know which: ID|@POSITION$", HELP.format("trace")),
        case("@99", "event.missing", 3, "there is no event #99$", "whence event show @8$"),
        case("nonsense", "usage.value", 2, "the id cannot be \"nonsense\"$", "give an id"),
        case("00000000-0000-7000-8000-000000000000", "trace.missing", 3, "no event in the log has to do with ",
             "whence event list --reverse --limit 10$"),
        case("@1 --depth deep", "usage.value", 2, "--depth cannot be \"deep\"$"),
        case("@1 --depth 0", "usage.value", 2, "--depth cannot be 0$", "give 1 or more"),
        case("@1 -o xml", "usage.value", 2, "-o cannot be \"xml\"$", "mermaid"),
        case("@1 -o mermaid --data", "usage.option", 2, "--data has no meaning for -o mermaid$"),
        case("@1 --up --from 2", "usage.option", 2, "--from has no meaning with --up of an event$"),
        case("@4", "log.checksum", 6, "event 4 in shop.db cannot be trusted$", at="damaged event", out=ANYTHING),
        case("@1 --quiet", "file.no_permission", 5, "cannot list shop.db.models$", "Permission denied$",
             "ls -ld . shop.db.models\n# give this user the right to it$", at="models not readable", out="correlation [^\n]+\n\n(.*\n)+"),
    ],
    "projection list": [
        case("", "file.no_permission", 5, "cannot list shop.db.models$", "Permission denied$",
             "ls -ld . shop.db.models\n# give this user the right to it$", at="models not readable"),
        case("", "file.not_a_directory", 5, "cannot list shop.db.models$", "Not a directory$",
             "mv shop.db.models shop.db.models.old\n# the folder is made anew, and what is in it; then repeat the command$", at="file for the models"),
        case("order_summary", "usage.argument", 2, "`projection list` has no place for \"order_summary\"$"),
        case("--fail-if 'lag>0'", "usage.option", 2, "there is no option --fail-if of `projection list`$"),
        case("--columns lagg", "usage.value", 2, "there is no column \"lagg\"$", "did you mean lag?"),
        case("-o yaml", "usage.value", 2, "-o cannot be \"yaml\"$"),
        case("--color blue", "usage.value", 2, "--color cannot be \"blue\"$", "choose one of: auto, always, never$"),
        case("", "read_model.damaged", 6, "it was left as it is$", at="model damaged", out=ANYTHING,
             also=["read_model.damaged"] * 2),
    ],
    "projection status": [
        case("order_sumary", "projection.missing", 3, "there is no read model \"order_sumary\" beside the log$",
             "did you mean order_summary?", "whence projection list$"),
        case("a b", "usage.argument", 2, "`projection status` has no place for \"b\"$"),
        case("--fail-if lag", "usage.condition", 2, "--fail-if cannot be read$", "^ an operator is expected here", "'lag>1000'"),
        case("--fail-if 'age > 1s'", "usage.condition", 2, "^ what is compared is expected here: lag, behind or state$"),
        case("--fail-if 'lag>=0'", "condition.met", 1, "--fail-if 'lag>=0' holds$", out=ANYTHING, also=["condition.met"] * 2),
        case("--watch often", "usage.value", 2, "--watch cannot be \"often\"$"),
        case("--lag", "usage.option", 2, "there is no option --lag of `projection status`$"),
        case("", "read_model.damaged", 6, "it was left as it is$", at="model damaged", out=ANYTHING,
             also=["read_model.damaged"] * 2),
        case("stock_levels", "projection.missing", 3, "there is none at all: an application with projections makes them$",
             at="models not there"),
    ],
    "export": [
        case("shop.db-journal", "log.name_taken", 4, "shop.db-journal has a name that belongs to shop.db; nothing was made$"),
        case("shop.jsonl more.jsonl", "usage.argument", 2, "`export` has no place for \"more.jsonl\"$", HELP.format("export")),
        case("''", "usage.argument", 2, HELP.format("export")),
        case("--gzip", "usage.option", 2, "there is no option --gzip of `export`$", HELP.format("export")),
        case("--as cloudevent", "usage.value", 2, "--as cannot be \"cloudevent\"; did you mean cloudevents?$", "whence export --as cloudevents$"),
        case("-o json", "usage.option", 2, "prints in one form only$", "leave -o and --json out$", out=ANYTHING),
        case("--from 0", "usage.value", 2, "--from cannot be \"0\"$", "give 1 or more: positions begin at 1$"),
        case("--to 9", "usage.value", 2, "--to is beyond the log$", "the log ends at event 8$", "leave it out, or give less$"),
        case("--from 10", "usage.value", 2, "--from is beyond the log$", "the log ends at event 8$"),
        case("--from 5 --to 3", "usage.value", 2, "--to is before --from$", "give them the other way round$"),
        case("sales.csv", "file.exists", 4, "cannot make sales.csv$", "choose another path$"),
        case("nowhere/shop.jsonl", "file.missing", 3, "cannot make nowhere/shop.jsonl$"),
        case("", "log.checksum", 6, "event 4 in shop.db cannot be trusted$", at="damaged event"),
        case("shop.jsonl", "log.checksum", 6, "event 4 in shop.db cannot be trusted$", at="damaged event"),
        case("shop.jsonl", "log.tail_missing", 6, "shop.db ends at event 7, but event 8 was acknowledged; nothing was changed$",
             at="tail missing"),
        case("", "log.witness_missing", 6, "shop.db has no usable witness beside it; nothing was changed$", at="witness missing"),
    ],
    "import": [
        case("", "usage.argument", 2, "`import` needs to know which: FILE$", HELP.format("import")),
        case("''", "usage.argument", 2, HELP.format("import")),
        case("shop.jsonl more.jsonl", "usage.argument", 2, "`import` has no place for \"more.jsonl\"$"),
        case("shop.jsonl --force", "usage.option", 2, "there is no option --force of `import`$", HELP.format("import")),
        case("shop.jsonl -o csv", "usage.value", 2, "-o cannot be \"csv\"$", "choose one of: table, json, jsonl$"),
        case("shop.jsonl", "store.unnamed", 2, "no store to open$", at="exports alone"),
        case("nowhere.jsonl", "file.missing", 3, "cannot open nowhere.jsonl$"),
        case(".", "file.is_a_directory", 6, "cannot read .$"),
        case("sales.csv --store new.db", "export.malformed", 6, "line 1 of sales.csv cannot be imported$",
             "an object is expected at byte 1$", "head -n 1 sales.csv | tail -n 1\n# that is the line\n# take the export again "
             "from the log that it comes from, whole$"),
        case("- --store new.db", "export.malformed", 6, "line 1 of standard input cannot be imported$",
             "take the export again from the log that it comes from, whole$", input="garbage\n"),
        case("- --store new.db", "export.malformed", 6, "there is no line in it$"),
        case("cut.jsonl --store new.db", "export.cut", 6, "cut.jsonl is an export without its end$", at="exports"),
        case("changed.jsonl --store new.db", "export.altered", 6, "its lines do not match the checksum at its end$", at="exports"),
        case("crlf.jsonl --store new.db", "export.malformed", 6, "line 1 of crlf.jsonl cannot be imported$",
             "it has a carriage return in it: lines end with a line feed alone$", at="exports"),
        case("rest.jsonl --store new.db", "export.gap", 4, "the export begins with event 5, and new.db has no event$", at="exports"),
        case("shop.jsonl --store bank.db", "export.differs", 4,
             "bank.db is another log than the one that was exported; nothing was changed$", at="exports"),
        case("shop.jsonl --store noise.db", "log.not_a_log", 6, "noise.db is not a Whence log; nothing was changed$", at="exports"),
        case("shop.jsonl --store nowhere/new.db", "file.missing", 3, "nowhere/new.db", at="exports"),
        case("shop.jsonl --store file:new.db", "usage.value", 2, "a log is a file, and \"file:new.db\" is an address of SQLite's; nothing was made$",
             at="exports"),
    ],
    "log verify": [
        case("shop.db", "usage.argument", 2, "`log verify` has no place for \"shop.db\"$", HELP.format("log verify")),
        case("--repair", "usage.option", 2, "there is no option --repair of `log verify`$", HELP.format("log verify")),
        case("--from first", "usage.value", 2, "--from cannot be \"first\"$", "give a whole number, 0 or more$"),
        case("-o csv", "usage.value", 2, "-o cannot be \"csv\"$", "choose one of: table, json, jsonl$"),
        case("", "log.events_lost", 6, "shop.db: 1 finding; 7 events of 8 intact$", "shop.db, event #4$",
             "whence event list --from 5$", at="damaged event", out=ANYTHING),
        case("", "log.events_lost", 6, "shop.db: 2 findings; 7 events of 7 intact$", "shop.db.witness, event #8$",
             at="tail missing", out=ANYTHING),
        case("", "log.differs", 1, "all events are as they were written$", "shop.db.witness$", at="witness missing", out=ANYTHING),
    ],
    "doctor": [
        case("--bundle shop.db-journal", "log.name_taken", 4, "shop.db-journal has a name that belongs to shop.db; nothing was made$"),
        case("shop.db", "usage.argument", 2, "`doctor` has no place for \"shop.db\"$", HELP.format("doctor")),
        case("--fix", "usage.option", 2, "there is no option --fix of `doctor`$", HELP.format("doctor")),
        case("-o csv", "usage.value", 2, "-o cannot be \"csv\"$", "choose one of: table, json, jsonl$"),
        case("--bundle", "usage.value", 2, "--bundle needs a value: FILE$", HELP.format("doctor")),
        case("--bundle ''", "usage.value", 2, "--bundle is empty$"),
        case("--bundle shop.db", "file.exists", 4, "cannot write shop.db$", "File exists$"),
        case("--bundle nowhere/report.json", "file.missing", 3, "nowhere/report.json", out=SOMETHING),
        case("", "log.checksum", 6, "event 4 in shop.db cannot be trusted$", "whence log repair --dry-run$", at="damaged event", out=SOMETHING),
        case("", "read_model.damaged", 6, "it was left as it is$", at="model damaged", out=SOMETHING, also=["read_model.damaged"] * 2),
    ],
    "sql": [
        case("-c ''", "usage.argument", 2, "there is no statement$", "whence sql -c 'SELECT count(*) FROM events'$"),
        case("-c SELEC", "usage.statement", 2, "near \"SELEC\": syntax error$", "line 1, column 1: SELEC$"),
        case("-c 'SELECT nme FROM events'", "usage.statement", 2, "no such column: nme$"),
        case("-c \"INSERT INTO entries VALUES(1)\"", "usage.statement", 2, "line 1, column 1: INSERT"),
        case("-c 'DELETE FROM entries'", "usage.statement", 2, "only reads, and this statement would "),
        case("--file none.sql", "file.missing", 3, "cannot read none.sql$", "ls -l .\n# name a file that is there$"),
        case("--file .", "file.is_a_directory", 6, "cannot read .$", "name a file$"),
        case("-c 'SELECT 1' --file x.sql", "usage.option", 2, "-c and --file are both given$", "choose one of them$"),
        case("-c 'SELECT 1' --model none", "projection.missing", 3, "there is no read model \"none\" beside the log$"),
        case("-c 'SELECT 1' --timeout soon", "usage.value", 2, "--timeout cannot be \"soon\"$"),
        case("'SELECT 1'", "usage.argument", 2, "`sql` has no place for \"SELECT 1\"$"),
        case("", "usage.statement", 2, "near \"utter\": syntax error$", input="utter nonsense"),
        case("-c 'SELECT count(*) AS n FROM events'", "log.tail_missing", 6, at="tail missing", out="n\n7\n"),
    ],
    "schema diff": [
        case("", "usage.argument", 2, "`schema diff` needs to know which: OLD NEW$", HELP.format("schema diff")),
        case("schemas", "usage.argument", 2, "`schema diff` needs to know which: OLD NEW$", at="contracts"),
        case("a b c", "usage.argument", 2, "`schema diff` has no place for \"c\"$"),
        case("a b --require everything", "usage.value", 2, "--require cannot be \"everything\"$"),
        case("a b -o csv", "usage.value", 2, "-o cannot be \"csv\"$", "choose one of: table, json, jsonl$"),
        case("none.json none.json", "file.missing", 3, "cannot read none.json$"),
        case("schemas noise.json", "file.not_a_directory", 5, "noise.json$", at="contracts cut"),
        case("noise.json noise.json", "schema.malformed", 6, "no JSON from byte 1$", at="contracts cut"),
        case(". .", "contract.missing", 3, "there are no contracts in .$", at="empty folder"),
        case("schemas changed", "schema.incompatible", 1, "changed does not keep what schemas promised", at="contracts changed", out=SOMETHING),
    ],
    "man": [
        case("xyzzy", "usage.command", 2, "there is no command \"xyzzy\"$", "whence --help$"),
        case("event lst", "usage.command", 2, "there is no command \"event lst\"; did you mean list?$", "whence man event list$"),
        case("event list again", "usage.argument", 2, "`man` has no place for \"again\"$", HELP.format("man")),
        case("-o csv", "usage.value", 2, "-o cannot be \"csv\"$", "choose one of: table, markdown$"),
        case("--page 2", "usage.option", 2, "there is no option --page of `man`$", HELP.format("man")),
    ],
    "completion": [
        case("", "usage.argument", 2, "`completion` needs to know which: SHELL$", HELP.format("completion")),
        case("tcsh", "usage.value", 2, "there is no completion for \"tcsh\"$", "there are: bash, zsh, fish$"),
        case("bash zsh", "usage.argument", 2, "`completion` has no place for \"zsh\"$"),
        case("bash -o csv", "usage.option", 2, "`completion` prints in one form only$", "leave -o and --json out$"),
        case("bash --install", "usage.option", 2, "there is no option --install of `completion`$"),
    ],
}

# The stock program has no types; the application's has them.
ASKED_WRONG = {
    "schema check": [
        case("order-1", "usage.argument", 2, "`schema check` has no place for \"order-1\"$", HELP.format("schema check")),
        case("--fast", "usage.option", 2, "there is no option --fast of `schema check`$", HELP.format("schema check")),
        case("--dir", "usage.value", 2, "--dir needs a value: DIR$", HELP.format("schema check")),
        case("-o csv", "usage.value", 2, "-o cannot be \"csv\"$", "choose one of: table, json, jsonl$"),
    ],
    "schema release": [
        case("order-1", "usage.argument", 2, "`schema release` has no place for \"order-1\"$", HELP.format("schema release")),
        case("--force", "usage.option", 2, "there is no option --force of `schema release`$", HELP.format("schema release")),
        case("--dir", "usage.value", 2, "--dir needs a value: DIR$", HELP.format("schema release")),
        case("-o xml", "usage.value", 2, "-o cannot be \"xml\"$", "choose one of: table, json, jsonl, csv, markdown$"),
    ],
}
STOCK = {
    "schema check": ASKED_WRONG["schema check"] + [
        case("", "types.missing", 7, "this needs the application's events", "PROGRAM whence schema check$", at="contracts"),
    ],
    "schema release": ASKED_WRONG["schema release"] + [
        case("", "types.missing", 7, "this needs the application's events", "PROGRAM whence schema release$", at="contracts"),
    ],
    "stream state": [
        case("", "usage.argument", 2, "`stream state` needs to know which: STREAM$", HELP.format("stream state")),
        case("order-1 order-2", "usage.argument", 2, "`stream state` has no place for \"order-2\"$"),
        case("order-5", "stream.missing", 3, "stream \"order-5\" does not exist$", "whence stream list$"),
        case("order-1 --version 2", "usage.argument", 2, "`stream state` has no place for \"2\"$"),
        case("order-1 --when 2", "usage.option", 2, "there is no option --when of `stream state`$"),
        case("order-1", "types.missing", 7, "this needs the type \"Order\"", "order-service whence stream state order-1$"),
        case("order-1 --at 1", "types.missing", 7, "order-service whence stream state order-1 --at 1$"),
        case("order-1 --store shop.db", "types.missing", 7, "order-service whence stream state order-1 --store shop.db$"),
    ],
    "stream diff": [
        case("", "usage.argument", 2, "`stream diff` needs to know which: STREAM [VERSION…]$", HELP.format("stream diff")),
        case("order-5", "stream.missing", 3, "stream \"order-5\" does not exist$", "whence stream list$"),
        case("order-1 --at 2", "usage.option", 2, "there is no option --at of `stream diff`$"),
        case("''", "usage.argument", 2, "`stream diff` needs to know which: STREAM [VERSION…]$"),
        case("order-2 -o yaml", "usage.value", 2, "-o cannot be \"yaml\"$"),
        case("order-2", "types.missing", 7, "this needs the type \"Order\"", "order-service whence stream diff order-2$"),
        case("order-2 1 2", "types.missing", 7, "order-service whence stream diff order-2 1 2$"),
    ],
    "schema upcast": [
        case("shop.db", "usage.argument", 2, "`schema upcast` has no place for \"shop.db\"$", HELP.format("schema upcast")),
        case("--fix", "usage.option", 2, "there is no option --fix of `schema upcast`$", HELP.format("schema upcast")),
        case("--check=yes", "usage.value", 2, "--check takes no value$"),
        case("-o csv", "usage.value", 2, "-o cannot be \"csv\""),
        case("", "types.missing", 7, "this needs the application's upcasters, which the stock binary does not have$",
             "order-service whence schema upcast$"),
        case("--check", "types.missing", 7, "order-service whence schema upcast --check$"),
    ],
    "rehearse": [
        case("shop.db", "usage.argument", 2, "`rehearse` has no place for \"shop.db\"$", HELP.format("rehearse")),
        case("--compare x", "usage.option", 2, "there is no option --compare of `rehearse`$", HELP.format("rehearse")),
        case("--save", "usage.value", 2, "--save needs a value: FILE$"),
        case("-o csv", "usage.value", 2, "-o cannot be \"csv\""),
        case("", "types.missing", 7, "this needs the application's types, which the stock binary does not have$",
             "order-service whence rehearse$"),
        case("--store shop.db", "types.missing", 7, "order-service whence rehearse --store shop.db$"),
    ],
}
WITH_TYPES = {
    "schema check": ASKED_WRONG["schema check"] + [
        case("", "contract.broken", 1, "whence schema release --dir schemas$", at="empty folder", out=SOMETHING),
        case("", "contract.broken", 1, "schemas/order/OrderCancelled.v1.schema.json$", at="contracts changed", out=SOMETHING),
        case("", "contract.broken", 1, "schemas/order/OrderCancelled.v1.schema.json$", at="contracts cut", out=SOMETHING),
        case("", "contract.broken", 1, "an upcaster begins at it, and there is neither a schema nor a sample of it$",
             "bring schemas/order/OrderPlaced.v1.schema.json and the samples beside it back", at="contracts newer", out=SOMETHING),
        case("--dir noise.json", "file.not_a_directory", 5, "noise.json$", at="contracts cut"),
        case("--dir schema", "contract.missing", 3, "there are no contracts in schema$", at="contracts changed"),
        case("--dir ''", "usage.value", 2, "--dir is empty$", at="contracts changed"),
    ],
    "schema release": ASKED_WRONG["schema release"] + [
        case("", "contract.changed", 4, "OrderCancelled version 1 was released, and is described otherwise now", at="contracts changed"),
        case("", "contract.newer", 4, "OrderShipped version 2 was released, and this program has version 1; nothing was written$",
             at="contracts newer"),
        case("", "schema.malformed", 6, "schemas/order/OrderCancelled.v1.schema.json$", at="contracts cut"),
        case("--dir noise.json", "file.not_a_directory", 5, "noise.json$", at="contracts cut"),
        case("--columns evnt", "usage.value", 2, "there is no column \"evnt\"$", at="contracts"),
        case("--dir no/where", "file.missing", 3, "mkdir -p no$", at="empty folder"),
        case("--dir ''", "usage.value", 2, "--dir is empty$", at="contracts"),
    ],
    "stream state": [one for one in STOCK["stream state"] if one.code != "types.missing"] + [
        case("order-2 --at 9", "event.missing", 3, "whence stream show order-2$"),
        case("order-2 --at noon", "usage.value", 2, "--at cannot be \"noon\"$", "give a version such as 3, 90s, 15m, "),
        case("order-2", "log.checksum", 6, "event 4 in shop.db cannot be trusted$", at="damaged event", out=ANYTHING),
    ],
    "stream diff": [one for one in STOCK["stream diff"] if one.code != "types.missing"] + [
        case("order-2 1 9", "event.missing", 3, "whence stream show order-2$"),
        case("order-2 2 1", "usage.value", 2, "version 2 comes after version 1$", "whence stream diff order-2 1 2$"),
        case("order-2 0 1 2", "usage.argument", 2, "`stream diff` has no place for \"2\"$"),
        case("order-2 one", "usage.value", 2, "a version cannot be \"one\"$", "whence stream diff order-2 1 2$"),
        case("order-2", "log.checksum", 6, "event 4 in shop.db cannot be trusted$", at="damaged event", out=ANYTHING),
    ],
    "schema upcast": [one for one in STOCK["schema upcast"] if one.code != "types.missing"] + [
        case("--check", "log.checksum", 6, "event 4 in shop.db cannot be trusted$", at="damaged event", out=ANYTHING),
        case("", "log.checksum", 6, "event 8 in shop.db cannot be trusted$", at="damaged end", out=ANYTHING),
    ],
    "rehearse": [one for one in STOCK["rehearse"] if one.code != "types.missing"] + [
        case("--against missing.states", "file.missing", 3, "missing.states"),
        case("--against shop.db", "fingerprints.not_usable", 6, "nothing can be compared with shop.db$",
             "it has no fingerprints in it$"),
        case("--save nowhere/shop.states", "file.missing", 3, "nowhere"),
        case("--save .", "fingerprints.not_saved", 2, "it is there, and no regular file$"),
        case("--save shop.db", "fingerprints.not_saved", 2, "fingerprints cannot be saved in shop.db; nothing was written$"),
        case("--save shop.db.lock", "fingerprints.not_saved", 2, "names that begin with shop.db belong to the log$"),
        case("--save sales.csv", "fingerprints.not_saved", 2, "it is there, and has no fingerprints in it$"),
        case("--save ''", "usage.value", 2, "--save is empty$"),
        case("", "log.checksum", 6, "event 4 in shop.db cannot be trusted$", at="damaged event", out=ANYTHING),
        case("", "log.checksum", 6, "event 8 in shop.db cannot be trusted$", at="damaged end", out=ANYTHING),
    ],
}
OF_PROOFS = cases_of_proofs(KEY, PUBLIC_KEY, HEADS)

class Whence(Table):
    program = ("whence",)
    programs = PROGRAMS
    own = OWN | ARCHIVE_CASES | BACKUP_CASES | OF_PROOFS | OPERATION_CASES | STOCK
    without_types = {"stream state", "stream diff", "rehearse", "schema upcast"}

    def listed_commands(self):
        """What the manual has; it is made of the program's own table."""
        manual = self.programs.run([*self.program, "man", "-o", "markdown"], self.setups["empty folder"]).stdout
        program = " ".join(self.program)
        return [line.removeprefix("## ") for line, usage in re.findall(r"^(## [a-z -]+)\n\n`([^`]+)`: ", manual, re.MULTILINE)
                if usage.startswith(program + " ")]

    def test_every_command_has_cases_of_its_own(self):
        self.check_own_cases()

    def test_every_command_that_opens_a_log_can_be_typed(self):
        self.assertEqual(sorted(RUNNABLE), sorted(set(self.listed_commands()) - NO_LOG - WRITES_LOG))

    def test_what_is_typed_wrong(self):
        self.check_all((command, one) for command, cases in self.own.items() for one in cases)

    def test_what_is_no_log_or_not_a_whole_one(self):
        for command, arguments in RUNNABLE.items():
            for one in STORES:
                shown = one.out in (ANYTHING, SOMETHING)
                if shown and command in JUDGES:
                    continue
                beyond = BEYOND_THE_LOG.get(command, 0) if one.at == "tail missing" else 0
                also = ["checkpoint.mismatch"] * beyond
                if shown and command in self.without_types:
                    also += ["types.missing"]
                out = ANYTHING if shown and command in self.without_types or command in LOOKS_AROUND else one.out
                # What cannot be trusted outdoes what the program has not; what is not possible now does not.
                ends = 7 if "types.missing" in also and one.exit != 6 else one.exit
                self.check_all([(command, case(arguments, one.code, ends, *one.says, at=one.at, out=out, also=also))])

    def test_what_it_advises_can_be_pasted(self):
        advised = 0
        for at in ("missing", "directory", "link loop", "folder for a witness", "file for the models", "damaged event", "tail missing", "witness missing", "model damaged"):
            place = self.setups.copy_of(at)
            self.addCleanup(place.close)
            ran = self.programs.run([*self.program, "projection", "status"], place)
            for said in messages(ran.stderr, notes_before=True):
                block = remedy_of(said)
                advised += 1
                with self.subTest(at=at, block=block):
                    pasted = self.programs.run(["bash", "-e", "-c", block], place)
                    # `log verify` says what is wrong.
                    verified = "whence log verify" in block
                    self.assertTrue(pasted.returncode in (1, 6) if verified else (pasted.returncode, pasted.stderr) == (0, ""), pasted.stderr)
        self.assertGreater(advised, 8)
        # The models that were moved away are there again, as they were.
        self.assertEqual(self.programs.must("order-service report", place), self.programs.must("order-service report", self.setups["shop"]))

    def test_bad_input_in_a_machine_form_leaves_stdout_empty_or_one_document(self):
        for one in (case("--limit x --json", "usage.value", 2), case("--stream order-9 --json", "stream.missing", 3),
                    case("--typ X -o json", "usage.option", 2), case("surplus --output=json", "usage.argument", 2)):
            with self.subTest(line=one.line):
                self.check("event list", case(one.line, one.code, one.exit, out=r"\{[^\n]*\"diagnostics\":\[[^\n]*\]\}\n"))

    def as_started(self, text):
        return text if self.program == ("whence",) else re.sub(r"(^|(?<=: )|(?<=\n))whence (?=[a-z-])", " ".join(self.program) + " ", text)


class InTheApplication(Whence):
    program = ("order-service", "whence")
    own = OWN | ARCHIVE_CASES | BACKUP_CASES | OF_PROOFS | OPERATION_CASES_OF_SHOP | WITH_TYPES
    without_types = frozenset()


if __name__ == "__main__":
    try:
        unittest.main(argv=sys.argv[:1], verbosity=2)
    finally:
        PROGRAMS.close()
