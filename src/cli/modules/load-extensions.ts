/** @file --load: what modules export for all that a command does, as extensions. */
import type { Extension } from "../../extension/define-extension.js";
import { UsageError } from "../../support/errors.js";
import type { CommandContext } from "../context.js";
import { importModule } from "./import-module.js";
import { describeExports, type Export, exportOf, type Kind } from "./kinds.js";
import type { Exports } from "./reference.js";

/** Where exports of a kind go in an extension. An extension is one already; programs and configured models extend nothing. */
const PLACES = {
  dialect: "dialects",
  pass: "passes",
  strategy: "strategies",
  stage: "stages",
  target: "targets",
  model: "models",
} as const satisfies Partial<Record<Kind, keyof Extension>>;

/**
 * The extensions that modules export; passes, models and the like that stand alone in a module are one of its name.
 * @throws UsageError for a module that exports none of these; what `importModule` throws
 */
export async function loadExtensions(
  context: CommandContext,
  files: readonly string[],
): Promise<readonly Extension[]> {
  const loaded: Extension[] = [];
  // One after the other: what they print stays in order.
  for (const file of files) {
    const exports = await importModule(context, file);
    loaded.push(...extensionsOf(exports, file));
  }
  return loaded;
}

function extensionsOf(exports: Exports, file: string): readonly Extension[] {
  const values = [...new Set(Object.values(exports))].flatMap((value) => exportOf(value) ?? []);
  const whole = values.flatMap(({ kind, value }) => (kind === "extension" ? [value] : []));
  const held = new Set(
    whole.flatMap((extension) =>
      Object.values(PLACES).flatMap((place): readonly object[] => extension[place]),
    ),
  );
  const loose = values.filter(({ kind, value }) => kind in PLACES && !held.has(value));
  if (whole.length === 0 && loose.length === 0) throw nothingToLoad(exports, file);
  return loose.length === 0 ? whole : [...whole, gather(loose, file)];
}

/** Exports that stand alone, as one extension. */
function gather(loose: readonly Export[], name: string): Extension {
  const of = (place: (typeof PLACES)[keyof typeof PLACES]) =>
    loose.filter(({ kind }) => PLACES[kind as keyof typeof PLACES] === place).map(({ value }) => value);
  const places = Object.values(PLACES).map((place) => [place, of(place)]);
  return { name, ...Object.fromEntries(places) } as Extension;
}

function nothingToLoad(exports: Exports, file: string): UsageError {
  return new UsageError({
    message: `${file} exports nothing that a command could load`,
    expected: `an extension, or a ${Object.keys(PLACES).join(", a ")}`,
    got: describeExports(exports),
    hint: "programs and models are named by themselves: griffin lower ./my-model.ts#name",
  });
}
