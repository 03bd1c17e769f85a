/** @file The few preprocessor lines of the PJRT headers: C++ parts dropped, constants kept, anything unknown refused. */

/** Macros whose meaning the grammar builds in; their definitions are skipped. */
const KNOWN_MACROS = new Set([
  "PJRT_STRUCT_SIZE",
  "PJRT_CHECK_STRUCT_SIZE",
  "PJRT_DEFINE_STRUCT_TRAITS",
  "PJRT_NO_DISCARD",
  "_PJRT_API_STRUCT_FIELD",
  "PROFILER_STRUCT_SIZE",
  "PROFILER_DEFINE_STRUCT_TRAITS",
]);

/** Conditions that occur, with their truth for a C compiler. An include guard (`#ifndef X_H_`) holds. */
const CONDITIONS: readonly (readonly [pattern: RegExp, holds: boolean])[] = [
  [/^#ifdef __cplusplus$/, false],
  [/^#ifndef \w+_H_$/, true],
  [/^#if defined\(__cplusplus\) && defined\(__clang__\)$/, false],
];

/** The header without directives, line for line, and its numeric constants. */
export interface Preprocessed {
  readonly text: string;
  readonly constants: ReadonlyMap<string, number>;
}

/**
 * Resolves the directives of a PJRT header as a C compiler would.
 * @throws Error naming the line, for a directive, condition or macro it does not know
 */
export function preprocess(source: string): Preprocessed {
  const constants = new Map<string, number>();
  const taken: boolean[] = [];
  const output: string[] = [];
  const lines = source.split("\n");
  for (let i = 0; i < lines.length; i++) {
    const first = lines[i]!;
    if (!first.trimStart().startsWith("#")) {
      output.push(taken.every(Boolean) ? first : "");
      continue;
    }
    const start = i;
    let directive = first.trim();
    while (directive.endsWith("\\")) directive = `${directive.slice(0, -1).trimEnd()} ${lines[++i]!.trim()}`;
    for (let line = start; line <= i; line++) output.push("");
    applyDirective(directive.replace(/\s*\/\/.*$/, ""), start + 1, taken, constants);
  }
  return { text: output.join("\n"), constants };
}

function applyDirective(
  directive: string,
  line: number,
  taken: boolean[],
  constants: Map<string, number>,
): void {
  if (/^#if/.test(directive)) {
    const condition = CONDITIONS.find(([pattern]) => pattern.test(directive));
    if (condition === undefined) throw new Error(`line ${line}: unknown condition: ${directive}`);
    taken.push(condition[1]);
    return;
  }
  if (directive === "#else") {
    taken.push(!taken.pop());
    return;
  }
  if (directive === "#endif") {
    taken.pop();
    return;
  }
  if (/^#(include|undef)\b/.test(directive)) return;
  const define = /^#define\s+(\w+)(.*)$/.exec(directive);
  if (define === null) throw new Error(`line ${line}: unknown directive: ${directive}`);
  if (!taken.every(Boolean)) return;
  const [, name, value] = define as unknown as [string, string, string];
  if (/^\s+\d+$/.test(value)) constants.set(name, Number(value));
  else if (!KNOWN_MACROS.has(name) && !name.endsWith("_H_")) {
    throw new Error(`line ${line}: unknown macro ${name}`);
  }
}
