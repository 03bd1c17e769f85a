/** @file Programs of others, written so that XLA's compilers compute the numbers that they say: each pass keeps the meaning, and goes round a fault. */
import type { Operation } from "../ir/operation.js";
import { convertByF32 } from "./four-bit-floats.js";
import { drawUnsigned } from "./random-bits.js";
import { widenIndices } from "./wide-indices.js";

/** Changes a module before a plugin gets it. What is not mended here is refused by the limits of targets. */
export function keepNumbers(module: Operation): void {
  widenIndices(module);
  convertByF32(module);
  drawUnsigned(module);
}
