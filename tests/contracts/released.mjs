// Compiles each schema that is named, alone and in strict mode, and judges the samples beside it. Ends with 1 at the first that does not
// fit.
import Ajv2020 from "ajv/dist/2020.js";
import { readFileSync } from "node:fs";

let samples = 0;
for (const file of process.argv.slice(2)) {
  const ajv = new Ajv2020({ strict: true, allErrors: true, logger: { log() {}, warn: complain, error: complain } });
  const validate = ajv.compile(JSON.parse(readFileSync(file, "utf8")));
  const lines = readFileSync(file.replace(/schema\.json$/, "samples.jsonl"), "utf8").split("\n").filter((line) => line !== "");
  for (const line of lines) {
    samples += 1;
    if (!validate(JSON.parse(line))) complain(`${file}: ${line}: ${ajv.errorsText(validate.errors)}`);
  }
}
console.log(`${process.argv.length - 2} schemas, ${samples} samples`);

function complain(message) {
  console.error(message);
  process.exitCode = 1;
}
