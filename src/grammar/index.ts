/** @file Formats of texts: regular expressions and JSON schemas as automata over bytes. Knows nothing of tokens. */
export { automatonOf } from "./automaton.js";
export { ALL, type CodePoints, codePoints } from "./code-points.js";
export { type Grammar, textOf } from "./grammar.js";
export { type Place, Recognizer } from "./recognizer.js";
export { type RegexOptions, wholeMatches } from "./regex/index.js";
export { schemaGrammar, type SchemaOptions } from "./schema/index.js";
