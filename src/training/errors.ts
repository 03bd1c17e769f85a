/** @file What is wrong with how a model is to be trained, or with what it is to be trained on. */
import { type ErrorDetails, GriffinError } from "../support/errors.js";
import { shown } from "../support/given.js";

/** A model cannot be trained so. */
export class TrainingError extends GriffinError {
  constructor(details: ErrorDetails) {
    super("training error", details);
  }
}

/** Complains unless `value` is what `expected` says, which `isRight` checks. */
export function checkSetting(
  what: string,
  value: number,
  expected: string,
  isRight: (value: number) => boolean,
): void {
  if (isRight(value)) return;
  throw new TrainingError({ message: `${what}: not a setting`, expected, got: String(value) });
}

/** @throws TrainingError unless a learning rate is a function of the step: a number would be called only while a step is traced */
export function checkSchedule(optimizer: string, learningRate: unknown): void {
  if (typeof learningRate === "function") return;
  throw new TrainingError({
    message: `${optimizer}: the learning rate is no schedule`,
    expected: "a function of the step: constantRate(1e-3), warmupRate(...), cosineRate(...)",
    got: shown(learningRate),
    hint: typeof learningRate === "number" ? `${optimizer}(constantRate(${learningRate}))` : undefined,
  });
}

/** @throws TrainingError unless `value` is a whole number, 1 or more */
export const checkCount = (what: string, value: number): void => {
  checkSetting(what, value, "a whole number, 1 or more", (n) => Number.isSafeInteger(n) && n >= 1);
};

/** @throws TrainingError unless `value` is a number, 0 or more */
export const checkRate = (what: string, value: number): void => {
  checkSetting(what, value, "a number, 0 or more", (n) => Number.isFinite(n) && n >= 0);
};

/** @throws TrainingError unless `value` is a number above 0 */
export const checkPositive = (what: string, value: number): void => {
  checkSetting(what, value, "a number above 0", (n) => Number.isFinite(n) && n > 0);
};

/** @throws TrainingError unless `value` is from 0 to below 1 */
export const checkDecay = (what: string, value: number): void => {
  checkSetting(what, value, "a number from 0 to below 1", (n) => n >= 0 && n < 1);
};
