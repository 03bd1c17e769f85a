/** @file Strings of JSON: in quotes, with escapes. */
import { charactersOf } from "../code-points.js";
import { leaf, sequence } from "../expression.js";
import { literal, type Rule, textOf } from "../grammar.js";
import { type Graph, graphOf } from "../graph.js";

/** The texts of a graph, in quotes. */
export const quoted = (graph: Graph): Rule => sequence(literal('"'), textOf(graph, true), literal('"'));

/** A string that is known, in quotes; letters as they are, what must or may be escaped in any way. */
export const jsonText = (text: string): Rule =>
  sequence(
    literal('"'),
    ...Array.from(text, (character) =>
      /[ !#-.0-[\]-~]/.test(character)
        ? literal(character)
        : textOf(graphOf(leaf(charactersOf(character))), true),
    ),
    literal('"'),
  );
