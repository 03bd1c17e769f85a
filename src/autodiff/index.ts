/**
 * @file Reverse-mode differentiation of traced programs: a table of rules over all ops, and the walk that applies them. Gradients are
 * operations of the same IR, named like the forward ones, with their author's lines; gradients of gradients are taken the same way.
 */
export { zeros, zerosLike } from "./arithmetic.js";
export { DifferentiationError } from "./errors.js";
export { type CustomGradient, Functions, setCustomGradient } from "./functions.js";
export { dropMarks, identity, type Kept, markRematerialised, namedValue, stopGradientOf } from "./marks.js";
export { type PullBack, pullBack } from "./pull-back.js";
