/** @file What a text is to be: rules of characters and other rules. */
import { charactersOf, type CodePoints } from "./code-points.js";
import { type Expression, leaf, sequence } from "./expression.js";
import type { Graph } from "./graph.js";

/** What rules are made of. */
export type GrammarLeaf =
  | { readonly kind: "characters"; readonly set: CodePoints }
  /** The texts of a graph; within a string of JSON where `isJson`. */
  | { readonly kind: "text"; readonly graph: Graph; readonly isJson: boolean }
  | { readonly kind: "rule"; readonly name: string };

export type Rule = Expression<GrammarLeaf>;

/** Rules by their names. Rules may use each other, themselves included, behind at least one character. */
export interface Grammar {
  readonly rules: ReadonlyMap<string, Rule>;
  /** The rule of whole texts. */
  readonly root: string;
  /** What errors call a rule. */
  readonly nameOf: (rule: string) => string;
}

export const characters = (set: CodePoints): Rule => leaf({ kind: "characters", set });

/** One text. */
export const literal = (text: string): Rule =>
  sequence(...Array.from(text, (character) => characters(charactersOf(character))));

export const textOf = (graph: Graph, isJson: boolean): Rule => leaf({ kind: "text", graph, isJson });

export const rule = (name: string): Rule => leaf({ kind: "rule", name });
