"""What `backup`, `restore` and `log fork` say of bad input."""

from bad_input import case

HELP = "whence {} --help$"
LOCK_OF_RESTORED = (r"x\.db\.lock",)  # the lock of a log is never taken away

BACKUP_CASES = {
    "backup": [
        case("", "usage.argument", 2, "`backup` needs to know which: FILE$", HELP.format("backup")),
        case("one.backup two.backup", "usage.argument", 2, "`backup` has no place for \"two.backup\"$"),
        case("new.backup --to shop.db", "usage.option", 2, "there is no option --to of `backup`$", HELP.format("backup")),
        case("new.backup -o csv", "usage.value", 2, "-o cannot be \"csv\"$", "choose one of: table, json, jsonl$"),
        case("sales.csv", "file.exists", 5, "cannot make sales.csv$"),
        case("shop.db", "file.exists", 5, "cannot make shop.db$"),
        case("nowhere/new.backup", "file.missing", 3, "cannot make nowhere/new.backup$", "mkdir -p nowhere$"),
        case("sales.csv/new.backup", "file.not_a_directory", 5, "sales.csv/new.backup$"),
        case("new.backup", "log.checksum", 6, "event 4 in shop.db cannot be trusted$", at="damaged event"),
        case("new.backup", "log.checksum", 6, "event 8 in shop.db cannot be trusted$", at="damaged end"),
        case("new.backup", "log.tail_missing", 6, "shop.db ends at event 7, but event 8 was acknowledged", at="tail missing"),
        case("new.backup", "log.witness_missing", 6, "shop.db has no usable witness beside it", at="witness missing"),
        case("new.backup", "file.no_permission", 5, "cannot open new.backup.partial.lock$", "Permission denied$", at="only readable"),
        case("new.backup --check", "file.exists", 5, "cannot make new.backup$", at="backed up"),
    ],
    "log fork": [
        case("", "usage.argument", 2, "`log fork` needs to know which: NEW.db$", HELP.format("log fork")),
        case("one.db two.db", "usage.argument", 2, "`log fork` has no place for \"two.db\"$"),
        case("x.db --at soon", "usage.value", 2, "--at cannot be \"soon\"$", "give a position such as 4711, 90s, 15m, "),
        case("x.db --at 0", "usage.value", 2, "--at cannot be \"0\"$"),
        case("x.db --at 9", "fork.not_in_log", 3, "shop.db has no event 9; nothing was made$", "it ends at event 8$"),
        case("x.db --at 1970-01-01", "fork.not_in_log", 3, "shop.db has no event that was recorded so early; nothing was made$"),
        case("shop.db", "fork.log_exists", 4, "there is a log at shop.db; it was left as it is$"),
        case("sales.csv", "fork.log_exists", 4, "there is a log at sales.csv; it was left as it is$"),
        case("nowhere/x.db", "file.missing", 3, "cannot make nowhere/x.db$", "mkdir -p nowhere$"),
        case("x.db", "log.checksum", 6, "event 8 in shop.db cannot be trusted$", at="damaged end"),
        case("x.db", "log.tail_missing", 6, "shop.db ends at event 7, but event 8 was acknowledged", at="tail missing"),
        case("x.db", "log.witness_missing", 6, "shop.db has no usable witness beside it", at="witness missing"),
        case("x.db", "file.no_permission", 5, "cannot open x.db.lock$", "Permission denied$", at="only readable"),
    ],
    "restore": [
        case("", "usage.argument", 2, "`restore` needs to know which: BACKUP [LOG]$", HELP.format("restore")),
        case("new.backup", "usage.argument", 2, "`restore` needs to know where the log is to be$", "whence restore new.backup shop.db$", at="backed up"),
        case("new.backup x.db y.db", "usage.argument", 2, "`restore` has no place for \"y.db\"$", at="backed up"),
        case("new.backup x.db --check", "usage.option", 2, "--check restores aside and makes no log, and x.db is to be one$",
             "whence restore new.backup --check$", at="backed up"),
        case("new.backup x.db --at soon", "usage.value", 2, "--at cannot be \"soon\"$", "give a position such as 4711, 90s, 15m, ", at="backed up"),
        case("new.backup x.db --at 0", "usage.value", 2, "--at cannot be \"0\"$", at="backed up"),
        case("new.backup x.db --at 9", "restore.not_in_backup", 3, "new.backup has no event 9; nothing was made$", "it ends at event 8$", at="backed up"),
        case("new.backup x.db --at 1970-01-01", "restore.not_in_backup", 3, "new.backup has no event that was recorded so early; nothing was made$",
             at="backed up", changes=LOCK_OF_RESTORED),
        case("none.backup x.db", "log.missing", 3, "there is no log none.backup$"),
        case("sales.csv x.db", "log.not_a_log", 6, "sales.csv is not a Whence log; nothing was changed$"),
        case("shop.db x.db", "backup.not_one", 6, "shop.db is a log, and no backup of one; nothing was made$", "whence log verify --store shop.db\n# "),
        case("new.backup shop.db", "restore.log_exists", 4, "there is a log at shop.db; it was left as it is$",
             'mv -t "$(mktemp -d shop.db.old.XXXXXX)" shop.db', at="backed up"),
        case("new.backup nowhere/x.db", "file.missing", 3, "cannot make nowhere/x.db$", "mkdir -p nowhere$", at="backed up"),
        case("new.backup x.db", "log.checksum", 6, "event 4 in new.backup cannot be trusted$", at="backup damaged", changes=LOCK_OF_RESTORED),
        case("new.backup --check", "log.checksum", 6, "event 4 in new.backup cannot be trusted$", at="backup damaged"),
        case("new.backup x.db", "log.checksum", 6, "new.backup is damaged$", "what it says of itself as a backup cannot be read: ", at="backup without its mark"),
    ],
}
