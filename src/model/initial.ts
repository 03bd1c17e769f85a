/** @file How the numbers of a parameter may be drawn before it is trained. */
import type { InitialNumber } from "./definition.js";

/** The same number everywhere. */
export const sameNumber =
  (value: number): InitialNumber =>
  () =>
    value;

/** Normally distributed around 0 (by Box and Muller). */
export const normalNumber =
  (deviation: number): InitialNumber =>
  (uniform) =>
    deviation * Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform());
