/** @file The export of a module that a word of the command line means. */
import { resolve } from "node:path";
import { UsageError } from "../../support/errors.js";
import { didYouMean } from "../../support/suggest.js";
import type { CommandContext } from "../context.js";
import { explainFailure } from "./failure.js";
import { importModule } from "./import-module.js";
import { articled, describeExport, describeExports, type Export, exportOf, type Kind } from "./kinds.js";
import { type Exports, formatReference, type ModuleReference } from "./reference.js";

/**
 * Loads a module and gives the export that is named; or the default one; or the only one of a kind that is wanted. An export may be a function
 * without parameters that makes it, async too.
 * @throws UsageError for an export that is not there or of another kind, and for several that could be meant; what `importModule` throws;
 * ModuleError for a function that fails
 */
export async function chooseExport<K extends Kind>(
  context: CommandContext,
  reference: ModuleReference,
  wanted: readonly K[],
): Promise<Export<K>> {
  const exports = await importModule(context, reference.file);
  const name = reference.name ?? onlyName(exports, reference.file, wanted);
  if (!Object.hasOwn(exports, name)) throw noSuchExport(exports, { ...reference, name }, wanted);
  const value = await made(exports[name], { ...reference, name });
  const found = exportOf(value);
  if (isOf(found, wanted)) return found;
  throw new UsageError({
    message: `${formatReference({ ...reference, name })} is ${describeExport(value)}`,
    expected: anyOf(wanted),
    hint: listed(exports, wanted) ?? ELSEWHERE[exportOf(value)?.kind ?? "stage"],
  });
}

/** What takes exports of a kind, for those who gave them to something else. */
const ELSEWHERE: Partial<Record<Kind, string>> = {
  program: "griffin lower, run, cost, graph and export take programs",
  model:
    "griffin lower, cost, export, generate and golden take models; a function may export one of its programs",
  "configured model":
    "griffin lower, cost and export take one; others read its configuration from --model, and take the model",
  extension: "--load takes extensions",
  pass: "--load takes passes",
};

const isOf = <K extends Kind>(found: Export | undefined, wanted: readonly K[]): found is Export<K> =>
  found !== undefined && (wanted as readonly Kind[]).includes(found.kind);

/** What a function makes; what is no function is there already. */
async function made(value: unknown, reference: ModuleReference): Promise<unknown> {
  if (typeof value !== "function") return value;
  if (value.length > 0) {
    throw new UsageError({
      message: `${formatReference(reference)} is a function with parameters, which nobody would give it`,
      expected: "what it makes, or a function without parameters",
      got: `${value.length} ${value.length === 1 ? "parameter" : "parameters"}`,
      hint: `export const ${reference.name}Small = () => ${reference.name}(...)`,
    });
  }
  try {
    return await value();
  } catch (error) {
    throw await explainFailure(error, reference, "fails");
  }
}

/** The export that is meant where none is named. */
function onlyName(exports: Exports, file: string, wanted: readonly Kind[]): string {
  const fits = (name: string) => isOf(exportOf(exports[name]), wanted);
  const makes = (name: string) => typeof exports[name] === "function" && exports[name].length === 0;
  if (fits("default") || makes("default")) return "default";
  const names = Object.keys(exports).filter((name) => name !== "default");
  const values = names.filter(fits);
  const [only, second] = values.length > 0 ? values : names.filter(makes);
  if (only !== undefined && second === undefined) return only;
  throw new UsageError({
    message:
      only === undefined
        ? `${file} exports nothing that is meant here`
        : `${file} has several exports that may be meant`,
    expected: only === undefined ? anyOf(wanted) : `one of them: ${file}#${only}`,
    got: describeExports(exports),
    where: resolve(file),
    hint: only === undefined ? elsewhere(exports) : undefined,
  });
}

function noSuchExport(
  exports: Exports,
  { file, name }: ModuleReference & { readonly name: string },
  wanted: readonly Kind[],
): UsageError {
  return new UsageError({
    message: `${file} has no export "${name}"`,
    expected: anyOf(wanted),
    got: describeExports(exports),
    where: resolve(file),
    hint: didYouMean(name, Object.keys(exports)) ?? listed(exports, wanted) ?? elsewhere(exports),
  });
}

const anyOf = (wanted: readonly Kind[]): string => wanted.map(articled).join(", or ");

/** Where the first thing goes that commands take at all; of a module that exports nothing, how it does. */
function elsewhere(exports: Exports): string | undefined {
  if (Object.keys(exports).length === 0)
    return "put export before what is meant: export const mlp = program(...)";
  const [first] = Object.values(exports).flatMap((value) => exportOf(value) ?? []);
  return first === undefined ? undefined : ELSEWHERE[first.kind];
}

/** Where there are others of the kinds that are wanted. */
function listed(exports: Exports, wanted: readonly Kind[]): string | undefined {
  const names = Object.keys(exports).filter((name) => isOf(exportOf(exports[name]), wanted));
  return names.length === 0 ? undefined : `there is ${names.map((name) => `#${name}`).join(", ")}`;
}
