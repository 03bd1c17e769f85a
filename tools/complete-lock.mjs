/**
 * @file Completes package-lock.json: node tools/complete-lock.mjs
 *
 * npm writes no entry for a platform's package that the registry at hand does not have, and then `npm ci` refuses the lock file. This
 * adds them by what their dependents say: exact version, optional, and the platform that their name tells. Run it after npm install.
 */
import { readFileSync, writeFileSync } from "node:fs";

const SYSTEMS = [
  "android",
  "darwin",
  "freebsd",
  "linux",
  "netbsd",
  "openbsd",
  "openharmony",
  "win32",
  "aix",
  "sunos",
];
const PROCESSORS = [
  "arm64",
  "arm",
  "ia32",
  "loong64",
  "ppc64",
  "riscv64",
  "s390x",
  "wasm32",
  "x64",
  "mips64el",
];

const file = "package-lock.json";
const lock = JSON.parse(readFileSync(file, "utf8"));

/** The entry that a dependent's `name` resolves to, as Node looks for it. */
function resolve(/** @type {string} */ dependent, /** @type {string} */ name) {
  for (let at = dependent; ; at = at.slice(0, Math.max(0, at.lastIndexOf("node_modules/") - 1))) {
    const path = `${at === "" ? "" : `${at}/`}node_modules/${name}`;
    if (lock.packages[path] !== undefined) return path;
    if (at === "") return undefined;
  }
}

let added = 0;
for (const [dependent, { optionalDependencies = {}, dev }] of Object.entries(lock.packages)) {
  for (const [name, version] of Object.entries(optionalDependencies)) {
    if (resolve(dependent, name) !== undefined || !/^\d/.test(version)) continue;
    const words = name.split(/[-/@_]/);
    lock.packages[`node_modules/${name}`] = {
      version,
      cpu: PROCESSORS.filter((word) => words.includes(word)),
      ...(dev === true ? { dev } : {}),
      ...(words.includes("musl") ? { libc: ["musl"] } : {}),
      optional: true,
      os: SYSTEMS.filter((word) => words.includes(word)),
    };
    added++;
  }
}
const [root, ...others] = Object.entries(lock.packages);
others.sort(([a], [b]) => (a < b ? -1 : 1));
lock.packages = Object.fromEntries([root, ...others]);
writeFileSync(file, `${JSON.stringify(lock, undefined, 2)}\n`);
console.log(`${added} entries added`);
