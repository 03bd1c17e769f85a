/** @file Why a program is not given to a plugin. */
import type { Violation } from "../errors.js";

/** What a plugin would not survive or not take about one operation, and what to do instead. */
export interface Refusal extends Violation {
  readonly hint: string;
}
