"""The cases of the official test suite for JSON Schema (draft 2020-12): what is claimed is judged as the suite says, the rest is
refused by name.

    official_suite_test.py PROGRAM FOLDER

The suite comes with the source package of jsonschema, the validator for Python; FOLDER keeps it. No code of it is run: only the files of
cases are read. Ends with 77 where the package cannot be had.
"""
import json
import pathlib
import subprocess
import sys
import tarfile

PACKAGE = "jsonschema==4.23.0"
SKIPPED = 77
# framework/whence/contracts/README.md, "Keywords"
CHECKED = {
    "$defs", "$ref", "$schema", "additionalProperties", "allOf", "anyOf", "const", "enum", "exclusiveMaximum", "exclusiveMinimum", "items",
    "maxItems", "maxLength", "maxProperties", "maximum", "minItems", "minLength", "minProperties", "minimum", "not", "oneOf", "pattern",
    "prefixItems", "properties", "required", "type", "uniqueItems"}
SAYS_NOTHING = {"$comment", "contentEncoding", "default", "deprecated", "description", "examples", "title"}
# Files that are named after no keyword, or after several.
CLAIMED_FILES = {f"{keyword}.json" for keyword in CHECKED} | {
    "boolean_schema.json", "defs.json", "default.json", "infinite-loop-detection.json", "ref.json", "optional/bignum.json",
    "optional/float-overflow.json", "optional/non-bmp-regex.json", "optional/no-schema.json"}
CASES_MIN = 560  # that are judged in claimed files, at least: who refuses everything fails


def cases(folder):
    """The suite's files, by their names below draft2020-12."""
    folder.mkdir(parents=True, exist_ok=True)
    if not list(folder.glob("jsonschema-*.tar.gz")):
        command = [sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--no-deps", "--no-binary", "jsonschema",
                   PACKAGE, "--dest", str(folder)]
        try:
            subprocess.run(command, stdout=sys.stderr, timeout=120, check=True)
        except (subprocess.SubprocessError, OSError):
            return None
    found = {}
    with tarfile.open(next(folder.glob("jsonschema-*.tar.gz"))) as package:
        for member in package:
            _, _, name = member.name.partition("/json/tests/draft2020-12/")
            if name.endswith(".json"):
                found[name] = json.load(package.extractfile(member))
    return found


def at(schema, pointer):
    """What stands there in the schema."""
    for part in pointer.split("/")[1:]:
        part = part.replace("~1", "/").replace("~0", "~")
        schema = schema[int(part)] if isinstance(schema, list) else schema[part]
    return schema


def rightly_refused(group, said):
    """Whether what was named as not checked is really there, and not claimed."""
    if said["code"] != "schema.unsupported":
        return False
    value = at(group["schema"], said["pointer"])
    if said["keyword"] == "$ref":
        return not value.startswith("#")
    if said["keyword"] == "$schema":
        return value != "https://json-schema.org/draft/2020-12/schema"
    if said["keyword"] == "pattern":
        return any(construct in value for construct in ("\\p", "\\b", "\\B", "(?<", "\\k"))
    return said["keyword"] not in CHECKED | SAYS_NOTHING


def main():
    program, folder = sys.argv[1], pathlib.Path(sys.argv[2])
    suite = cases(folder)
    if suite is None:
        print("skipped: pip did not get the suite")
        return SKIPPED
    groups = [(name, group) for name, content in sorted(suite.items()) for group in content]
    lines = "".join(json.dumps({"schema": json.dumps(group["schema"]), "documents": [json.dumps(one["data"]) for one in group["tests"]]}) + "\n"
                    for _, group in groups)
    done = subprocess.run([program], input=lines, capture_output=True, text=True, check=True)
    faults, counts, refused_in_claimed = [], {"judged": 0, "refused": 0}, []
    for (name, group), line in zip(groups, done.stdout.splitlines(), strict=True):
        said = json.loads(line)
        where = f"{name}: {group['description']}"
        if "verdicts" not in said:
            counts["refused"] += 1
            if name in CLAIMED_FILES:
                refused_in_claimed.append(f"{where}: {said['keyword']} at {said['pointer']}")
            if not rightly_refused(group, said):
                faults.append(f"{where}: refused, {said}")
            continue
        if name in CLAIMED_FILES:
            counts["judged"] += len(group["tests"])
        for one, verdict in zip(group["tests"], said["verdicts"], strict=True):
            if verdict != one["valid"]:
                faults.append(f"{where}: {one['description']}: {verdict}")
    if counts["judged"] < CASES_MIN:
        faults.append(f"{counts['judged']} cases of claimed keywords are judged, {CASES_MIN} were once")
    print(f"cases judged in the files of claimed keywords: {counts['judged']}")
    print(f"groups refused by name: {counts['refused']} of {len(groups)}")
    print("\n".join(["in the files of claimed keywords:", *refused_in_claimed]))
    print("\n".join(faults))
    return 1 if faults else 0


sys.exit(main())
