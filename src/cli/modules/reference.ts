/** @file An export of a module of the author's, as the command line names it: `./my-model.ts#name`. */

/** A module's file, and which of its exports is meant. */
export interface ModuleReference {
  /** As it was given. */
  readonly file: string;
  /** Where none is named: the default, or the only one that does. */
  readonly name: string | undefined;
}

/** What a module exports, by name. */
export type Exports = Readonly<Record<string, unknown>>;

const REFERENCE = /^(.+\.[cm]?[jt]s)(?:#(.*))?$/s;

/** What a word of the command line names, if that is a module: TypeScript or JavaScript, by its extension. */
export function moduleReference(word: string): ModuleReference | undefined {
  const [, file, name] = REFERENCE.exec(word) ?? [];
  return file === undefined ? undefined : { file, name: name === "" ? undefined : name };
}

/** The word that names it again. */
export const formatReference = ({ file, name }: ModuleReference): string =>
  name === undefined ? file : `${file}#${name}`;
