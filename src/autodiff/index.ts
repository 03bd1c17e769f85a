/**
 * @file Reverse-mode differentiation of traced programs: a table of rules over all ops, and the walk that applies them. Gradients are
 * operations of the same IR, named like the forward ones, with their author's lines; gradients of gradients are taken the same way.
 */
export { zeros } from "./arithmetic.js";
export { DifferentiationError } from "./errors.js";
export { type CustomGradient, Functions, setCustomGradient } from "./functions.js";
export { type PullBack, pullBack } from "./pull-back.js";
export { stopGradientOf } from "./stop.js";
