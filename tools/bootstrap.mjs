/**
 * @file Makes a fresh clone runnable: checks Node, installs dependencies when package-lock.json asks for others, and with --build
 * bundles when sources are newer than dist/ (types, for users of the package, are `npm run build`'s). Says nothing when there is nothing
 * to do. Plain JavaScript without dependencies: it runs before there are any.
 */
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const OLDEST_NODE = [20, 19];

/** @returns {never} */
function fail(/** @type {string} */ message, /** @type {string} */ hint) {
  console.error(`environment error: ${message}\n  hint:     ${hint}`);
  process.exit(3);
}

function checkNode() {
  const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
  const [oldestMajor, oldestMinor] = OLDEST_NODE;
  if (major > oldestMajor || (major === oldestMajor && minor >= oldestMinor)) return;
  fail(`this is Node ${process.versions.node}`, `use Node ${OLDEST_NODE.join(".")} or newer`);
}

/** Runs a command with our input and output. */
function run(/** @type {string} */ command, /** @type {string[]} */ args) {
  const { status, error } = spawnSync(command, args, { cwd: root, stdio: ["inherit", 2, "inherit"] });
  if (error) fail(`cannot run ${command}: ${error.message}`, `install ${command} and put it on the PATH`);
  return status ?? 1;
}

/** Packages by their path, as a lock file lists them. */
function packagesOf(/** @type {string} */ path) {
  const file = join(root, path);
  return existsSync(file) ? JSON.parse(readFileSync(file, "utf8")).packages : undefined;
}

/** Whether npm's own record of node_modules has every package of the lock file; optional ones may be for other machines. */
function isInstalled() {
  const installed = packagesOf("node_modules/.package-lock.json");
  if (installed === undefined) return false;
  return Object.entries(packagesOf("package-lock.json")).every(
    ([path, { version, optional, devOptional }]) => {
      const found = installed[path];
      return path === "" || (found === undefined ? optional || devOptional : found.version === version);
    },
  );
}

function install() {
  if (isInstalled()) return;
  console.error("installing dependencies from package-lock.json (npm ci) ...");
  const status = run("npm", ["ci", "--no-progress", "--ignore-scripts"]);
  if (status !== 0) fail("npm ci failed", "its words are above; check the network and npm's settings");
}

/** Time of the last change in these folders, in ms; a removed file changes its folder. */
function newest(/** @type {string[]} */ folders) {
  let time = 0;
  for (const folder of folders) {
    time = Math.max(time, statSync(join(root, folder)).mtimeMs);
    for (const entry of readdirSync(join(root, folder), { recursive: true, withFileTypes: true })) {
      time = Math.max(time, statSync(join(entry.parentPath, entry.name)).mtimeMs);
    }
  }
  return time;
}

function build() {
  const stamp = join(root, "dist", ".built");
  const settings = ["package.json", "package-lock.json", "tsconfig.json", "tools/bundle.mjs"];
  const sources = Math.max(
    newest(["src", "models"]),
    ...settings.map((file) => statSync(join(root, file)).mtimeMs),
  );
  if (existsSync(stamp) && statSync(stamp).mtimeMs > sources) return;
  console.error("bundling ...");
  rmSync(stamp, { force: true });
  if (run(process.execPath, [join("tools", "bundle.mjs")]) !== 0) process.exit(1);
  mkdirSync(dirname(stamp), { recursive: true });
  writeFileSync(stamp, "");
}

checkNode();
install();
if (process.argv.includes("--build")) build();
