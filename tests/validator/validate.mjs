// Reads workbook paths, one a line, and writes one JSON line a workbook: {file, errors}.
// The runtime takes seconds to start and milliseconds a file, so it is started once for many.
import { readFile } from "node:fs/promises";
import { createInterface } from "node:readline";
import validate from "@ooxml-tools/validate";

for await (const file of createInterface({ input: process.stdin })) {
  const content = new Uint8Array(await readFile(file));
  // What it cannot open at all has this one error.
  const errors = await validate(content, "xlsx", "Microsoft365").catch((error) => [
    { description: error.message, path: {} },
  ]);
  console.log(JSON.stringify({ file, errors }));
}
process.exit(0);
