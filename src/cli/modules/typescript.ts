/** @file TypeScript modules, on every Node: types are taken out by jiti, and places are those of the source. */
import { createJiti, type TransformOptions } from "jiti";
import { readFile } from "node:fs/promises";
import type { SourceMapPayload } from "node:module";
import type { SourcePosition } from "../../support/errors.js";
import { addSourceMap } from "../../support/source-map.js";
import type { Exports } from "./reference.js";
import type { Entries } from "./running-package.js";

/** Kept nowhere, and apart from what Node has loaded. */
const OPTIONS = { fsCache: false, moduleCache: false, interopDefault: false, sourceMaps: true } as const;

/** What jiti puts before a module, on its first line. */
const WRAPPER =
  "(async function (exports, require, module, __filename, __dirname, jitiImport, jitiESMResolve) { ";

/** Imports a file; `entries` are given to it, and to what it imports, in the place of packages of their names. @throws what the module throws */
export async function importTypeScript(path: string, entries: Entries): Promise<Exports> {
  const compiler = createJiti(import.meta.url, OPTIONS);
  const transform = (options: TransformOptions): { readonly code: string } => {
    const code = compiler.transform(options);
    const map = options.filename === undefined ? undefined : inlineMap(code);
    if (map !== undefined) addSourceMap(options.filename!, behindWrapper(map), columnsOfCalls(code));
    return { code };
  };
  const jiti = createJiti(import.meta.url, { ...OPTIONS, transform, virtualModules: { ...entries } });
  return (await jiti.import(path)) as Exports;
}

/** Where a file that is no JavaScript, or TypeScript, goes wrong; undefined where nothing does. */
export async function findSyntaxError(path: string): Promise<SourcePosition | undefined> {
  const source = await readFile(path, "utf8");
  const code = createJiti(import.meta.url, OPTIONS).transform({ source, filename: path, async: true });
  const match = /^exports\.__JITI_ERROR__ = .*"line":(\d+),"column":(\d+)/.exec(code);
  return match === null ? undefined : { file: path, line: Number(match[1]), column: Number(match[2]) + 1 };
}

function inlineMap(code: string): SourceMapPayload | undefined {
  const text = /sourceMappingURL=data:application\/json;charset=utf-8;base64,(\S+)\s*$/.exec(code)?.[1];
  return text === undefined ? undefined : JSON.parse(Buffer.from(text, "base64").toString("utf8"));
}

/**
 * V8 tells the parenthesis of a call whose callee is none of a name: `(0, _dsl.dot)(x)`, which `dot(x)` of an imported function becomes. The author's
 * call begins where the callee does.
 */
function columnsOfCalls(code: string): ReadonlyMap<string, number> {
  const columns = new Map<string, number>();
  for (const [index, line] of code.split("\n").entries()) {
    const before = index === 0 ? WRAPPER.length : 0;
    for (const { index: start, 0: callee } of line.matchAll(/\(0, [\w$]+\.[\w$]+\)(?=\()/g))
      columns.set(`${index + 1}:${before + start + callee.length + 1}`, before + start + 1);
  }
  return columns;
}

/** The map of the code as it runs. */
const behindWrapper = (map: SourceMapPayload): SourceMapPayload =>
  ({
    ...map,
    sources: [],
    mappings: "",
    sections: [{ offset: { line: 0, column: WRAPPER.length }, map }],
  }) as SourceMapPayload;
