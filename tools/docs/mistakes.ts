/** @file Mistakes that documents tell of in the programs that they show, and the errors that they show for them. */
import { blocksOf } from "./examples.js";

/** A mistake in a program of a document. */
interface Mistake {
  readonly document: string;
  /** The example that the program is. */
  readonly source: string;
  /** What the reader calls the program. */
  readonly file: string;
  readonly right: string;
  readonly wrong: string;
}

export const readmeMistake: Mistake = {
  document: "README.md",
  source: "examples/lower.ts",
  file: "lower.mjs",
  right: '"down", [model, hidden]',
  wrong: '"down", [model, axis("hidden", 96)]',
};

/** All of them. */
export const mistakes: readonly Mistake[] = [
  readmeMistake,
  {
    document: "docs/tutorial.md",
    source: "examples/tutorial/cell.ts",
    file: "cell.js",
    right: "gate: spec([hidden, model]",
    wrong: 'gate: spec([axis("hidden", 4), model]',
  },
];

/** The program that a document's text shows, the same with the mistake, and the error that is shown for it. @throws Error when one is not there */
export function shownMistake(text: string, { document, source, right, wrong }: Mistake) {
  const blocks = blocksOf(text);
  const program = blocks.find((block) => block.source === source)?.text ?? "";
  const mistaken = program.replace(right, wrong);
  const error = blocks.find((block) => block.text.startsWith("shape error"))?.text.trimEnd();
  if (mistaken === program || error === undefined) throw new Error(`${document} shows another mistake now`);
  return { program, mistaken, error };
}
