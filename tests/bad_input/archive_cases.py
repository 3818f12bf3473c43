"""What `log archive` and `log compact` say of bad input."""

from bad_input import case, refused_by_rule

HELP = "whence {} --help$"

ARCHIVE_CASES = {
    "log archive": [
        case("", "usage.option", 2, "`log archive` needs to know which streams$", "whence log archive --older-than 52w$"),
        case("--older-than soon", "usage.value", 2, "--older-than cannot be \"soon\"$", "give 90s, 15m, 2h, 3d, 1w, a date"),
        case("one.archive two.archive --aggregate Order", "usage.argument", 2, "`log archive` has no place for \"two.archive\"$"),
        case("--to 4 --aggregate Order", "usage.option", 2, "there is no option --to of `log archive`", HELP.format("log archive")),
        case("-o csv --aggregate Order", "usage.value", 2, "-o cannot be \"csv\"$", "choose one of: table, json, jsonl$"),
        case("--stream order-9", "stream.missing", 3, "stream \"order-9\" does not exist$", "whence stream list$"),
        case("--aggregate Order", "operation.unconfirmed", 4, "this would move 5 events of 3 streams into an archive, in shop.db; nothing was changed$",
             "nobody sits before it who could be asked$", "whence log archive --aggregate Order --yes$"),
        refused_by_rule("sales.csv --aggregate Order --yes", "file.exists", 4, "/sales.csv$"),
        refused_by_rule("nowhere/old.archive --aggregate Order --yes", "file.missing", 3, "/nowhere/old.archive$", "/nowhere$"),
        case("--aggregate Order --yes", "log.checksum", 6, "event 4 in shop.db cannot be trusted$", at="damaged event"),
        case("--aggregate Order --yes", "log.tail_missing", 6, "shop.db ends at event 7, but event 8 was acknowledged", at="tail missing"),
        case("--aggregate Order --yes", "log.witness_missing", 6, "shop.db has no usable witness beside it", at="witness missing"),
    ],
    "log compact": [
        case("shop.db", "usage.argument", 2, "`log compact` has no place for \"shop.db\"$", HELP.format("log compact")),
        case("--older-than 1w", "usage.option", 2, "there is no option --older-than of `log compact`", HELP.format("log compact")),
        case("", "operation.unconfirmed", 4, "this would write the log's file anew, without the 0 B that are free in it, in shop.db; nothing was changed$",
             "whence log compact --yes$"),
        case("--yes", "log.tail_missing", 6, "shop.db ends at event 7, but event 8 was acknowledged", at="tail missing"),
        case("--yes", "log.witness_missing", 6, "shop.db has no usable witness beside it", at="witness missing"),
    ],
}
