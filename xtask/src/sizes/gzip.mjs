// Prints the bytes of the wasm and JavaScript in a folder after gzip, each file alone.

import { readdirSync } from "node:fs";
import { join } from "node:path";
import { weigh } from "../weigh.mjs";

const folder = process.argv[2];
const files = readdirSync(folder).filter((name) => /\.(js|wasm)$/.test(name));
if (files.length === 0) throw new Error(`there is nothing to weigh in ${folder}`);
console.log(files.reduce((sum, name) => sum + weigh(join(folder, name)).gzip, 0));
