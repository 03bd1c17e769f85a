/** @file Code in documents: a block names the example that it is, ```js examples/mlp.ts or ```ts examples/chat.ts#save, and holds its text. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { stripTypes } from "./strip-types.js";

/** A fenced block of a document. */
export interface Block {
  /** The first word behind the fence. */
  readonly language: string;
  /** What follows it: the example that the block shows, if it shows one. */
  readonly source: string;
  readonly text: string;
}

const FENCE = /^```(\w+)(?: (\S+))?\n(.*?)^```$/gms;

/** The fenced blocks of a document. */
export const blocksOf = (document: string): readonly Block[] =>
  [...document.matchAll(FENCE)].map(([, language, source = "", text]) => ({
    language: language!,
    source,
    text: text!,
  }));

/** The part of an example between `// #region NAME` and `// #endregion`, moved to the left. @throws Error when there is none */
function region(path: string, text: string, name: string): string {
  const [, part] = new RegExp(`^ *// #region ${name}\n(.*?)^ *// #endregion`, "ms").exec(text) ?? [];
  if (part === undefined) throw new Error(`${path} has no region ${name}`);
  const indent = Math.min(...[...part.matchAll(/^ *(?=\S)/gm)].map(([blanks]) => blanks.length));
  return part.replace(new RegExp(`^ {${indent}}`, "gm"), "");
}

/** The marks of regions. */
const MARKS = /^ *\/\/ #(?:region \w+|endregion)\n/gm;

/** The text of an example, or of a region of one, as a block shows it. */
function shown(root: string, language: string, source: string): string {
  const [path = "", name] = source.split("#");
  const text = readFileSync(join(root, path), "utf8");
  const part = (name === undefined ? text : region(path, text, name)).replace(MARKS, "");
  return language === "js" ? stripTypes(path, part) : part;
}

/** A document with the text of its examples in their blocks. @throws Error for an example that is not there */
export const withExamples = (root: string, document: string): string =>
  document.replace(FENCE, (block, language: string, source: string | undefined) =>
    source === undefined
      ? block
      : `\`\`\`${language} ${source}\n${shown(root, language, source).trimEnd()}\n\`\`\``,
  );
