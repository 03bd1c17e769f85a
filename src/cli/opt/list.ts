/** @file The passes and their options, for `griffin opt --list-passes`. */
import { z } from "zod";
import type { Pass } from "../../passes/pass.js";

/** An option of a pass, as people read it. */
interface OptionHelp {
  readonly name: string;
  /** What may be given: `true|false`, `blocked|sequential`, `integer`. */
  readonly values: string;
  readonly default?: unknown;
  readonly help: string;
}

interface OptionSchema {
  readonly type?: string;
  readonly enum?: readonly unknown[];
  readonly description?: string;
  readonly default?: unknown;
}

function valuesOf(schema: OptionSchema): string {
  if (schema.enum !== undefined) return schema.enum.map(String).join("|");
  return schema.type === "boolean" ? "true|false" : (schema.type ?? "value");
}

/** The options of a pass, read from their schema. */
export function optionsOf(pass: Pass): readonly OptionHelp[] {
  const schema = z.toJSONSchema(pass.options, { io: "output", unrepresentable: "any" });
  return Object.entries(schema.properties ?? {}).map(([name, property]) => {
    const option = property as OptionSchema;
    const fallback = option.default === undefined ? {} : { default: option.default };
    return { name, values: valuesOf(option), ...fallback, help: option.description ?? "" };
  });
}

/** All passes with their options, for a person. */
export function formatPasses(passes: readonly Pass[]): string {
  const lines = passes.flatMap((pass) => [
    pass.name,
    `    ${pass.summary}`,
    ...optionsOf(pass).map(({ name, values, default: fallback, help }) => {
      const preset = fallback === undefined ? "" : ` (default: ${String(fallback)})`;
      return `    ${name}=${values}  ${help}${preset}`;
    }),
  ]);
  return `${lines.join("\n")}\n`;
}

/** The same as data. */
export const describePasses = (passes: readonly Pass[]): readonly object[] =>
  passes.map((pass) => ({ name: pass.name, summary: pass.summary, options: optionsOf(pass) }));
