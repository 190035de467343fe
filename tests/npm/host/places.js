// Where the package is, and where `build.js` has installed it.

import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

const [given, target] = process.argv.slice(2).map((path) => resolve(path));

/** The package's folder, out of which it is published. */
export const folder = given;

/** The project that has it installed. */
export const project = join(target, "project");

export const installed = join(project, "node_modules", "wasm-eventsource");

/** The tests' own folder. */
export const tests = fileURLToPath(new URL("..", import.meta.url));
