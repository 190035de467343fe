// Packs the package, installs that very archive into a project, and builds the sites that use it:
// `node build.js PACKAGE TARGET`. Each site runs the suite in its page, as the page's address says. What
// is below `csp/` is served with a Content-Security-Policy.

import { execFileSync } from "node:child_process";
import { cpSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { build as vite } from "vite";
import webpack from "webpack";

const NAME = "wasm-eventsource";
const here = dirname(fileURLToPath(import.meta.url));
const [pkg, target] = process.argv.slice(2).map((path) => resolve(path));
const project = join(target, "project");
const site = join(target, "site");

/** What the sites are made of. */
const SOURCES = ["library.js", "page.js", "start.js", "suite", "worker.js"];

rmSync(target, { recursive: true, force: true });
install(pack());
for (const source of SOURCES) cpSync(join(here, source), join(project, source), { recursive: true });
writeFileSync(join(project, "index.html"), page(`<script type="module" src="./page.js"></script>`));
withImportMap();
withPaths("csp", "index.js", ["native", "fetch"]);
withPaths("csp/native", "native/index.js", ["native"]);
await withVite();
await withWebpack();

function npm(args, cwd) {
  return execFileSync("npm", args, { cwd, encoding: "utf8", stdio: ["ignore", "pipe", "inherit"] });
}

/** Makes the archive that would be published, and says where it is. */
function pack() {
  mkdirSync(target, { recursive: true });
  const [archive] = JSON.parse(npm(["pack", "--json", "--pack-destination", target, pkg], target));
  return join(target, archive.filename);
}

/** Installs the archive and nothing else, without a network. */
function install(archive) {
  mkdirSync(project);
  const manifest = { private: true, type: "module", dependencies: { [NAME]: `file:${archive}` } };
  writeFileSync(join(project, "package.json"), JSON.stringify(manifest));
  npm(["install", "--offline", "--no-audit", "--no-fund", "--no-package-lock", "--loglevel=error"], project);
}

function page(scripts) {
  return `<!doctype html><meta charset="utf-8"><title>The suite of ${NAME}</title>${scripts}\n`;
}

/** No bundler: the page knows the package's name by an import map. Workers have none. */
function withImportMap() {
  const dir = join(site, "map");
  unbundled(dir);
  const imports = JSON.stringify({ imports: { [NAME]: `./${NAME}/index.js` } });
  const scripts = `<script type="importmap">${imports}</script><script type="module" src="./page.js"></script>`;
  writeFileSync(join(dir, "index.html"), page(scripts));
}

/** No bundler: the package is imported by its path. */
function withPaths(name, entry, transports) {
  const dir = join(site, name);
  unbundled(dir);
  cpSync(join(project, "index.html"), join(dir, "index.html"));
  const from = JSON.stringify(`./${NAME}/${entry}`);
  const lines = [
    `export * from ${from};`,
    `export { default } from ${from};`,
    `export const transports = ${JSON.stringify(transports)};`,
  ];
  writeFileSync(join(dir, "library.js"), lines.join("\n"));
}

function unbundled(dir) {
  for (const source of SOURCES) cpSync(join(project, source), join(dir, source), { recursive: true });
  cpSync(join(project, "node_modules", NAME), join(dir, NAME), { recursive: true });
}

async function withVite() {
  await vite({
    root: project,
    configFile: false,
    logLevel: "warn",
    base: "./",
    build: { outDir: join(site, "vite"), emptyOutDir: true },
  });
}

async function withWebpack() {
  const dir = join(site, "webpack");
  const compiler = webpack({
    mode: "production",
    context: project,
    entry: "./page.js",
    output: { path: dir },
    performance: false,
  });
  const stats = await new Promise((resolve, reject) => {
    compiler.run((error, stats) => (error ? reject(error) : resolve(stats)));
  });
  await new Promise((resolve) => compiler.close(resolve));
  if (stats.hasErrors() || stats.hasWarnings()) {
    throw new Error(stats.toString({ all: false, errors: true, warnings: true }));
  }
  writeFileSync(join(dir, "index.html"), page(`<script defer src="./main.js"></script>`));
}
