// AsyncAPI's own parser. Usage: asyncapi.mjs DOCUMENT; prints what it finds wrong, one line of JSON each.
import { readFileSync } from "node:fs";
import { Parser } from "@asyncapi/parser";

const ERROR = 0;
const file = process.argv[2];
const { document, diagnostics } = await new Parser().parse(readFileSync(file, "utf8"), { source: file });
const found = diagnostics.filter(({ severity }) => severity === ERROR);
if (!document && !found.length) found.push({ path: [], message: "the parser gave no document" });
for (const { path, message } of found) console.log(JSON.stringify({ file: path.join("."), why: message }));
