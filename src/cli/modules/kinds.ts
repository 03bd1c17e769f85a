/** @file What exports of an author's module may be, by what they look like: they come from code that no compiler of ours has seen. */
import type { TracedProgram } from "../../dsl/index.js";
import type { Extension } from "../../extension/define-extension.js";
import type { ConfiguredModel, ModelDefinition } from "../../model/index.js";
import type { Exports } from "./reference.js";

/** What commands take of a module, by what it is called in errors. */
interface Kinds {
  readonly program: TracedProgram;
  readonly model: ModelDefinition;
  readonly "configured model": ConfiguredModel;
  readonly extension: Extension;
  readonly pass: Extension["passes"][number];
  readonly strategy: Extension["strategies"][number];
  readonly target: Extension["targets"][number];
  readonly dialect: Extension["dialects"][number];
  readonly stage: Extension["stages"][number];
}

export type Kind = keyof Kinds;

/** A value of an export, and what it is. */
export type Export<K extends Kind = Kind> = Extract<
  { readonly [J in Kind]: { readonly kind: J; readonly value: Kinds[J] } }[Kind],
  { readonly kind: K }
>;

/** Fields by name, and what `typeof` says of each; `array` of arrays. */
type Shape = Readonly<Record<string, "string" | "object" | "function" | "array">>;

/** The first that fits is what a value is: those with more fields come before those with fewer. */
const SHAPES: Readonly<Record<Kind, Shape>> = {
  extension: { name: "string", passes: "array", strategies: "array", targets: "array", models: "array" },
  model: {
    name: "string",
    kinds: "object",
    presets: "object",
    configure: "function",
    fromCheckpoint: "function",
  },
  "configured model": {
    name: "string",
    kinds: "object",
    parameters: "array",
    program: "function",
    generation: "object",
  },
  program: { name: "string", module: "object", arguments: "array", results: "array" },
  target: { name: "string", platforms: "array", stages: "function" },
  dialect: { name: "string", ops: "array" },
  strategy: { name: "string", op: "object", preferredBy: "array" },
  pass: { name: "string", summary: "string", with: "function" },
  stage: { name: "string", steps: "array" },
};

/** What a value is, if it is something that commands take. */
export function exportOf(value: unknown): Export | undefined {
  if (typeof value !== "object" || value === null) return undefined;
  const fields = value as Readonly<Record<string, unknown>>;
  const found = Object.entries(SHAPES).find(([, shape]) =>
    Object.entries(shape).every(([name, type]) => typeOf(fields[name]) === type),
  );
  return found === undefined ? undefined : ({ kind: found[0], value } as Export);
}

const typeOf = (value: unknown): string =>
  Array.isArray(value) ? "array" : value === null ? "null" : typeof value;

/** `a model`, `an object`. */
export const articled = (kind: string): string => (/^[aeiou]/.test(kind) ? `an ${kind}` : `a ${kind}`);

/** A value for people: `a model`, `a function`, `a number`. */
export const describeExport = (value: unknown): string => articled(exportOf(value)?.kind ?? typeOf(value));

/** All exports for people: `mlp (a program), helper (a function)`. */
export const describeExports = (exports: Exports): string =>
  Object.entries(exports)
    .map(([name, value]) => `${name} (${describeExport(value)})`)
    .join(", ") || "no exports";
