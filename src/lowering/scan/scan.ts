/** @file What every strategy of the linear scan is: h_t = a_t h_{t-1} + x_t over [batch, time, channels], all f32. */
import type { Value } from "../../ir/operation.js";
import type { Emitter } from "../../ir/emit.js";

/** The inputs of a scan, in f32: x, a [b, t, c]; h0 [b, c], absent when it is zero. t is at least 2. */
export interface ScanInputs {
  readonly x: Value;
  readonly a: Value;
  readonly h0: Value | undefined;
}

/** All states [b, t, c] and the last one [b, c]. */
export interface ScanOutputs {
  readonly y: Value;
  readonly last: Value;
}

export type ScanStrategy = (emitter: Emitter, inputs: ScanInputs) => ScanOutputs;
