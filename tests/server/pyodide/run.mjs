// Runs Python code in Pyodide on the packages of a zip file, and prints what it gives: node run.mjs ZIP CODE
import fs from "fs";
import { loadPyodide } from "pyodide";

const [zip, code] = process.argv.slice(2);
const python = await loadPyodide({ stdout: () => {} });
python.unpackArchive(new Uint8Array(fs.readFileSync(zip)), "zip", { extractDir: "/lib/kpi" });
python.runPython("import sys; sys.path.insert(0, '/lib/kpi')");
console.log(python.runPython(fs.readFileSync(code, "utf8")));
