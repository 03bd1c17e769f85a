/** @file What is asked of the programs for v5e, as ratios to the reference's. */
import type { Target } from "../bars.js";
import { type Figures, leastMs } from "./compare.js";
import type { ProgramName } from "./programs.js";

export interface Asked {
  readonly program: ProgramName;
  readonly what: string;
  readonly ratio: (ours: Figures, reference: Figures, chip: string) => number;
  readonly target: Target;
}

const time = (ours: Figures, reference: Figures, chip: string): number =>
  leastMs(ours, chip) / leastMs(reference, chip);

const of =
  (name: string) =>
  (ours: Figures, reference: Figures): number =>
    ours[name]! / reference[name]!;

const fewer =
  (name: string) =>
  (ours: Figures, reference: Figures): number =>
    reference[name]! / ours[name]!;

export const ASKED: readonly Asked[] = [
  {
    program: "scan",
    what: "times fewer cycles",
    ratio: fewer("cycles"),
    target: { must: 1, goal: 1.5, better: "more" },
  },
  { program: "prefill", what: "least time", ratio: time, target: { must: 0.75, goal: 0.6, better: "less" } },
  { program: "decode-1", what: "least time", ratio: time, target: { must: 0.4, goal: 0.28, better: "less" } },
  { program: "decode-16", what: "least time", ratio: time, target: { must: 1, goal: 0.9, better: "less" } },
  {
    program: "prefill",
    what: "temporaries",
    ratio: of("temporaries"),
    target: { must: 0.5, goal: 0.25, better: "less" },
  },
  {
    program: "prefill",
    what: "temporaries and results",
    ratio: (ours, reference) =>
      (ours.temporaries! + ours.results!) / (reference.temporaries! + reference.results!),
    target: { better: "less" },
  },
  {
    program: "prefill",
    what: "times faster to compile",
    ratio: fewer("compile ms"),
    target: { must: 1.5, goal: 4, better: "more" },
  },
  {
    program: "prefill",
    what: "times less work to compile, in seconds of a core",
    ratio: fewer("compile core ms"),
    target: { better: "more" },
  },
];
