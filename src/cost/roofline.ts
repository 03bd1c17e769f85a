/** @file How long a program takes at least, by what its chip can do. */
import type { Chip } from "./chips.js";
import { type CostSum, hbmBytes } from "./summary.js";

/** Seconds of one execution on one device. */
export interface Roofline {
  /** The larger of the parts; waits of one for the other are not in it. */
  readonly seconds: number;
  readonly bound: "cycles" | "HBM" | "flops";
  /** By the compiler's cycles; undefined where it has none, or the chip's clock is not known. */
  readonly cycles: number | undefined;
  readonly hbm: number;
  /** Of products, by the peak of the matrix units. */
  readonly flops: number;
}

/** A device has its share of the chip's peak and bandwidth. */
export function roofline(sum: CostSum, { clock, flopsPerSecond, bytesPerSecond, devices }: Chip): Roofline {
  const cycles = sum.cycles === undefined || clock === undefined ? undefined : sum.cycles / clock;
  const hbm = hbmBytes(sum) / (bytesPerSecond / devices);
  const flops = sum.flops / (flopsPerSecond / devices);
  const parts = [
    ["cycles", cycles ?? 0],
    ["HBM", hbm],
    ["flops", flops],
  ] as const;
  const [bound, seconds] = parts.reduce((most, part) => (part[1] > most[1] ? part : most));
  return { seconds, bound, cycles, hbm, flops };
}
