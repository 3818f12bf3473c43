"""The commands that sign a log, and hold it against what was signed, on bad input."""

import os

from bad_input import NOBODY, Place, case


def sign_another_log(programs):
    """The options that name its keys and heads, which are in the folder of the programs."""
    place = Place(store="bank.db")
    folder = programs.folder
    programs.must("first-program", place)
    programs.must(f"whence log make-key {folder}/bank.key", place)
    programs.must(f"whence log prove --key {folder}/bank.key --heads {folder}/bank.heads", place)
    place.close()
    if os.geteuid() == 0:  # its owner alone may read it, and root may anyway
        os.chown(folder / "bank.key", NOBODY, NOBODY)
    return f"--key {folder}/bank.key", f"--key {folder}/bank.key.pub", f"--heads {folder}/bank.heads"


def cases_of_proofs(key, public_key, heads):
    """Keys and heads are those of another log."""
    return {
        "log make-key": [
            case("", "usage.argument", 2, "`log make-key` needs to know which: FILE$", "whence log make-key --help$"),
            case("a b", "usage.argument", 2, "`log make-key` has no place for \"b\"$"),
            case("--force shop.key", "usage.option", 2, "there is no option --force of `log make-key`$"),
            case("shop.key -o csv", "usage.value", 2, "-o cannot be \"csv\"$", "choose one of: table, json, jsonl$"),
            case("sales.csv", "file.exists", 4, "cannot make sales.csv$", "File exists$", "choose another path$"),
            case("nowhere/shop.key", "file.missing", 3, "cannot make nowhere/shop.key.pub$", "mkdir -p nowhere$"),
        ],
        "log prove": [
            case("", "usage.option", 2, "`log prove` needs --key FILE$", "whence log prove --key shop.key --heads shop.heads$"),
            case(key, "usage.option", 2, "`log prove` needs --heads FILE$"),
            case("--key '' --heads new.heads", "usage.value", 2, "--key is empty$"),
            case(f"{key} --heads new.heads --every 0", "usage.value", 2, "--every cannot be 0$", "give 1 to 1 000 000$"),
            case(f"{key} --heads new.heads -o csv", "usage.value", 2, "-o cannot be \"csv\"$"),
            case("--key missing.key --heads new.heads", "file.missing", 3, "cannot open missing.key$", "# name a file that is there$"),
            case("--key sales.csv --heads new.heads", "proof.key_malformed", 6, "there is no usable key in sales.csv$"),
            case(f"{key} --heads sales.csv", "proof.heads_malformed", 6, "line 1 of sales.csv is no signed head$", changes=(r"sales\.csv\.lock",)),
            case(f"{key} --heads folder.csv", "file.is_a_directory", 6, changes=(r"folder\.csv\.lock",)),
            case(f"{key} --heads nowhere/new.heads", "file.missing", 3, "nowhere/new.heads"),
            case(f"{key} {heads}", "proof.other_log", 6, "are of another log than shop.db$"),
            case(f"{key} --heads new.heads", "log.checksum", 6, "event 4 in shop.db cannot be trusted$", at="damaged event",
                 changes=(r"new\.heads\.lock",)),
            case(f"{key} --heads new.heads", "log.tail_missing", 6, "shop.db ends at event 7", at="tail missing"),
            case(f"{key} --heads new.heads", "log.witness_missing", 6, at="witness missing"),
        ],
        "log check-proof": [
            case("", "usage.option", 2, "`log check-proof` needs --key FILE$"),
            case(public_key, "usage.option", 2, "`log check-proof` needs --heads FILE$"),
            case(f"{public_key} {heads} --known 12", "usage.value", 2, "--known cannot be \"12\"$", "give the 64 digits"),
            case(f"{public_key} {heads} --known {'a' * 64}", "proof.heads_cut", 6, "a head that was seen before is not in "),
            case(f"{key} {heads}", "proof.key_malformed", 6, "it has a private key in it"),
            case(f"{public_key} --heads missing.heads", "file.missing", 3, "cannot open missing.heads$", "# name a file that is there$"),
            case(f"{public_key} --heads sales.csv", "proof.heads_malformed", 6, "line 1 of sales.csv is no signed head$"),
            case(f"{public_key} --heads noise.csv", "proof.heads_malformed", 6),
            case(f"{public_key} --heads empty.csv", "proof.no_heads", 6, "there is no signed head in empty.csv$"),
            case(f"{public_key} --heads folder.csv", "file.is_a_directory", 6),
            case(f"{public_key} {heads}", "proof.other_log", 6, "are of another log than shop.db$"),
        ],
    }
