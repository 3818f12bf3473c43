// Reads what shape_documents prints, and compares what reading says of each document with what ajv says by the schema, in strict
// mode. Ends with 1 at a difference that is not among those decided (framework/whence/serialization/README.md, "JSON Schema").
// With --weakened, the schemas allow members that they do not name: then there have to be such differences.
import Ajv2020 from "ajv/dist/2020.js";
import readline from "node:readline";

// A document is refused by reading, accepted by ajv: what reading says then.
const onlyReadingRefuses = {
  "an integer written as 1.0 or 1e3": /expected a whole number, found number$/,
  "a whole number that a double rounds into the range": /out of range .*: -?\d{16,}/,
  "a name, a key or an element twice": /is there twice$/,
  "half a surrogate pair": (refusal, text) => /^no JSON from byte/.test(refusal) && /\\u[dD][89a-fA-F]/.test(text),
  "a day that is in no calendar": /expected a time of RFC 3339, found "/,
  "a time between two steps": /expected a time in steps of/,
  "a duration between two ticks, or out of range": /expected (whole ticks of|a duration like PT1.5S, found ")/,
  "a decimal beyond 64 bits": /expected a decimal like "12.50", found "/,
};
const has64Bits = /\d{16,}/;

const weakened = process.argv.includes("--weakened");
const allowed = (key, value) => (weakened && key === "additionalProperties" && value === false ? undefined : value);

const ajv = () => new Ajv2020({ strict: true, allErrors: false, logger: { log() {}, warn: fail, error: fail } });

function fail(message) {
  console.error(`judge.mjs: ${message}`);
  process.exitCode = 1;
}

function accepted(validate, text) {
  let value;
  try {
    value = JSON.parse(text);
  } catch {
    return { valid: false, because: "it is no JSON" };
  }
  return validate(value) ? { valid: true } : { valid: false, because: ajv().errorsText(validate.errors), keyword: validate.errors[0].keyword };
}

const counts = { shapes: 0, values: 0, mutants: 0, accepted: 0, refused: 0 };
const differences = Object.fromEntries([...Object.keys(onlyReadingRefuses), "elements that a double rounds alike"].map((name) => [name, 0]));
let shape;
let validate;

for await (const line of readline.createInterface({ input: process.stdin, crlfDelay: Infinity })) {
  const said = JSON.parse(line);
  if (said.schema) {
    shape = said.shape;
    validate = ajv().compile(JSON.parse(JSON.stringify(said.schema, allowed)));
    counts.shapes += 1;
    continue;
  }
  const { text } = said;
  const verdict = accepted(validate, text);
  const refusal = said.refusal ?? "";
  if (said.refusal === undefined) counts.values += 1;
  else counts.mutants += 1;
  if (verdict.valid === (refusal === "")) {
    counts[verdict.valid ? "accepted" : "refused"] += 1;
    continue;
  }
  let decided;
  if (verdict.valid) {
    decided = Object.keys(onlyReadingRefuses).find((name) => {
      const rule = onlyReadingRefuses[name];
      return rule instanceof RegExp ? rule.test(refusal) : rule(refusal, text);
    });
  } else if (verdict.keyword === "uniqueItems" && has64Bits.test(text)) {
    decided = "elements that a double rounds alike";
  }
  if (decided) differences[decided] += 1;
  else fail(`${shape}: ${text.slice(0, 500)}\n  reading: ${refusal || "accepts"}\n  ajv:     ${verdict.because ?? "accepts"}`);
}

if (counts.shapes < 60) fail(`${counts.shapes} shapes are too few`);
if (counts.accepted === 0 || (counts.mutants > 0 && counts.refused === 0)) fail("nothing was judged");
console.log(`shapes: ${counts.shapes}`);
console.log(`generated values that ajv validates: ${counts.values}`);
console.log(`changed documents: ${counts.mutants}`);
for (const [name, count] of Object.entries(differences)) console.log(`difference as decided, ${name}: ${count}`);
