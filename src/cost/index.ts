/** @file What a compiler made of a program, counted: bytes, flops and cycles, loops by their turns. */
export { type Chip, chipNames, findChip } from "./chips.js";
export { countModule, type InstructionCost, type ProgramCost } from "./count.js";
export { HloError } from "./errors.js";
export { formatCount, formatSeconds, percent } from "./figures.js";
export type { Module } from "./hlo.js";
export type { MemoryBytes } from "./memory.js";
export { oneLayer } from "./path.js";
export { moduleFromProto } from "./proto.js";
export {
  type CostReport,
  type Counted,
  makeReport,
  type MemoryReport,
  type ReportOptions,
} from "./report.js";
export { type Roofline, roofline } from "./roofline.js";
export { rooflineSvg } from "./roofline-svg.js";
export {
  type CostGroup,
  groupCosts,
  type Grouping,
  type GroupOptions,
  groupings,
  timedSum,
  withShares,
} from "./groups.js";
export { chipBytes, type CostSum, hbmBytes, sumCosts, topInstructions } from "./summary.js";
export { isHloText, moduleFromText } from "./hlo-text/module.js";
