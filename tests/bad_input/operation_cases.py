"""What `event append` and `projection rebuild` say of bad input."""

from bad_input import case

HELP = "whence {} --help$"
CANCELLED = '{"eventType":"OrderCancelled","data":{"reason":"a test"}}'
APPEND = "`event append` cannot be done like this: "


def append(line, code, exit, *says, **more):
    return case(line, code, exit, *says, **({"input": CANCELLED} | more))


APPEND_CASES = [
    case("", "usage.argument", 2, "`event append` needs to know which: STREAM FILE$", HELP.format("event append")),
    case("order-4", "usage.argument", 2, "`event append` needs to know which: STREAM FILE$"),
    append("order-4 - more", "usage.argument", 2, "`event append` has no place for \"more\"$"),
    append("order-4 - --force", "usage.option", 2, "there is no option --force of `event append`$"),
    append("order-4 - -o csv", "usage.value", 2, "-o cannot be \"csv\"$"),
    case("order-4 none.json --yes", "file.missing", 3, "cannot read none.json$"),
    case("order-4 sales.csv --yes", "operation.malformed", 4, APPEND + "the event is no JSON; nothing was done$"),
    case("order-4 - --yes", "operation.malformed", 4, APPEND + "the event is no JSON; nothing was done$"),
    append("order-4 - --yes", "operation.malformed", 4, APPEND + "the event is nested too deeply; nothing was done$", input="[" * 100000),
    append("order-4 - --yes", "envelope.malformed", 6, "this is no event: /data: it is missing$", input='{"eventType":"OrderCancelled"}'),
    append("order-4 - --expected seven --yes", "operation.malformed", 4, "the expected version cannot be \"seven\"; nothing was done$",
           "it is a number, or any, none or exists$"),
    append("order-4 - --expected 7 --yes", "append.version_conflict", 4, "order-4: expected version 7, found version 1"),
    append("order-4 - --expected none --yes", "append.version_conflict", 4, "order-4: expected version none, found version 1"),
    append("order-5 - --yes", "envelope.malformed", 6, "this is no event: /aggregateType: it is missing$"),
    append("whence-operations - --yes", "operation.malformed", 4, APPEND + "the stream is Whence's own; nothing was done$"),
    append("order-4 -", "operation.unconfirmed", 4,
           "this would append OrderCancelled version 1 to order-4 for ever, as its event 2, in shop.db; nothing was changed$",
           "nobody sits before it who could be asked$", "whence event append order-4 - --yes$"),
    append("order-4 - --confirm order-3", "operation.unconfirmed", 4, "--confirm names \"order-3\"$",
           "whence event append order-4 - --confirm order-4$"),
    append("order-4 - --yes --reason " + "x" * 1001, "audit.reason", 2, "the reason is too long to be kept; nothing was changed$"),
    append("order-4 - --yes", "store.unnamed", 2, "no store to open$", at="empty folder"),
    append("order-4 - --yes", "log.missing", 3, "there is no log missing.db$", at="missing"),
    append("order-4 - --yes", "log.not_a_log", 6, "noise.db is not a Whence log; nothing was changed$", at="noise"),
    append("order-4 - --yes", "log.tail_missing", 6, "shop.db ends at event 7, but event 8 was acknowledged", at="tail missing"),
    append("order-4 - --yes", "log.witness_missing", 6, "shop.db has no usable witness beside it", at="witness missing"),
    append("order-4 - --yes", "log.checksum", 6, "event 8 in shop.db cannot be trusted$", at="damaged end"),
    append("order-4 - --yes", "writer.silent", 5, "holds shop.db and does not answer; nothing was changed$",
           "control socket shop.db.ctl, waited 5 s$", "whence doctor$", at="written by another"),
]

REBUILD_CASES = [
    case("", "usage.argument", 2, "`projection rebuild` needs to know which: PROJECTION$", HELP.format("projection rebuild")),
    case("order_summary stock_levels", "usage.argument", 2, "`projection rebuild` has no place for \"stock_levels\"$"),
    case("order_summary --force", "usage.option", 2, "there is no option --force of `projection rebuild`$"),
    case("order_summary -o csv", "usage.value", 2, "-o cannot be \"csv\"$"),
    case("order_summary --yes", "store.unnamed", 2, "no store to open$", at="empty folder"),
    case("order_summary --yes", "log.missing", 3, "there is no log missing.db$", at="missing"),
    case("order_summary --yes", "log.tail_missing", 6, "shop.db ends at event 7, but event 8 was acknowledged", at="tail missing"),
    case("order_summary --yes", "writer.silent", 5, "holds shop.db and does not answer; nothing was changed$", at="written by another"),
]

OPERATION_CASES = {
    "event append": APPEND_CASES,
    "projection rebuild": REBUILD_CASES + [
        case("order_summary --yes", "types.missing", 7, "this needs the code of order_summary, which the stock binary does not have$",
             "order-service whence projection rebuild order_summary$"),
    ],
}

# With the shop's types.
OPERATION_CASES_OF_SHOP = {
    "event append": APPEND_CASES + [
        append("order-4 - --yes", "operation.unfit_event", 4, "the application could not read OrderEaten version 1 in order-4; nothing was appended$",
               "Order does not list it among its events$", input='{"eventType":"OrderEaten","data":{}}'),
        append("order-4 - --yes", "operation.unfit_event", 4, "/reason: ", input='{"eventType":"OrderCancelled","data":{"reason":7}}'),
    ],
    "projection rebuild": REBUILD_CASES + [
        case("nope --yes", "operation.no_such_model", 3, "the application has no read model \"nope\" that could be rebuilt; nothing was done$",
             "there are: order_summary, sales_by_country, stock_levels$", "whence projection list$"),
        case("order_summary", "operation.unconfirmed", 4,
             "this would build order_summary anew from 8 events, and swap it in, in shop.db; nothing was changed$",
             "whence projection rebuild order_summary --yes$"),
        case("order_summary --confirm stock_levels", "operation.unconfirmed", 4, "--confirm names \"stock_levels\"$"),
    ],
}
