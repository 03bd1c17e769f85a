/** @file The passes and their options, for `griffin opt --list-passes`. */
import { type Pass, passOptions } from "../../passes/index.js";

/** All passes with their options, for a person. */
export function formatPasses(passes: readonly Pass[]): string {
  const lines = passes.flatMap((pass) => [
    pass.name,
    `    ${pass.summary}`,
    ...passOptions(pass).map(({ name, values, default: fallback, help }) => {
      const preset = fallback === undefined ? "" : ` (default: ${String(fallback)})`;
      return `    ${name}=${values}  ${help}${preset}`;
    }),
  ]);
  return `${lines.join("\n")}\n`;
}

/** The same as data. */
export const describePasses = (passes: readonly Pass[]): readonly object[] =>
  passes.map((pass) => ({ name: pass.name, summary: pass.summary, options: passOptions(pass) }));
