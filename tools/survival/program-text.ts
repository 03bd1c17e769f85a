/** @file What stands where in the text of a program of tools/survival/systematic.ts. */

/** A tensor type without a layout or an unknown size, whose element has no parameters but those of complex numbers. */
export const TENSOR = /tensor<((?:\d+x)*)([a-z]\w*(?:<f\d+>)?)>/;

/** What @main takes. */
export const HEAD = /(?<=func\.func @main\()([^)]*)(?=\))/;

export interface Argument {
  readonly name: string;
  readonly type: string;
  readonly sizes: readonly number[];
  readonly element: string;
}

/** Sizes as a type has them: `2x3x`. */
export const sizesOf = (text: string): readonly number[] => text.split("x").slice(0, -1).map(Number);

/** What @main takes, where all of it are tensors of known sizes. */
export function argumentsOf(text: string): readonly Argument[] | undefined {
  const given = HEAD.exec(text)?.[1];
  if (given === undefined || given === "") return undefined;
  const found = given.split(", ").map((one) => new RegExp(`^(%\\w+): (${TENSOR.source})$`).exec(one));
  if (found.includes(null)) return undefined;
  return found.map((match) => {
    const [, name, type, sizes, element] = match!;
    return { name: name!, type: type!, sizes: sizesOf(sizes!), element: element! };
  });
}

/** The text with other arguments of @main, and operations before its own. */
export const withHead = (text: string, taken: readonly string[], made: readonly string[]): string =>
  text
    .replace(HEAD, taken.join(", "))
    .replace(/(?<=func\.func @main[^\n]*\n)/, made.map((line) => `  ${line}\n`).join(""));
