/**
 * @file The package as it runs, for modules of authors: what they import from `stablegriffin/...` is what the command itself uses, wherever
 * else it may be installed. Two of them would not know each other's classes, dialects and traces.
 */
import { register } from "node:module";

/** Entries of package.json, by the names that authors import. */
const ENTRIES: Readonly<Record<string, () => Promise<object>>> = {
  stablegriffin: () => import("../../index.js"),
  "stablegriffin/dsl": () => import("../../dsl/index.js"),
  "stablegriffin/nn": () => import("../../nn/index.js"),
  "stablegriffin/ir": () => import("../../ir/index.js"),
  "stablegriffin/passes": () => import("../../passes/index.js"),
  "stablegriffin/lowering": () => import("../../lowering/index.js"),
  "stablegriffin/targets": () => import("../../targets/index.js"),
  "stablegriffin/extension": () => import("../../extension/index.js"),
  "stablegriffin/pjrt": () => import("../../runtime-pjrt/index.js"),
  "stablegriffin/weights": () => import("../../weights/index.js"),
  "stablegriffin/tokens": () => import("../../tokens/index.js"),
  "stablegriffin/artifact": () => import("../../artifact/index.js"),
  "stablegriffin/model": () => import("../../model/index.js"),
  "stablegriffin/training": () => import("../../training/index.js"),
  "stablegriffin/testing": () => import("../../testing/index.js"),
  "stablegriffin/models": () => import("../../../models/index.js"),
  "stablegriffin/models/griffin": () => import("../../../models/griffin.js"),
};

export const entryNames: readonly string[] = Object.keys(ENTRIES);

/** Modules by the names that they are imported by. */
export type Entries = Readonly<Record<string, object>>;

let running: Promise<Entries> | undefined;

/** All entries, loaded; Node's own imports of them find these from now on. */
export function runningPackage(): Promise<Entries> {
  running ??= loadEntries().then(share);
  return running;
}

async function loadEntries(): Promise<Entries> {
  const loaded = Object.entries(ENTRIES).map(async ([name, load]) => [name, await load()] as const);
  return Object.fromEntries(await Promise.all(loaded));
}

/** Where the modules below find the entries. */
const SHARED = Symbol.for("stablegriffin.entries");

function share(entries: Entries): Entries {
  Object.defineProperty(globalThis, SHARED, { value: entries, configurable: true });
  const urls = Object.entries(entries).map(([name, entry]) => [name, dataUrl(reexport(name, entry))]);
  register(dataUrl(HOOKS), { data: Object.fromEntries(urls) });
  return entries;
}

const dataUrl = (source: string): string => `data:text/javascript,${encodeURIComponent(source)}`;

/** A module that exports what an entry does. */
const reexport = (name: string, entry: object): string =>
  `export const { ${Object.keys(entry).join(", ")} } = globalThis[Symbol.for("${SHARED.description}")][${JSON.stringify(name)}];`;

/** Runs in a thread of Node's loader, and is given the URLs by name. */
const HOOKS = `
let urls = {};
export function initialize(data) { urls = data; }
export function resolve(name, context, next) {
  return Object.hasOwn(urls, name) ? { url: urls[name], format: "module", shortCircuit: true } : next(name, context);
}`;
