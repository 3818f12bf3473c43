"""Our validator says of generated documents what reading says, of every shape of type, but for what a schema cannot say.

    shapes_test.py SHAPE_DOCUMENTS SCHEMA_CASES
"""
import json
import re
import subprocess
import sys

# Reading refuses, and the schema accepts (framework/whence/serialization/README.md, "JSON Schema"): what reading says then.
DECIDED = {
    "an integer written as 1.0 or 1e3": r"expected a whole number, found number$",
    "a key twice in a map of other keys, or elements that are equal and written otherwise": r"is there twice$",
    "a day that is in no calendar": r'expected a time of RFC 3339, found "',
    "a time between two steps": r"expected a time in steps of",
    "a duration between two ticks, or out of range": r'expected (whole ticks of|a duration like PT1.5S, found ")',
    "a decimal beyond 64 bits": r'expected a decimal like "12.50", found "',
}


def main():
    documents, cases = sys.argv[1:]
    printed = subprocess.run([documents, "100", "200", "7"], capture_output=True, text=True, check=True).stdout
    shapes = []
    for line in printed.split("\n"):
        said = json.loads(line) if line else {}
        if "schema" in said:
            shapes.append((said["shape"], json.dumps(said["schema"]), []))
        elif said:
            shapes[-1][2].append((said["text"], said.get("refusal", "")))
    lines = "".join(json.dumps({"schema": schema, "documents": [text for text, _ in read]}) + "\n" for _, schema, read in shapes)
    judged = subprocess.run([cases], input=lines, capture_output=True, text=True, check=True).stdout.splitlines()
    faults, counts = [], dict.fromkeys(["accepted", "refused", *DECIDED], 0)
    for (shape, _, read), line in zip(shapes, judged, strict=True):
        for (text, refusal), fits in zip(read, json.loads(line)["verdicts"], strict=True):
            decided = next((name for name, rule in DECIDED.items() if fits and re.search(rule, refusal)), None)
            if fits == (refusal == ""):
                counts["accepted" if fits else "refused"] += 1
            elif decided:
                counts[decided] += 1
            else:
                faults.append(f"{shape}: {text[:300]}\n  reading: {refusal or 'accepts'}\n  by its schema: {fits}")
    print("\n".join(f"{name}: {count}" for name, count in counts.items()))
    print("\n".join(faults))
    if len(shapes) < 60 or not counts["accepted"] or not counts["refused"]:
        print("too little was judged")
        return 1
    return 1 if faults else 0


sys.exit(main())
