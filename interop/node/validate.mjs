// Ajv, strict as it is by default: compiles every schema of a folder, then holds every sample against its schema.
// Usage: validate.mjs CONTRACTS; prints what is wrong, one line of JSON each.
import { readdirSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import Ajv from "ajv/dist/2020.js";
import addFormats from "ajv-formats";

const contracts = process.argv[2];
const wrong = (file, why) => console.log(JSON.stringify({ file, why }));
const read = (...path) => JSON.parse(readFileSync(join(contracts, ...path), "utf8"));

for (const file of readdirSync(join(contracts, "schemas")).filter((name) => name.endsWith(".json"))) {
  const ajv = addFormats(new Ajv());
  let validate;
  try {
    validate = ajv.compile(read("schemas", file));
  } catch (error) {
    wrong(file, error.message);
    continue;
  }
  const topic = basename(file, ".v1.json");
  for (const sample of readdirSync(join(contracts, "samples", topic))) {
    if (!validate(read("samples", topic, sample))) wrong(`${topic}/${sample}`, ajv.errorsText(validate.errors));
  }
}
